"""A case: a pure fold over the set of its events, in the order they happened in the world.

Statements about an id (a transfer, a hold, a determination, an exclusion) are kept by that id, so that neither lateness nor
repetition can change where the fold ends. `advance` takes one more event; `fold` takes them all.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Final, Literal, get_args

from services.tracker.model import custody as custody_
from services.tracker.model import holds as holds_
from services.tracker.model.changed import changed
from services.tracker.model.corrections import Effective, effective
from services.tracker.model.custody import Custody
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, reported, settled, with_resolution
from services.tracker.model.holds import Holds
from services.tracker.model.policy import Policy
from services.tracker.model.uses import Uses, used
from shared.events import (
    AccessionCreated,
    CaseAssociated,
    CaseDissociated,
    CaseRegistered,
    CaseSealed,
    CustodyAccepted,
    CustodyDeclared,
    CustodyRefused,
    CustodyReleased,
    DiscrepancyReported,
    DiscrepancyResolved,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    FieldReviewCompleted,
    HoldLifted,
    HoldPlaced,
    IdentificationDetermined,
    IdentificationRescinded,
    TransportArrived,
    TransportDeparted,
)
from shared.events.base import Fact
from shared.events.event import Event, WorldOrder, world_order

CustodyState = Literal["unregistered", "held", "in_open_hand_over"]
Progress = Literal["unregistered", "registered", "sealed", "accessioned", "under_analysis", "associated", "identified"]
PROGRESS: Final[tuple[Progress, ...]] = get_args(Progress)
Flag = Literal["discrepancy", "hold", "in_transit", "non_human", "unfoldable"]


@dataclass(frozen=True, slots=True)
class Determined:
    """A determination as a case sees it. `at` is when it was made."""

    persons: tuple[str, ...]
    cases: tuple[str, ...]
    individuals: tuple[str, ...]
    at: datetime
    event: tuple[str, str]


@dataclass(frozen=True)
class Case:
    """What is true of one case. Built by `fold` and `advance` only."""

    number: str
    registered: bool = False
    kind: str | None = None
    turnover: str | None = None
    label: str | None = None
    custody: Custody = field(default_factory=Custody)
    holds: Holds = field(default_factory=Holds)
    sealed: bool = False
    accession: str | None = None
    non_human: bool = False
    associations: Mapping[str, bool] = field(default_factory=dict)
    """Individual -> whether the case is associated with it now; the last associated comes last."""
    analysed: frozenset[str] = frozenset()
    """Individuals with a line of evidence."""
    exclusions: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    """(this case or an individual, person) -> whether the exclusion is active."""
    determinations: Mapping[str, Determined] = field(default_factory=dict)
    rescinded: Mapping[str, tuple[datetime, tuple[str, str]]] = field(default_factory=dict)
    """Determination -> when it was rescinded, and by which event."""
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)
    last: WorldOrder | None = None

    @property
    def state(self) -> CustodyState:
        """Unregistered means only referred to; with a custody claim a case is held even so, and that is a discrepancy."""
        if self.custody.open_transfers and self.custody.custodian is not None:
            return "in_open_hand_over"
        return "held" if self.custody.custodian is not None else "unregistered"

    @property
    def progress(self) -> Progress:
        """The furthest that stands; none implies another."""
        if any(self.standing()):
            return "identified"
        if self.individual is not None:
            return "associated"
        if self.analysed & self.associations.keys():
            return "under_analysis"
        if self.accession is not None:
            return "accessioned"
        if self.sealed:
            return "sealed"
        return "registered" if self.registered else "unregistered"

    @property
    def individual(self) -> str | None:
        """The individual that the case is associated with now."""
        return next((one for one in reversed(list(self.associations)) if self.associations[one]), None)

    def standing(self) -> Iterator[tuple[str, Determined]]:
        """The determinations that stand over this case now, by name or through its association."""
        for id, determined in sorted(self.determinations.items()):
            if id not in self.rescinded and self._covered(determined):
                yield id, determined

    def discrepancies(self, policy: Policy) -> tuple[Discrepancy, ...]:
        return settled("case", self.number, _misfits(self, policy), self.resolutions)

    def flags(self, discrepancies: Collection[Discrepancy]) -> frozenset[Flag]:
        raised: dict[Flag, bool] = {
            "discrepancy": any(each.open for each in discrepancies),
            "hold": self.holds.any_active(),
            "in_transit": self.custody.in_transit,
            "non_human": self.non_human,
        }
        return frozenset(flag for flag, up in raised.items() if up)

    def _covered(self, determined: Determined) -> bool:
        return self.number in determined.cases or self.individual in determined.individuals


def fold(number: str, events: Collection[Event]) -> Case:
    """The case its events describe. `events` is everything its history holds, corrections included, in any order."""
    counted = effective(events)
    start = Case(number, misfits=counted.misfits)
    if counted.ever is not counted.events:
        start = _removed(start, counted)
    return reduce(advance, counted.events, start)


def advance(before: Case, event: Event) -> Case:
    """`before` and one event more, which is later in world order than all it holds and no correction."""
    uses = used(before.uses, event.data, event.key)
    if isinstance(uses, Misfit):
        return changed(before, misfits=(*before.misfits, uses), last=world_order(event))
    after = evolve(before, event) if concerns(before, event.data) else before
    return changed(after, uses=uses, last=world_order(event))


def evolve(before: Case, event: Event) -> Case:
    """The whole life of a case: one reason a line. An event that is not listed changes nothing about a case."""
    match event.data:
        case CaseRegistered() as data:
            return _registered(before, event, data)
        case CaseSealed() as data:
            return changed(before, sealed=True, custody=custody_.sealed(before.custody, data))
        case CustodyReleased() as data:
            return changed(before, custody=custody_.released(before.custody, event, data, before.number))
        case CustodyAccepted() as data:
            return changed(before, custody=custody_.accepted(before.custody, event, data, before.number))
        case CustodyRefused() as data:
            return changed(before, custody=custody_.refused(before.custody, event, data))
        case CustodyDeclared() as data:
            return changed(before, custody=custody_.declared(before.custody, event, data))
        case TransportDeparted() | TransportArrived() as data:
            return changed(before, custody=custody_.moved(before.custody, data))
        case HoldPlaced() as data:
            return changed(before, holds=holds_.placed(before.holds, event, data))
        case HoldLifted() as data:
            return changed(before, holds=holds_.lifted(before.holds, event, data))
        case FieldReviewCompleted(human=human):
            return before if human is None else changed(before, non_human=not human)
        case AccessionCreated(accession_number=number):
            return changed(before, accession=number)
        case CaseAssociated(individual=individual):
            return _cascaded(changed(before, associations={**_without(before.associations, individual), individual: True}))
        case CaseDissociated(individual=individual) if individual in before.associations:
            return changed(before, associations={**_without(before.associations, individual), individual: False})
        case EvidenceAdded(individual=individual):
            return changed(before, analysed=before.analysed | {individual})
        case ExclusionRecorded() | ExclusionWithdrawn() as data:
            pair = (data.individual or data.case or "", data.person)
            active = isinstance(data, ExclusionRecorded)
            return changed(before, exclusions={**before.exclusions, pair: active})
        case IdentificationDetermined() as data:
            determined = Determined(data.persons, data.cases, data.individuals, event.occurred_at, event.key)
            return _cascaded(changed(before, determinations={data.determination: determined, **before.determinations}))
        case IdentificationRescinded(determination=id):
            return _cascaded(changed(before, rescinded={id: (event.occurred_at, event.key), **before.rescinded}))
        case DiscrepancyReported() as data:
            return changed(before, misfits=(*before.misfits, reported(event.key, data)))
        case DiscrepancyResolved() as data:
            resolutions = with_resolution(before.resolutions, data.discrepancy, data.settled, data.resolution)
            return changed(before, resolutions=resolutions)
        case _:
            return before


def concerns(case: Case, data: Fact) -> bool:
    """Whether a statement is about this case: it names the case, or an id that reaches it.

    A history also holds statements about *other* cases that share an id with one about this one (the second use of a
    transfer, a hand-over of which this case was left out): they are read for the id alone.
    """
    if isinstance(data, DiscrepancyReported):
        return data.subject.kind == "case" and data.subject.ref == case.number
    fields = type(data).model_fields
    if "cases" in fields:
        named: tuple[str, ...] = data.cases  # type: ignore[attr-defined]
        return case.number in named or (isinstance(data, IdentificationDetermined) and bool(data.individuals))
    return "case" not in fields or data.case in (None, case.number)  # type: ignore[attr-defined]


def _registered(before: Case, event: Event, data: CaseRegistered) -> Case:
    """The first registration stands; a second from elsewhere puts the identity of the case in doubt."""
    if before.registered:
        expected = f"one registration, as {before.kind}"
        misfit = Misfit("identity", f"{event.source}#{event.id}", expected, f"another, as {data.kind} with {data.custodian}")
        return changed(before, misfits=(*before.misfits, misfit))
    return changed(
        before,
        registered=True,
        kind=data.kind,
        turnover=data.turnover,
        label=data.label,
        custody=custody_.registered(before.custody, event, data),
    )


def _cascaded(case: Case) -> Case:
    """The case with a hold for each rescinded determination of it, whichever of the two statements came first."""
    holds = case.holds
    for id, (at, event) in case.rescinded.items():
        determined = case.determinations.get(id)
        if determined is not None and _is_of(case.number, case.associations, determined):
            holds = holds_.cascaded(holds, holds_.rescinded(id), at, event)
    return case if holds is case.holds else changed(case, holds=holds)


def _removed(case: Case, counted: Effective) -> Case:
    """The case with a hold for each determination of it that a correction removed, or gave to other remains."""
    joining = (each.data for each in counted.events if isinstance(each.data, CaseAssociated))
    joined = {data.individual for data in joining if data.case == case.number}
    still = {id for id, _ in _determined_of(case.number, joined, counted.events)}
    holds = case.holds
    for id, event in _determined_of(case.number, joined, counted.ever):
        if id not in still:
            holds = holds_.cascaded(holds, holds_.removed(id), event.occurred_at, event.key)
    return changed(case, holds=holds)


def _determined_of(number: str, joined: Container[str], events: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    for event in events:
        if isinstance(event.data, IdentificationDetermined) and _is_of(number, joined, event.data):
            yield event.data.determination, event


def _is_of(number: str, joined: Container[str], determined: Determined | IdentificationDetermined) -> bool:
    """Whether a determination is, or ever was, one of this case: by name, or through an individual that it joined."""
    return number in determined.cases or any(one in joined for one in determined.individuals)


def _misfits(case: Case, policy: Policy) -> Iterator[Misfit]:
    yield from case.misfits
    yield from custody_.misfits(case.custody, policy)
    yield from holds_.misfits(case.holds)
    if case.custody.custodian is not None and not case.registered:
        yield Misfit("unregistered", "registration", "a registration", "custody of a case that nobody registered")
    for id, transfer in sorted(case.custody.transfers.items()):
        if transfer.released is not None:
            for hold in case.holds.at("move", transfer.released.at):
                yield Misfit("hold", f"{hold}#{id}", "no hand-over under the hold", "handed over")
    active = sorted(one for one, still in case.associations.items() if still)
    if len(active) > 1:
        yield Misfit("association", "individual", "one individual", _listed(active))
    yield from _of_determinations(case)


def _of_determinations(case: Case) -> Iterator[Misfit]:
    standing = list(case.standing())
    persons = sorted({determined.persons for _, determined in standing})
    if len(persons) > 1:
        yield Misfit("identity", "person", "one person", _listed("+".join(group) for group in persons))
    for id, determined in standing:
        for hold in case.holds.at("determine", determined.at):
            yield Misfit("hold", f"{hold}#{id}", "no determination under the hold", "determined")
        for (subject, person), active in sorted(case.exclusions.items()):
            if active and person in determined.persons and subject in (case.number, case.individual):
                yield Misfit("exclusion", f"{id}#{person}", "a person not excluded", "determined against an exclusion")


def _without(associations: Mapping[str, bool], individual: str) -> dict[str, bool]:
    return {one: active for one, active in associations.items() if one != individual}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)[:500]
