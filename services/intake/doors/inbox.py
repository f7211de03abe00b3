"""The inboxes: a producer in the trust zone XADDs a CloudEvent to `{inbox}:<slug>`; its identity is the stream it may write.

An entry has one field, `event`, a CloudEvent in structured mode. It leaves its inbox only after its outcome is durable: the
statement is accepted, or `{refused}:<slug>` says why it is not, with these fields and never the body:

    entry    id of the entry in the inbox
    digest   SHA-256 of the bytes of its field `event`
    source, id    as it said, where they can be read
    type, pointer, reason, then    as in docs/problems.md

Delivery: an accepted statement is a fact once, however often its entry is read. A refusal is written at least once: a crash
between the two writes repeats it, with the same `entry`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, takewhile
from typing import Final, cast

import structlog
from redis.exceptions import RedisError

from services.intake.accept import Acceptor
from services.intake.admit import Submission
from services.intake.desk import Verdict, take
from services.intake.grants import Source
from services.intake.outages import is_outage
from services.intake.preflight import Watch
from services.intake.pressure import Pressure
from services.intake.problems import ProblemType, Refused
from services.intake.sources import Register
from services.intake.strict_json import parse
from services.intake.turns import Turn
from shared.clock import Now
from shared.failpoints import failpoint
from shared.streams import inbox_key, refused_key
from shared.terms import instant_text
from shared.wire import known

log = structlog.get_logger()

DOOR: Final = "inbox"
ENTRIES_A_TURN: Final = 100
"""Of one inbox before the next has its turn: some 10 ms of usual events, so a flooded one keeps another waiting no longer."""
REFUSALS_KEPT: Final = 10_000
"""Of one source; older ones leave. They are news for the producer, not a record."""
NO_EVENT: Final = Refused(ProblemType.NOT_JSON, "the entry has no field named event")
FULL: Final = Refused(ProblemType.INBOX_FULL, "this inbox had no room for one entry more")

Fields = Mapping[bytes, bytes]
Entry = tuple[bytes, Fields]


@dataclass(slots=True)
class InboxDoor:
    """Reads every inbox of the register in turn. `limit` entries may wait in each."""

    register: Register
    acceptor: Acceptor
    watch: Watch
    pressure: Pressure
    now: Now
    limit: int
    turn: Turn
    broken: set[str] = field(default_factory=set)

    async def round(self) -> int:
        """One turn for each inbox; how many entries left. Nothing is read while another process does."""
        try:
            if not await self.turn.ours():
                return 0
        except RedisError:
            return 0
        return sum([await self.read(source) for source in self.register.inboxes()])

    async def read(self, source: Source) -> int:
        """The turn of one inbox. What is wrong with it, or with the server, costs no other inbox its turn."""
        try:
            waiting = await self.acceptor.redis.xlen(inbox_key(source.slug))
            left = await self.drop_overflow(source, waiting - self.limit) if waiting > self.limit else 0
            if waiting and self.pressure.refusal(source.slug) is None:
                left += await self.conclude_oldest(source)
        except RedisError as error:
            if not is_outage(error) and source.slug not in self.broken:
                self.broken.add(source.slug)
                log.error("inbox cannot be read", source=source.slug, error=type(error).__name__)
            return 0
        self.broken.discard(source.slug)
        return left

    async def conclude_oldest(self, source: Source) -> int:
        """Up to the first whose outcome only time can tell: it and what came after it stay, and are read again."""
        redis = self.acceptor.redis
        entries = cast("list[Entry]", await redis.xrange(inbox_key(source.slug), count=ENTRIES_A_TURN))
        if not entries:
            return 0
        self.pressure.charge(source.slug, len(entries), sum(len(fields.get(b"event", b"")) for _, fields in entries))
        verdicts = await self.judged(source, [fields for _, fields in entries])
        certain = list(takewhile(is_certain, zip(entries, verdicts, strict=True)))
        failpoint("inbox.accepted")
        refusals = [(entry, verdict) for entry, verdict in certain if isinstance(verdict, Refused)]
        await self.remove(source, [entry for entry, _ in certain], refusals)
        return len(certain)

    async def judged(self, source: Source, entries: Sequence[Fields]) -> list[Verdict]:
        """A verdict for each entry; of those that hold no JSON without a look at the streams."""
        at = instant_text(self.now())
        read = [submission(fields, at) for fields in entries]
        submissions = [each for each in read if isinstance(each, Submission)]
        taken = iter(await take(submissions, source, self.acceptor, self.watch) if submissions else [])
        return [each if isinstance(each, Refused) else next(taken) for each in read]

    async def drop_overflow(self, source: Source, over: int) -> int:
        """First come, first served: beyond the limit the newest entries are refused, and their producer is told."""
        newest = await self.acceptor.redis.xrevrange(inbox_key(source.slug), count=min(over, ENTRIES_A_TURN))
        entries = cast("list[Entry]", newest)[::-1]
        await self.remove(source, entries, [(entry, FULL) for entry in entries])
        return len(entries)

    async def remove(self, source: Source, entries: Sequence[Entry], refusals: Sequence[tuple[Entry, Refused]]) -> None:
        """Refusals first, so that no entry leaves without its outcome. The keys are of two nodes where there is a cluster."""
        redis = self.acceptor.redis
        if refusals:
            async with redis.pipeline(transaction=False) as pipe:
                for entry, refused in refusals:
                    told = chain.from_iterable(refusal(entry, refused).items())
                    pipe.execute_command("XADD", refused_key(source.slug), "MAXLEN", "~", REFUSALS_KEPT, "*", *told)
                await pipe.execute()
            failpoint("inbox.refused")
        if entries:
            await redis.xdel(inbox_key(source.slug), *(entry for entry, _ in entries))


def submission(fields: Fields, at: str) -> Submission | Refused:
    body = fields.get(b"event")
    if body is None:
        return NO_EVENT
    parsed = parse(body)
    return parsed if isinstance(parsed, Refused) else Submission(parsed.value, DOOR, at, parsed.suspect)


def is_certain(concluded: tuple[Entry, Verdict]) -> bool:
    _, verdict = concluded
    return not (isinstance(verdict, Refused) and verdict.passes)


def refusal(entry: Entry, refused: Refused) -> dict[str, str | bytes]:
    """A refusal as its producer reads it."""
    entry_id, fields = entry
    body = fields.get(b"event", b"")
    parsed = parse(body)
    said = parsed.value if not isinstance(parsed, Refused) and isinstance(parsed.value, dict) else {}
    identity = {name: value for name in ("source", "id") if (value := known(said.get(name))) is not None}
    return {
        "entry": entry_id,
        "digest": sha256(body).hexdigest(),
        **identity,
        "type": refused.type.urn,
        "pointer": refused.pointer.encode(errors="replace"),
        "reason": refused.detail,
        "then": refused.type.then.value,
    }
