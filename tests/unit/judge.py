"""A judge of telling who knows only what was filed, what left, and the rules: never what the model worked out.

Slow and plain on purpose. Every answer is for one moment: a `Truth` is built from the events filed by then. Here is what stands
and what was told; who is owed it, and in which order, is in rules.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from services.tracker.model.notices import Notice
from shared.events import (
    CaseAssociated,
    CaseDissociated,
    DiscrepancyReported,
    DiscrepancyResolved,
    ElectionRecorded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    InformationRecorded,
    KinDeceased,
    NotificationAcknowledged,
    NotificationDelivered,
    PaddDesignated,
    RecordCorrected,
)
from shared.events.event import Event

Line = tuple[str, str, str]
"""person, cause, kin: the cause is a determination or an amendment, or `added:` and one, for what corrections added to it."""
ADDED = "added:"
ASK = "ask:"
Tokens = frozenset[str]
NOTHING: Tokens = frozenset()


def id_of(cause: str) -> str:
    return cause.removeprefix(ADDED)


class Portion(NamedTuple):
    """What a family is told at once, and what stands of all that it names."""

    cause: str
    determination: str
    named: Tokens
    since: datetime
    formerly: Tokens = NOTHING
    """What it named, and others of the determination name now."""


class Chosen(NamedTuple):
    """An election, and when it was signed."""

    at: datetime
    data: ElectionRecorded


@dataclass
class Left:
    """What may have left, in the order it was claimed; `back` is known not to have left after all.

    `asks` says about which portions a liaison is to ask now: others may have joined since the mail.
    """

    asks: Callable[[str], tuple[str, ...]]
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
        self._kinds: dict[tuple[type, ...], list[tuple[datetime, Event, Any]]] = {}
        self.ever = [(event, event.restated.data if event.restated is not None else event.data) for event in self.filed]
        self.rescinded = {data.determination for data in self.all(IdentificationRescinded)}
        self._portions: dict[str, list[Portion]] = {}
        self._of: dict[str, dict[Line, Any]] = {"told": {}, "stands": {}}

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

    def said(self, *kinds: type) -> list[tuple[datetime, Event, Any]]:
        """Of these kinds, in the order of the world, with when and by which event."""
        if kinds not in self._kinds:
            self._kinds[kinds] = [each for each in self.events if isinstance(each[2], kinds)]
        return self._kinds[kinds]

    def all(self, *kinds: type) -> list[Any]:
        return [data for _, _, data in self.said(*kinds)]

    # ------------------------------------------------------------------------------------------------- determinations
    def standing(self, person: str) -> dict[str, IdentificationDetermined]:
        return {
            data.determination: data
            for data in self.all(IdentificationDetermined)
            if person in data.persons and data.determination not in self.rescinded
        }

    def amendments(self, determination: str) -> list[tuple[datetime, IdentificationAmended]]:
        """Those of a determination that stand."""
        return [
            (at, data)
            for at, _, data in self.said(IdentificationAmended)
            if data.determination == determination and data.amendment not in self.rescinded
        ]

    def portions(self, person: str) -> list[Portion]:
        """The portions of what stands of a person, the earliest first."""
        if person not in self._portions:
            self._portions[person] = [each for id in self.standing(person) for each in self._portions_of(id, person)]
        return self._portions[person]

    def _portions_of(self, determination: str, person: str) -> Iterator[Portion]:
        data = self.standing(person)[determination]
        current = tokens_of(data)
        named = [(determination, current, next(at for at, _, each in self.said(IdentificationDetermined) if each is data))]
        for at, each in self.amendments(determination):
            current = (current - tokens_of(each.removed)) | tokens_of(each.added)
            named.append((each.amendment, tokens_of(each.added), at))
        for cause, tokens, at in named:
            first = self._first_named(cause, person)
            yield Portion(cause, determination, first & current, at)
            ever = self.ever_named(cause, person) - first
            if tokens - first or ever & current:
                yield Portion(ADDED + cause, determination, (tokens - first) & current, at, ever & current - tokens)
        yield from self._gone(determination, person, current, {cause for cause, _, _ in named})

    def _gone(self, determination: str, person: str, current: Tokens, there: set[str]) -> Iterator[Portion]:
        """What was said to amend a determination and does so no more."""
        said = [(event, data) for event, data in self.ever if isinstance(data, IdentificationAmended)]
        for event, data in said:
            if data.determination == determination and data.amendment not in there:
                there.add(data.amendment)
                first = self._first_named(data.amendment, person)
                ever = self.ever_named(data.amendment, person)
                for cause, formerly in ((data.amendment, first & current), (ADDED + data.amendment, (ever - first) & current)):
                    if formerly:
                        yield Portion(cause, determination, NOTHING, event.occurred_at, formerly)

    def ever_named(self, cause: str, person: str) -> Tokens:
        """All that a cause was ever said to be of, whatever was corrected."""
        return NOTHING.union(*(named_by(data) for _, data in self.ever if self._states(data, cause, person)))

    def stands(self, line: Line) -> Tokens:
        if line not in self._of["stands"]:
            self._of["stands"][line] = self._stands(line)
        found: Tokens = self._of["stands"][line]
        return found

    def _stands(self, line: Line) -> Tokens:
        """What stands of a line. What several name stands where the kin knows it from, else in the earliest."""
        person, cause, kin = line
        if self.is_information(line):
            return frozenset({one.reference for one in self.all(InformationRecorded) if one.person == person} & {cause})
        among = self.portions(person)
        mine = next((each for each in among if each.cause == cause), None)
        if mine is None:
            return NOTHING
        elsewhere = NOTHING
        for other in among:
            if other is not mine and other.determination == mine.determination:
                earlier = among.index(other) < among.index(mine)
                elsewhere |= other.named if earlier else NOTHING
                elsewhere |= (other.named | other.formerly) & self._known_by((person, other.cause, kin))
        return ((mine.named | mine.formerly) & self._known_by(line)) | (mine.named - elsewhere)

    def _known_by(self, line: Line) -> Tokens:
        """What a kin was told on a line, has in hand of it, or was asked about."""
        asked = [ask for ask in self.known_asks(line[0], line[2]) if line[1] in self.left.asks(ask.reference)]
        return (self.told(line) or NOTHING).union(*(each.cases for each in (*self.in_hand(line).values(), *asked)))

    def _first_named(self, cause: str, person: str) -> Tokens:
        mine = [(event, data) for event, data in self.ever if self._states(data, cause, person)]
        originals = [(event, data) for event, data in mine if event.restated is None]
        return next((named_by(data) for _, data in originals or mine), NOTHING)

    def _states(self, data: Any, cause: str, person: str) -> bool:
        """Whether this says of what a determination, or an amendment of one, is."""
        if isinstance(data, IdentificationAmended):
            return data.amendment == cause and self.was_filed(person, data.determination)
        return isinstance(data, IdentificationDetermined) and data.determination == cause and person in data.persons

    def is_information(self, line: Line) -> bool:
        return any(isinstance(one, InformationRecorded) and (one.person, one.reference) == line[:2] for _, one in self.ever)

    def was_filed(self, person: str, cause: str) -> bool:
        """Whether a cause was ever said of this person."""
        return self.is_information((person, cause, "")) or any(self._states(data, cause, person) for _, data in self.ever)

    # ------------------------------------------------------------------------------------------------- remains
    def whole(self, line: Line) -> Tokens:
        """All that a telling of a line would tell now: what stands, with the cases that its individuals bring."""
        return self.stands(line) | self.remains(line)

    def known(self, line: Line) -> Tokens:
        """All of that of which the family ought to know: of what individuals bring, what it was ever told."""
        return self.stands(line) | (self.remains(line) & NOTHING.union(*(each or NOTHING for each in self._heard(line))))

    def remains(self, line: Line) -> set[str]:
        """The cases of a line, with those that its individuals bring."""
        portion = next((each for each in self.portions(line[0]) if each.cause == line[1]), None)
        return self.brought(self.stands(line), portion.determination if portion is not None else "")

    def cases(self, data: IdentificationDetermined) -> set[str]:
        """All that a determination is of, as amended."""
        tokens = tokens_of(data)
        for _, each in self.amendments(data.determination):
            tokens = (tokens - tokens_of(each.removed)) | tokens_of(each.added)
        return self.brought(tokens, data.determination)

    def brought(self, tokens: Tokens, determination: str) -> set[str]:
        """Cases by name and through individuals, save those that amendments took, and none gave back."""
        taken = NOTHING
        for _, each in self.amendments(determination):
            taken = (taken | tokens_of(each.removed)) - tokens_of(each.added)
        return {one for one in tokens if one.startswith("K-")}.union(*(self.members(one) for one in tokens)) - taken

    def members(self, individual: str) -> set[str]:
        found: set[str] = set()
        for data in self.all(CaseAssociated, CaseDissociated):
            if data.individual == individual:
                (found.add if isinstance(data, CaseAssociated) else found.discard)(data.case)
        return found

    # ------------------------------------------------------------------------------------------------- gate 6
    def identity_closed(self, line: Line) -> str | None:
        person, cause, _ = line
        if self.is_information(line):
            return None
        determination = next(each.determination for each in self.portions(person) if each.cause == cause)
        data = self.standing(person)[determination]
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
            yield from self._taken_back(case) - examiner

    def _taken_back(self, case: str) -> set[str]:
        """The holds that come of what was taken back of a case, each named for its cause."""
        joined = {each.individual for each in self.all(CaseAssociated) if each.case == case} | {case}
        ever = {_id(data) for _, data in self.ever if named_by(data) & joined}
        still = {_id(data) for data in self.all(IdentificationDetermined, IdentificationAmended) if named_by(data) & joined}
        found = {f"removed:{id}" for id in ever - still}
        amended = self.all(IdentificationAmended)
        on_file = {each.determination for each in self.all(IdentificationDetermined)}
        of_case = still | {each.determination for each in amended if each.amendment in still and each.determination in on_file}
        added = {each.amendment for each in amended if each.amendment in still and each.determination in on_file}
        found |= {f"rescinded:{each}" for each in ((of_case & on_file) | added) & self.rescinded}
        taken = (each for each in amended if tokens_of(each.removed) & joined and each.determination in of_case)
        return found | {f"removed:{each.amendment}" for each in taken}

    # ------------------------------------------------------------------------------------------------- what was told
    def told(self, line: Line) -> Tokens | None:
        """What the family of a line last heard, as far as it was reported."""
        if line not in self._of["told"]:
            self._of["told"][line] = ([None, *self._heard(line)])[-1]
        heard: Tokens | None = self._of["told"][line]
        return heard

    def _heard(self, line: Line) -> Iterator[Tokens | None]:
        """What the family knew after each report."""
        heard: Tokens | None = None
        mine = {notice.reference: notice for notice in self.left.of(line) if notice.kind != "stop"}
        known = self.was_filed(line[0], id_of(line[1]))
        for _, event, data in self.said(NotificationDelivered):
            if (data.person, data.kin) != (line[0], line[2]):
                continue
            if data.line is not None and data.line.cause == id_of(line[1]) and known:
                heard = self._said(line, event, data, heard)
            if data.notice in mine:
                heard = frozenset(mine[data.notice].cases)
            yield heard

    def _said(self, line: Line, event: Event, data: NotificationDelivered, before: Tokens | None) -> Tokens | None:
        meant = self._meant(line, event)
        if before is None and not meant and line[1].startswith(ADDED):
            return None
        brought = (before or NOTHING) - self.ever_named(id_of(line[1]), line[0])
        return meant | brought if data.says == "stands" else NOTHING

    def _meant(self, line: Line, report: Event) -> Tokens:
        """What a cause had last been said to be of when its telling was reported without a notice."""
        person, cause = line[0], id_of(line[1])
        if self.is_information(line):
            return frozenset({cause})
        meant: Tokens | None = None
        for event, data in self.ever:
            if self._states(data, cause, person) and (meant is None or event.occurred_at < report.occurred_at):
                meant = named_by(data)
        first = self._first_named(cause, person)
        return (meant or NOTHING) - first if line[1].startswith(ADDED) else (meant or NOTHING) & first

    def reported(self) -> set[str]:
        return {data.notice for data in self.all(NotificationDelivered) if data.notice is not None}

    def read(self) -> set[str]:
        return {data.notice for data in self.all(NotificationAcknowledged)} | self.reported()

    # ------------------------------------------------------------------------------------------------- what is in hand
    def in_hand(self, line: Line) -> dict[str | None, Notice]:
        """For each liaison, the last that left, unless it was a stop, was reported or was answered."""
        last = {notice.recipient: notice for notice in self.left.of(line)}
        done = self.reported()
        out = ((who, each) for who, each in last.items() if each.kind != "stop" and each.reference not in done)
        return {who: each for who, each in out if not self.answered(each)}

    def asks(self, person: str) -> list[Notice]:
        """Every ask that left."""
        return [one for one in self.left.notices if one.person == person and one.portions and one.kind != "stop"]

    def known_asks(self, person: str, kin: str) -> list[Notice]:
        """Asks that a kin's liaison has in hand, or that were delivered or answered."""
        asks = [one for one in self.asks(person) if one.kin == kin]
        done = self.reported()
        hands = [each for ask in asks for each in self.in_hand((person, str(ask.cause), kin)).values()]
        return [each for each in asks if each in hands or each.reference in done or self.answered(each)]

    def answered(self, ask: Notice) -> bool:
        """Whether an election followed an ask that names what it asks about, or says what holds for all."""
        if not ask.portions or ask.left_at is None:
            return False
        about = self.left.asks(ask.reference)
        signed = [each.data for each in self.elections(str(ask.person)) if each.at > ask.left_at]
        return any(
            each.determination in about or (each.determination is None and each.choice != "ask_me_first") for each in signed
        )

    # ------------------------------------------------------------------------------------------------- who may choose
    def elections(self, person: str) -> list[Chosen]:
        """Those that were signed by who directed disposition then, by the date from which they hold."""
        of = [Chosen(at, data) for at, _, data in self.said(ElectionRecorded) if data.person == person]
        mine = [each for each in of if each.data.signed_by == self.designated(PaddDesignated, person, each.at)]
        return sorted(mine, key=lambda each: (each.data.effective_from, each.at))

    def designated(self, kind: type, person: str, by: datetime | None = None) -> str | None:
        """Who was designated last, unless they had died by then."""
        named = [data.kin for at, _, data in self.said(kind) if data.person == person and (by is None or at < by)]
        died = {kin for kin, at in self.deaths(person).items() if by is None or at < by}
        return named[-1] if named and named[-1] not in died else None

    def deaths(self, person: str) -> dict[str, datetime]:
        return {data.kin: at for at, _, data in reversed(self.said(KinDeceased)) if data.person == person}


def tokens_of(remains: Any) -> Tokens:
    return frozenset(remains.cases + remains.individuals)


def named_by(data: Any) -> Tokens:
    """What a determination, or an addition to one, names."""
    if isinstance(data, IdentificationAmended):
        return tokens_of(data.added)
    return tokens_of(data) if isinstance(data, IdentificationDetermined) else NOTHING


def _id(data: Any) -> str:
    return str(data.amendment if isinstance(data, IdentificationAmended) else data.determination)
