"""A file's rows through the desk, a hundred at a time: what would become of them, and what became of them.

Resumable after anything: the receipts are its memory. Whoever runs the same file again is answered `duplicate` for each row
that is a fact already, and goes on with the first that is not.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from redis.asyncio import Redis

from services.intake.accept import Acceptor
from services.intake.admit import Submission
from services.intake.desk import Receipted, take
from services.intake.doors.files import Row
from services.intake.grants import Source
from services.intake.preflight import Watch
from services.intake.problems import ProblemType, Refused
from services.intake.receipts import known_receipts
from services.intake.rehearsal import Answered, Rehearsed, rehearse
from services.intake.strict_json import step
from shared.clock import Now
from shared.events import BY_WIRE_NAME
from shared.failpoints import failpoint
from shared.streams import events_key
from shared.terms import instant_text
from shared.wire import INTAKE_ATTRIBUTES

ROWS_AT_ONCE: Final = 100
PREVIEWED: Final = 3
"""Rows shown before an import: enough to see that the columns mean what was meant."""

Outcomes = list[tuple[Row, Answered]]
Change = tuple[str, Any, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """A row in conflict, beside what was said under its key before. `changes` is None where that cannot be shown: it is another
    row of the same file, has left its stream, or was said by somebody else."""

    row: int
    changes: Sequence[Change] | None

    def document(self) -> dict[str, Any]:
        shown = None if self.changes is None else [{"pointer": at, "was": was, "now": now} for at, was, now in self.changes]
        return {"row": self.row, "changes": shown}


@dataclass(frozen=True, slots=True)
class Importer:
    source: Source
    acceptor: Acceptor
    watch: Watch
    now: Now

    async def rehearsed(self, rows: Sequence[Row]) -> AsyncIterator[tuple[Row, Answered]]:
        """What would become of each row now; nothing is written. Two rows of one id are compared with each other too."""
        submissions = self.submissions(rows)
        judged = iter(await rehearse([each for each in submissions if isinstance(each, Submission)], self.source, self.redis))
        for row, each in zip(rows, submissions, strict=True):
            yield row, each if isinstance(each, Refused) else next(judged)

    async def imported(self, rows: Sequence[Row]) -> AsyncIterator[tuple[Row, Answered]]:
        """Each row with what became of it, once that is durable. Ends behind the first hundred that time alone can help."""
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[first : first + ROWS_AT_ONCE]
            submissions = self.submissions(some)
            admissible = [each for each in submissions if isinstance(each, Submission)]
            taken = iter(await take(admissible, self.source, self.acceptor, self.watch) if admissible else [])
            verdicts = [each if isinstance(each, Refused) else next(taken) for each in submissions]
            for row, verdict in zip(some, verdicts, strict=True):
                yield row, verdict
            failpoint("files.imported")
            if any(isinstance(each, Refused) and each.passes for each in verdicts):
                return

    async def beside(self, outcomes: Outcomes, submitter: str | None = None) -> list[Beside]:
        """For each conflict what was said before, and what is said now; of a given submitter what it said itself alone.

        Raises RedisError.
        """
        return [await self.beside_before(row, submitter) for row, each in outcomes if is_conflict(each)]

    async def beside_before(self, row: Row, submitter: str | None) -> Beside:
        assert not isinstance(row.said, Refused)
        before = await self.said_before(row)
        if before is None or submitter not in (None, before["submitter"]):
            return Beside(row.number, None)
        return Beside(row.number, differences(before, row.said.value))

    async def said_before(self, row: Row) -> dict[str, Any] | None:
        """The statement that has this row's identity, while it still stands in its stream."""
        assert not isinstance(row.said, Refused)
        said = row.said.value
        stream = BY_WIRE_NAME[said["type"]].stream
        [receipt] = await known_receipts(self.redis, [(stream, said["source"], said["id"])])
        if receipt is None:
            return None
        found: Any = await self.redis.xrange(events_key(stream), receipt.entry, receipt.entry)
        return orjson.loads(found[0][1][b"event"]) if found else None

    @property
    def redis(self) -> "Redis":
        return self.acceptor.redis

    def submissions(self, rows: Sequence[Row]) -> list[Submission | Refused]:
        at = instant_text(self.now())
        return [row.submission(at) for row in rows]


def preview(rows: Sequence[Row]) -> list[tuple[int, object]]:
    """The first rows, by number, as they will be said; one that cannot be said has its Refused."""
    return [(row.number, row.said if isinstance(row.said, Refused) else row.said.value) for row in rows[:PREVIEWED]]


def outcome_of(answered: Answered) -> str:
    """The word of a report: `accepted`, `duplicate`, or the slug of the problem; before the import, `acceptable`."""
    match answered:
        case Refused():
            return answered.type.slug
        case Rehearsed():
            return "duplicate" if answered.duplicate else "acceptable"
        case Receipted():
            return "duplicate" if answered.accepted.duplicate else "accepted"


def is_conflict(answered: Answered) -> bool:
    return isinstance(answered, Refused) and answered.type is ProblemType.IDENTITY_CONFLICT


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[Change]:
    """Where two statements differ: JSON Pointer, what was said before, what is said now (None: nothing)."""
    first = dict(leaves({name: value for name, value in before.items() if name not in INTAKE_ATTRIBUTES}))
    second = dict(leaves(now))
    return [
        (at, first.get(at), second.get(at)) for at in sorted(first.keys() | second.keys()) if first.get(at) != second.get(at)
    ]


def leaves(value: Any, at: str = "") -> list[tuple[str, Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for name, member in members for leaf in leaves(member, at + step(name))]
    return below if isinstance(value, dict | list) and value else [(at, value)]
