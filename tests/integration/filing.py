"""A record for tests, and entries in the streams as accept would have left them."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import redis

from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.record.batch import Entry
from services.tracker.record.commit import Filing, Register
from services.tracker.record.directory import replace_directory
from services.tracker.record.policies import apply_policy
from services.tracker.record.postgres import pool
from services.tracker.record.schema import migrate
from shared.events import BY_WIRE_NAME
from shared.streams import events_key, seq_key
from shared.terms import STREAMS, Stream
from tests import facts
from tests.facts import CloudEvent

NOW: Final = datetime(2018, 12, 1, 12, tzinfo=UTC)
POLICY: Final = "settling_s = 0\n"
DIRECTORY: Final = Directory(
    liaisons={f"L-{n}": Liaison(f"L-{n}", f"L-{n}@liaisons.example", "UTC", (), "army") for n in (1, 2, 3)},
    offices={"default": Office("default", "duty@rosette.example", "UTC")},
)


@asynccontextmanager
async def a_register(database_url: str, at: datetime = NOW) -> AsyncIterator[Register]:
    """A register on a record that is made, or found, with a policy and a directory."""
    migrate(database_url)
    async with pool(database_url) as opened:
        async with opened.connection() as conn:
            if await apply_policy(conn, POLICY, "test", at):
                await replace_directory(conn, DIRECTORY, "test", at)
        yield Register(opened, lambda: at)


def stream_of(statement: CloudEvent) -> Stream:
    return BY_WIRE_NAME[statement["type"]].stream


def entries(statements: Iterable[CloudEvent], first: int = 1, epoch: str = facts.EPOCH) -> list[Entry]:
    """Statements of one stream as a consumer reads them, numbered from `first`."""
    return [
        (f"1532649600000-{seq}".encode(), facts.entry(statement, seq, epoch)) for seq, statement in enumerate(statements, first)
    ]


async def file(register: Register, *statements: CloudEvent, first: int = 1, epoch: str = facts.EPOCH) -> Filing:
    """File statements of one stream as one batch."""
    return await register.file(stream_of(statements[0]), entries(statements, first, epoch))


class Writer:
    """Appends to the streams as accept does: a number, an entry, the counter."""

    def __init__(self, redis_url: str, epoch: str = facts.EPOCH) -> None:
        self.client: Any = redis.Redis.from_url(redis_url)
        self.epoch = epoch
        self.given_out: Counter[Stream] = Counter()

    def append(self, *statements: CloudEvent) -> None:
        for statement in statements:
            self._append(statement, {})

    def poison(self, statement: CloudEvent, body: bytes) -> None:
        """An entry whose place in the stream is as it should be, and whose body is not."""
        self._append(statement, {b"event": body})

    def _append(self, statement: CloudEvent, instead: dict[bytes, bytes]) -> None:
        stream = stream_of(statement)
        self.given_out[stream] += 1
        n = self.given_out[stream]
        self.client.hset(seq_key(stream), mapping={"epoch": self.epoch, "n": n})
        self.client.xadd(events_key(stream), facts.entry(statement, n, self.epoch) | instead)

    def lose(self, statement: CloudEvent) -> None:
        """A number is given out, and its entry is gone."""
        self.append(statement)
        key = events_key(stream_of(statement))
        last = self.client.xrevrange(key, count=1)
        self.client.xdel(key, last[0][0])


async def rows(register: Register, query: str, *given: object) -> list[tuple[Any, ...]]:
    async with register.pool.connection() as conn:
        return await (await conn.execute(query, given)).fetchall()


async def one(register: Register, query: str, *given: object) -> Any:
    """The only column of the only row."""
    found = await rows(register, query, *given)
    assert len(found) == 1, found
    return found[0][0]


def by_stream(statements: Sequence[CloudEvent]) -> dict[Stream, list[CloudEvent]]:
    return {stream: [each for each in statements if stream_of(each) == stream] for stream in STREAMS}
