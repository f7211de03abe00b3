"""From events of EPCIS to facts on the streams: every one is judged, then they are appended, or not, as their sender asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Literal

from redis.asyncio import Redis

from services.intake.accept import Acceptor
from services.intake.admit import Submission
from services.intake.desk import Receipted, Verdict, take
from services.intake.doors.answers import receipt, rehearsal
from services.intake.doors.epcis.document import Stated, invalid
from services.intake.doors.epcis.meaning import NotApplicable, meaning
from services.intake.doors.epcis.reading import Reading
from services.intake.doors.epcis.shape import TYPES, flaws
from services.intake.doors.epcis.statements import Statement, in_the_event, statements
from services.intake.epcis_grant import EpcisGrant
from services.intake.grants import Source
from services.intake.preflight import Watch
from services.intake.problems import Refused
from services.intake.rehearsal import Rehearsed, rehearse
from shared.failpoints import failpoint

DOOR: Final = "epcis"
FACTS_A_CALL: Final = 100
"""As in a batch of the HTTP door: what others wait for meanwhile is some 10 ms."""

Behaviour = Literal["rollback", "proceed"]


class Outcome(StrEnum):
    """What became of an event."""

    CAPTURED = "captured"
    """Its facts are on their streams; each has its receipt."""
    REFUSED = "refused"
    """Nothing was made of it; the problem says why."""
    NOT_APPLICABLE = "not_applicable"
    """Valid, and nothing of ours; the reason says why. No error."""
    ROLLED_BACK = "rolled_back"
    """Nothing was made of it because of another event that was refused."""
    WOULD_BE_CAPTURED = "would_be_captured"
    """A dry run: nothing was written."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An event by itself: its facts, why it has none, or what is wrong with it. `unknown`: where words mean nothing here."""

    stated: Stated
    id: str | None
    means: Sequence[Statement] | NotApplicable | Refused
    unknown: tuple[str, ...] = ()

    @property
    def facts(self) -> Sequence[Statement]:
        return () if isinstance(self.means, NotApplicable | Refused) else self.means


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one event."""

    judged: Judged
    outcome: Outcome
    facts: Sequence[Receipted | Rehearsed] = ()
    refused: Refused | None = None

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"pointer": self.judged.stated.pointer, "outcome": self.outcome.value}
        if self.judged.id is not None:
            document["eventID"] = self.judged.id
        if self.facts:
            document["facts"] = [rehearsal(each) if isinstance(each, Rehearsed) else receipt(each) for each in self.facts]
        if isinstance(self.judged.means, NotApplicable):
            document["reason"] = self.judged.means.reason
        if self.judged.unknown:
            document["warnings"] = [{"pointer": at, "message": "vocabulary unknown here"} for at in self.judged.unknown]
        if self.refused is not None:
            document["problem"] = self.refused.document()
        return document


@dataclass(frozen=True, slots=True)
class Waits:
    """Only time can tell: the same again later. What was appended before it stays, and is a duplicate then."""

    refused: Refused


def judged(stated: Stated, source: Source, grant: EpcisGrant) -> Judged:
    """What an event is by itself: valid by the standard, and what it means. Its facts are still to be admitted."""
    if problems := flaws(stated.event):
        given = stated.event.get("eventID") if isinstance(stated.event, dict) else None
        id = given if isinstance(given, str) and not any(each.pointer == "/eventID" for each in problems) else None
        return Judged(stated, id, invalid(problems))
    if stated.event["type"] not in TYPES:
        return Judged(stated, stated.event.get("eventID"), NotApplicable("its type is not one of the standard's"))
    reading = Reading(stated.event, stated.context, grant)
    means = meaning(reading, source)
    facts = means if isinstance(means, NotApplicable) else statements(reading, means, source)
    return Judged(stated, reading.id, facts, tuple(reading.unknown_words()))


@dataclass(frozen=True, slots=True)
class Capture:
    """A document of one source on its way to the streams. `at` is our clock when it came in."""

    source: Source
    grant: EpcisGrant
    behaviour: Behaviour
    at: str
    dry_run: bool = False

    async def run(self, events: Sequence[Stated], acceptor: Acceptor, watch: Watch) -> list[Ended] | Waits:
        """Every event is validated, admitted and compared with the receipts of all streams before any is appended.

        An append that fails half-way is resumed, never undone: run it again. Safe to repeat after any failure.
        """
        each_judged = [judged(each, self.source, self.grant) for each in events]
        rehearsed = await self.rehearsed(each_judged, acceptor.redis)
        if isinstance(rehearsed, Waits):
            return rehearsed
        if self.dry_run:
            return list(rehearsed)
        refused = any(each.outcome is Outcome.REFUSED for each in rehearsed)
        if refused and self.behaviour == "rollback":
            return [rolled_back(each) for each in rehearsed]
        return await self.appended(rehearsed, acceptor, watch)

    async def rehearsed(self, each_judged: Sequence[Judged], redis: "Redis") -> list[Ended] | Waits:
        submissions = self.submissions(each_judged)
        verdicts = iter(await rehearse(submissions, self.source, redis) if submissions else [])
        ended = [concluded(each, [next(verdicts) for _ in each.facts]) for each in each_judged]
        return waits(ended) or ended

    async def appended(self, rehearsed: Sequence[Ended], acceptor: Acceptor, watch: Watch) -> list[Ended] | Waits:
        able = [each.judged for each in rehearsed if each.outcome is Outcome.WOULD_BE_CAPTURED]
        submissions = self.submissions(able)
        verdicts: list[Verdict] = []
        for first in range(0, len(submissions), FACTS_A_CALL):
            verdicts += await take(submissions[first : first + FACTS_A_CALL], self.source, acceptor, watch)
            failpoint("epcis.appended")
        following = iter(verdicts)
        ended = [
            concluded(each.judged, [next(following) for _ in each.judged.facts])
            if each.outcome is Outcome.WOULD_BE_CAPTURED
            else each
            for each in rehearsed
        ]
        return waits(ended) or ended

    def submissions(self, each_judged: Sequence[Judged]) -> list[Submission]:
        return [Submission(fact.said, DOOR, self.at) for each in each_judged for fact in each.facts]


def concluded(judged: Judged, verdicts: Sequence[Verdict | Rehearsed]) -> Ended:
    """An event with what was said to each of its facts: one that is refused is a refusal of the event."""
    if isinstance(judged.means, NotApplicable):
        return Ended(judged, Outcome.NOT_APPLICABLE)
    if isinstance(judged.means, Refused):
        return Ended(judged, Outcome.REFUSED, refused=within(judged.means, judged))
    kept = [each for each in verdicts if not isinstance(each, Refused)]
    for fact, verdict in zip(judged.facts, verdicts, strict=True):
        if isinstance(verdict, Refused):
            receipts = [each for each in kept if isinstance(each, Receipted)]
            return Ended(judged, Outcome.REFUSED, receipts, within(in_the_event(verdict, fact), judged))
    written = all(isinstance(each, Receipted) for each in kept)
    return Ended(judged, Outcome.CAPTURED if written else Outcome.WOULD_BE_CAPTURED, kept)


def within(refused: Refused, judged: Judged) -> Refused:
    """The same with pointers into the whole document."""
    base = judged.stated.pointer
    errors = tuple(replace(each, pointer=base + each.pointer) for each in refused.errors)
    return replace(refused, pointer=base + refused.pointer, errors=errors)


def rolled_back(ended: Ended) -> Ended:
    return Ended(ended.judged, Outcome.ROLLED_BACK) if ended.outcome is Outcome.WOULD_BE_CAPTURED else ended


def waits(ended: Sequence[Ended]) -> Waits | None:
    return next((Waits(each.refused) for each in ended if each.refused is not None and each.refused.passes), None)


def summary(ended: Sequence[Ended], behaviour: Behaviour) -> Mapping[str, Any]:
    """How a job ended as a whole. `partial`: some of its events are facts and others were refused."""
    outcomes = {each.outcome for each in ended}
    refused = Outcome.REFUSED in outcomes
    some_facts = any(isinstance(fact, Receipted) for each in ended for fact in each.facts)
    nothing = "rolled_back" if behaviour == "rollback" else "refused"
    state = "complete" if not refused else "partial" if some_facts else nothing
    return {
        "state": state,
        "success": not refused,
        "errors": [each.refused.document() for each in ended if each.refused is not None],
        "events": [each.document() for each in ended],
    }
