"""A judge of telling who knows only what was filed, what left, and the rules: never what the model worked out.

Slow and plain on purpose. Every answer is for one moment: a `Truth` is built from the events filed by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.tracker.model.notices import Notice
from shared.events import (
    BriefingCompleted,
    CaseAssociated,
    CaseDissociated,
    DiscrepancyReported,
    DiscrepancyResolved,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    IdentificationDetermined,
    IdentificationRescinded,
    KinRegistered,
    LiaisonAssigned,
    NotificationAcknowledged,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PnokDesignated,
    RecordCorrected,
)
from shared.events.event import Event
from tests.unit.played import NIGHT_OFF

Line = tuple[str, str, str]
"""person, cause, kin: the cause is a determination, or `added:` and one, for what corrections added to it."""
ADDED = "added:"
Tokens = frozenset[str]


def id_of(line: Line) -> str:
    return line[1].removeprefix(ADDED)


@dataclass
class Left:
    """What may have left, in the order it was claimed; `back` is known not to have left after all."""

    notices: list[Notice] = field(default_factory=list)

    def of(self, line: Line) -> list[Notice]:
        return [one for one in self.notices if (one.person, one.cause, one.kin) == line]

    def to(self, line: Line, liaison: str | None) -> list[Notice]:
        return [one for one in self.of(line) if one.recipient == liaison]

    def back(self, notice: Notice) -> None:
        self.notices = [one for one in self.notices if (one.reference, one.left_at) != (notice.reference, notice.left_at)]


class Truth:
    """What is true once corrections are applied, by the field's rules."""

    def __init__(self, filed: Sequence[Event], left: Left) -> None:
        self.filed, self.left = sorted(filed, key=lambda event: event.occurred_at), left
        self.on: dict[tuple[str, str], list[Event]] = {}
        for event in self.filed:
            if isinstance(event.data, RecordCorrected):
                self.on.setdefault((event.data.corrects.source, event.data.corrects.id), []).append(event)
        self.events = sorted(self._effective(), key=lambda one: one[0])
        self.rescinded = {data.determination for data in self.all(IdentificationRescinded)}

    def _correction(self, key: tuple[str, str]) -> Event | None:
        standing = [one for one in self.on.get(key, []) if self._correction(one.key) is None]
        return standing[-1] if standing else None

    def _effective(self) -> Iterator[tuple[datetime, Event, Any]]:
        for event in self.filed:
            correction = self._correction(event.key)
            if isinstance(event.data, RecordCorrected):
                continue
            if correction is None:
                yield event.occurred_at, event, event.data
            elif correction.restated is not None:
                yield correction.restated.occurred_at, event, correction.restated.data

    def all(self, *kinds: type) -> list[Any]:
        return [data for _, _, data in self.events if isinstance(data, kinds)]

    # ------------------------------------------------------------------------------------------------- determinations
    def standing(self, person: str) -> dict[str, IdentificationDetermined]:
        return {
            data.determination: data
            for data in self.all(IdentificationDetermined)
            if person in data.persons and data.determination not in self.rescinded
        }

    def stands(self, line: Line) -> Tokens:
        data = self.standing(line[0]).get(id_of(line))
        return frozenset() if data is None else self._of_line(line, frozenset(data.cases + data.individuals))

    def _of_line(self, line: Line, tokens: Tokens) -> Tokens:
        """Of what a determination names, what belongs to a line: what it first named, or what corrections added."""
        first = self._first_named(line)
        return tokens - first if line[1].startswith(ADDED) else tokens & first

    def _first_named(self, line: Line) -> Tokens:
        said = [event for event in self.filed if isinstance(self._restated(event), IdentificationDetermined)]
        mine = [
            event for event in said if (data := self._restated(event)).determination == id_of(line) and line[0] in data.persons
        ]
        originals = [event for event in mine if event.restated is None]
        return next((frozenset(each.cases + each.individuals) for each in map(self._restated, originals or mine)), frozenset())

    @staticmethod
    def _restated(event: Event) -> Any:
        return event.restated.data if event.restated is not None else event.data

    def head(self, person: str, determination: str) -> str:
        """The first line of a determination of which anything stands."""
        return determination if self.stands((person, determination, "")) else ADDED + determination

    def remains(self, line: Line) -> set[str]:
        """The cases of a line, with those that its individuals bring."""
        stands = self.stands(line)
        return {one for one in stands if one.startswith("K-")} | {case for one in stands for case in self.members(one)}

    def cases(self, data: IdentificationDetermined) -> set[str]:
        return set(data.cases) | {case for individual in data.individuals for case in self.members(individual)}

    def members(self, individual: str) -> set[str]:
        found: set[str] = set()
        for data in self.all(CaseAssociated, CaseDissociated):
            if data.individual == individual:
                (found.add if isinstance(data, CaseAssociated) else found.discard)(data.case)
        return found

    def ever_of(self, case: str, data: IdentificationDetermined) -> bool:
        joined = {each.individual for each in self.all(CaseAssociated) if each.case == case}
        return case in data.cases or bool(joined & set(data.individuals))

    # ------------------------------------------------------------------------------------------------- gate 6
    def identity_closed(self, line: Line) -> str | None:
        person = line[0]
        data = self.standing(person)[id_of(line)]
        cases = self.remains(line)
        for hold in self._holds(cases, person):
            return f"hold {hold}"
        settled = {(one.discrepancy, one.settled.expected, one.settled.observed) for one in self.all(DiscrepancyResolved)}
        for each in self.all(DiscrepancyReported):
            id = f"case:{each.subject.ref}/{each.kind}/{each.anchor}"
            blocks = each.subject.ref in cases and each.kind in ("identity", "count", "seal")
            if blocks and (id, each.expected, each.observed) not in settled:
                return f"discrepancy {id}"
        for other in ("P-0001", "P-0002"):
            for each in self.standing(other).values():
                if each.persons != data.persons and self.cases(each) & cases:
                    return "two persons"
        excluded: dict[str, bool] = {}
        for each in self.all(ExclusionRecorded, ExclusionWithdrawn):
            if each.person == person:
                excluded[each.individual or each.case] = isinstance(each, ExclusionRecorded)
        for subject in cases | self.stands(line):
            if excluded.get(subject):
                return f"exclusion of {subject}"
        return None

    def _holds(self, cases: set[str], person: str) -> Iterator[str]:
        lifts = [(data.hold, data.stream, data.authority) for data in self.all(HoldLifted)]
        examiner = {data.hold for data in self.all(HoldLifted) if data.actor.role == "medical_examiner"}
        for data in self.all(HoldPlaced):
            concerns = (cases & set(data.cases) or data.person == person) and "notify" in data.scope
            if concerns and (data.hold, data.stream, data.authority) not in lifts:
                yield data.hold
        for case in cases:
            ever = {data.determination for data in self._ever_determined() if self.ever_of(case, data)}
            now = {data.determination for data in self.all(IdentificationDetermined) if self.ever_of(case, data)}
            yield from {f"removed:{id}" for id in ever - now} - examiner
            yield from {f"rescinded:{id}" for id in now & self.rescinded} - examiner

    def _ever_determined(self) -> Iterator[IdentificationDetermined]:
        for event in self.filed:
            data = event.restated.data if event.restated is not None else event.data
            if isinstance(data, IdentificationDetermined):
                yield data

    # ------------------------------------------------------------------------------------------------- gates 7 and 13
    def pnok(self, person: str) -> str | None:
        return next((data.kin for data in reversed(self.all(PnokDesignated)) if data.person == person), None)

    def recipients(self, person: str) -> set[str]:
        required = {data.kin: data.required for data in self.all(KinRegistered) if data.person == person}
        pnok = self.pnok(person)
        return {kin for kin, is_required in required.items() if is_required} | ({pnok} if pnok else set())

    def order_closed(self, person: str, kin: str) -> str | None:
        pnok = self.pnok(person)
        if pnok is None:
            return "no PNOK"
        told = any(
            (self.told((person, one, pnok)) or frozenset()) & self.stands((person, one, pnok))
            for determination in self.standing(person)
            for one in (determination, ADDED + determination)
        )
        return None if kin == pnok or told or self.is_overridden(person) else "PNOK not told"

    def is_overridden(self, person: str) -> bool:
        """Whether the PNOK was found unreachable, and two people decided not to wait."""
        pnok = self.pnok(person)
        ways = (NotificationOverrideAuthorized, NotificationUnreachable)
        return all(any((one.person, one.kin) == (person, pnok) for one in self.all(way)) for way in ways)

    def liaison(self, person: str, kin: str, now: datetime) -> str | None:
        mine = [one for one in self.all(LiaisonAssigned) if one.person == person and one.from_ <= now]
        fitting = [one for one in mine if one.kin == kin] or [one for one in mine if one.kin is None]
        return f"liaison:{fitting[-1].liaison}" if fitting else None

    @staticmethod
    def off_duty(liaison: str | None, now: datetime) -> bool:
        return liaison == f"liaison:{NIGHT_OFF}" and not 8 <= now.hour < 18

    # ------------------------------------------------------------------------------------------------- what was told
    def told(self, line: Line) -> Tokens | None:
        """What the family of a line last heard, as far as it was reported."""
        heard: Tokens | None = None
        for _, event, data in self.events:
            if isinstance(data, NotificationDelivered) and (data.person, data.kin) == (line[0], line[2]):
                if data.line is not None and data.line.cause == id_of(line) and self._was_filed(line):
                    heard = self._said(line, event, data, heard)
                for notice in self.left.of(line):
                    if notice.reference == data.notice and notice.kind != "stop":
                        heard = frozenset(notice.cases)
        return heard

    def _said(self, line: Line, event: Event, data: NotificationDelivered, before: Tokens | None) -> Tokens | None:
        meant = self._meant(line, event)
        if before is None and not meant and line[1].startswith(ADDED):
            return None
        return meant if data.says == "stands" else frozenset()

    def _was_filed(self, line: Line) -> bool:
        return any(one.determination == id_of(line) and line[0] in one.persons for one in self._ever_determined())

    def _meant(self, line: Line, report: Event) -> Tokens:
        """What a determination had last been said to be of when its telling was reported without a notice."""
        meant: Tokens | None = None
        for event in self.filed:
            data = self._restated(event)
            if not isinstance(data, IdentificationDetermined) or data.determination != id_of(line):
                continue
            if line[0] not in data.persons:
                continue
            if meant is None or event.occurred_at < report.occurred_at:
                meant = frozenset(data.cases + data.individuals)
        return self._of_line(line, meant or frozenset())

    def reported(self) -> set[str]:
        return {data.notice for data in self.all(NotificationDelivered) if data.notice is not None}

    def read(self) -> set[str]:
        return {data.notice for data in self.all(NotificationAcknowledged)} | self.reported()

    def briefed(self, line: Line) -> bool:
        return any((one.person, one.determination, one.kin) == line for one in self.all(BriefingCompleted))

    # ------------------------------------------------------------------------------------------------- what is in hand
    def in_hand(self, line: Line) -> dict[str | None, Notice]:
        """For each liaison, the last that left, unless it was a stop or was reported."""
        last = {notice.recipient: notice for notice in self.left.of(line)}
        done = self.reported()
        return {who: notice for who, notice in last.items() if notice.kind != "stop" and notice.reference not in done}
