"""The tracker's record and its dispatch for tests: facts go in as accept would have written them, mail comes out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from services.tracker.model.directory import Directory
from services.tracker.notices.channels.smtp import SmtpChannel, server
from services.tracker.notices.delivery import Delivery
from services.tracker.notices.dispatch import Dispatch
from services.tracker.notices.say import Sayer
from services.tracker.record.commit import Register
from services.tracker.record.directory import replace_directory
from services.tracker.record.directory_file import parse_directory
from services.tracker.record.policies import apply_policy
from services.tracker.record.postgres import Pool, pool
from services.tracker.record.schema import migrate
from services.tracker.record.watermarks import advance
from shared.events import BY_WIRE_NAME
from shared.streams import seq_key
from shared.terms import STREAMS, Stream
from tests import facts
from tests.facts import CloudEvent

MORNING: Final = datetime(2018, 9, 18, 15, 0, tzinfo=UTC)
"""Ten o'clock in Chicago: liaison and family can be reached."""

POLICY: Final = Path("deploy/policy.toml").read_text()
LIVE: Final = Delivery("live")
DIRECTORY: Final = facts.directory(
    {"L-1": "first@liaisons.example.org", "L-2": "second@liaisons.example.org"},
    zone="America/Chicago",
    hours=("07:00", "18:00"),
)


@dataclass
class Clock:
    """Stands until it is moved."""

    at: datetime = MORNING

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Desk:
    """One process' worth of tracker. `now` is the record's clock, `machine` that of leases and back-off."""

    pool: Pool
    redis: Redis
    smtp_url: str
    now: Clock
    register: Register
    machine: Clock = field(default_factory=Clock)
    epoch: str = facts.EPOCH

    def dispatch(self, delivery: Delivery = LIVE, *, timeout_s: float = 5.0, lease_s: float = 60.0) -> Dispatch:
        channel = SmtpChannel(server(self.smtp_url), timeout_s)
        lease = timedelta(seconds=lease_s)
        sayer = Sayer(
            self.register, channel, delivery=delivery, sender="rosette@example.org", lease=lease, machine=self.machine
        )
        return Dispatch(sayer, self.redis)

    async def accept(self, *statements: CloudEvent) -> dict[Stream, list[tuple[bytes, dict[bytes, bytes]]]]:
        """Give each its place in its stream, as accept does. They are known to intake, and not yet filed."""
        entries: dict[Stream, list[tuple[bytes, dict[bytes, bytes]]]] = {stream: [] for stream in STREAMS}
        for statement in statements:
            stream = BY_WIRE_NAME[statement["type"]].stream
            await self.redis.hset(seq_key(stream), "epoch", self.epoch)
            seq = await self.redis.hincrby(seq_key(stream), "n", 1)
            entries[stream].append((f"{seq}-0".encode(), facts.entry(statement, seq=seq, epoch=self.epoch)))
        return entries

    async def file(self, entries: dict[Stream, list[tuple[bytes, dict[bytes, bytes]]]]) -> None:
        for stream, of_stream in entries.items():
            if of_stream:
                await self.register.file(stream, of_stream)
                async with self.pool.connection() as conn:
                    await advance(conn, stream, self.now())

    async def tell(self, *statements: CloudEvent) -> None:
        """Accepted and filed, one after the other."""
        for statement in statements:
            await self.file(await self.accept(statement))

    async def settle(self, dispatch: Dispatch | None = None) -> bool:
        """Let the settling time pass, and say what may be said."""
        self.now.move(seconds=31)
        return await (dispatch or self.dispatch()).settle()

    async def directory(self, given: str | Directory = DIRECTORY) -> None:
        directory = parse_directory(given) if isinstance(given, str) else given
        async with self.pool.connection() as conn:
            await replace_directory(conn, directory, "tests", self.now())

    async def ask(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(statement, given or None)).fetchall()

    async def states(self, kind: str) -> list[str]:
        """States of the notices of a kind, in the order in which they became owed."""
        return [state for (state,) in await self.ask("SELECT state FROM notice WHERE kind = %s ORDER BY no", kind)]

    async def reference(self, kind: str) -> str:
        """The last notice of a kind."""
        ((reference,),) = await self.ask("SELECT reference FROM notice WHERE kind = %s ORDER BY no DESC LIMIT 1", kind)
        return str(reference)

    async def phases(self) -> list[str]:
        return [phase for (phase,) in await self.ask("SELECT phase FROM attempt ORDER BY started_at, id")]


@asynccontextmanager
async def desk(database_url: str, redis_url: str, smtp_url: str) -> AsyncIterator[Desk]:
    """An empty record with the project's policy and a small directory."""
    migrate(database_url)
    now = Clock()
    async with pool(database_url, 10) as opened, Redis.from_url(redis_url) as redis:
        async with opened.connection() as conn:
            await apply_policy(conn, POLICY, "tests", now())
        at = Desk(opened, redis, smtp_url, now, Register(opened, now))
        await at.directory()
        yield at


def family(person: str = "P-0001", liaison: str = "L-1") -> Sequence[CloudEvent]:
    """A family that can be told: a primary next of kin with a liaison."""
    return facts.kin(person), facts.pnok(person), facts.liaison(person, liaison)


def identified(case: str = "K55-01", person: str = "P-0001", determination: str = "D-1") -> Sequence[CloudEvent]:
    """A person whose family is owed an identification."""
    return facts.registered(case), *family(person), facts.determined(case, person, determination)
