"""All that was said of one turnover and of what came out of it: what its account counts. A pure fold over their events.

The scope of a turnover are the cases registered of it and their descendants; an individual belongs to it once any of its cases
was associated with that individual. Counting is account.py's: here it is only known what was said, and by which event.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.tracker.model.corrections import Identity, effective
from services.tracker.model.discrepancies import Resolutions, with_resolution
from services.tracker.model.publications import Aggregate, Publications, stage_of, stated
from shared.events import (
    AttributionDetermined,
    CaseAssociated,
    CaseDissociated,
    CaseInventoried,
    CaseMerged,
    CaseRegistered,
    CaseSplit,
    CustodyDeclared,
    CustodyTransferredAbroad,
    DiscrepancyResolved,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    IntermentCompleted,
    MniEstimated,
    PublicationApproved,
    PublicationCorrected,
    PublicationPublished,
    RecordCorrected,
    RemainsReturned,
    SampleCut,
    StatusAccountedFor,
    TurnoverDeclared,
)
from shared.events.event import Event
from shared.terms import CaseKind

JOINS: Final = (CaseRegistered, CaseInventoried, CaseSplit, CaseMerged, SampleCut)
"""What brings a case into a scope."""
COUNTS: Final = (
    TurnoverDeclared,
    *JOINS,
    MniEstimated,
    CaseAssociated,
    CaseDissociated,
    IdentificationDetermined,
    IdentificationAmended,
    IdentificationRescinded,
    AttributionDetermined,
    PublicationApproved,
    PublicationPublished,
    PublicationCorrected,
    DiscrepancyResolved,
    RecordCorrected,
)
"""The facts on which it depends what remains, and which numbers may be published; the other figures count more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One version of the minimum number of individuals; the last in world order is the current one."""

    value: int
    method: str
    estimated_at: datetime
    event: Identity


@dataclass(slots=True)
class Named:
    """A determination and what it is of now. `events`: the determination, then each amendment that changed it."""

    persons: tuple[str, ...]
    cases: set[str]
    individuals: set[str]
    determined_at: datetime
    events: list[Identity]


@dataclass(slots=True)
class Scope:
    """What was said, by what it was said of; each with the event that said it. Built by `fold` only."""

    ref: str
    expected: int | None = None
    to_party: str | None = None
    """Who received it: their operators look into what does not add up."""
    declared_by: Identity | None = None
    registered: dict[str, Identity] = field(default_factory=dict)
    kinds: dict[str, CaseKind] = field(default_factory=dict)
    found_by: dict[str, Identity] = field(default_factory=dict)
    """Case -> the event by which it came out of another."""
    children: dict[str, set[str]] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)
    estimates: list[Estimate] = field(default_factory=list)
    associations: dict[str, dict[str, bool]] = field(default_factory=dict)
    """Case -> individual -> whether it is associated now; the last associated comes last."""
    determinations: dict[str, Named] = field(default_factory=dict)
    rescinded: set[str] = field(default_factory=set)
    attributions: list[tuple[AttributionDetermined, Identity]] = field(default_factory=list)
    left: dict[str, tuple[str, Identity]] = field(default_factory=dict)
    """Case -> `returned` or `abroad`, until a declaration of custody recalls it."""
    accounted_for: dict[str, Identity] = field(default_factory=dict)
    interred: dict[str, Identity] = field(default_factory=dict)
    publications: dict[str, Publications] = field(default_factory=dict)
    """Person -> what the public was told of them."""
    aggregates: dict[str, Aggregate] = field(default_factory=dict)
    """Period -> what was said of it last; in world order of that."""
    heard: dict[str, Aggregate] = field(default_factory=dict)
    """Period -> the number that the public heard last, whatever was approved since."""
    resolutions: Resolutions = field(default_factory=dict)

    def cases(self) -> frozenset[str]:
        """The cases registered of the turnover, and all that came out of them."""
        found: set[str] = set()
        ahead = list(self.registered)
        while ahead:
            number = ahead.pop()
            if number not in found:
                found.add(number)
                ahead.extend(self.children.get(number, ()))
        return frozenset(found)

    def individual_of(self, case: str) -> str | None:
        """The individual that a case is associated with now."""
        return next((one for one, still in reversed(self.associations.get(case, {}).items()) if still), None)

    def individuals_of(self, cases: Iterable[str]) -> frozenset[str]:
        """Every individual that any of these cases was ever associated with."""
        return frozenset(one for case in cases for one in self.associations.get(case, ()))

    def standing(self) -> Iterator[Named]:
        for id, named in sorted(self.determinations.items()):
            if id not in self.rescinded:
                yield named


def fold(ref: str, events: Collection[Event]) -> Scope:
    """What `events` say of a turnover; they may say more, of other cases and persons, in any order."""
    scope = Scope(ref)
    counted = effective(events).events
    for event in counted:
        _determine(scope, event)
    for event in counted:
        _take(scope, event)
    return scope


def _determine(scope: Scope, event: Event) -> None:
    """Determinations first: an amendment and a rescission act on the one that they name, whatever their date."""
    match event.data:
        case IdentificationDetermined() as data:
            named = Named(data.persons, set(data.cases), set(data.individuals), event.occurred_at, [event.key])
            scope.determinations.setdefault(data.determination, named)
        case IdentificationRescinded(determination=id):
            scope.rescinded.add(id)
        case _:
            pass


def _take(scope: Scope, event: Event) -> None:
    match event.data:
        case TurnoverDeclared(turnover=scope.ref, expected_cases=expected) as data if scope.declared_by is None:
            scope.expected = expected if isinstance(expected, int) else len(expected)
            scope.to_party = data.to_party
            scope.declared_by = event.key
        case CaseRegistered() as data:
            scope.kinds.setdefault(data.case, data.kind)
            if data.turnover == scope.ref:
                scope.registered.setdefault(data.case, event.key)
        case CaseInventoried() as data:
            for found in data.cases:
                scope.kinds.setdefault(found.case, found.kind)
            _descend(scope, event, (data.parent,), [found.case for found in data.cases])
        case SampleCut() as data:
            scope.kinds.setdefault(data.sample, "sample")
            _descend(scope, event, (data.parent,), [data.sample])
        case CaseSplit() | CaseMerged() as data:
            for child in data.children:
                scope.kinds.setdefault(child, _kind_after(scope.kinds, data.parents))
            _descend(scope, event, data.parents, data.children)
            scope.superseded.update(data.parents)
        case MniEstimated(scope=scope.ref) as data:
            scope.estimates.append(Estimate(data.value, data.method, event.occurred_at, event.key))
        case CaseAssociated(case=number, individual=individual):
            known = scope.associations.setdefault(number, {})
            known.pop(individual, None)
            known[individual] = True
        case CaseDissociated(case=number, individual=individual) if individual in scope.associations.get(number, {}):
            scope.associations[number][individual] = False
        case IdentificationAmended() as data if (
            data.determination in scope.determinations and data.amendment not in scope.rescinded
        ):
            named = scope.determinations[data.determination]
            named.cases = (named.cases | set(data.added.cases)) - set(data.removed.cases)
            named.individuals = (named.individuals | set(data.added.individuals)) - set(data.removed.individuals)
            named.events.append(event.key)
        case AttributionDetermined() as data:
            scope.attributions.append((data, event.key))
        case RemainsReturned(cases=numbers):
            scope.left.update((number, ("returned", event.key)) for number in numbers)
        case CustodyTransferredAbroad(cases=numbers):
            scope.left.update((number, ("abroad", event.key)) for number in numbers)
        case CustodyDeclared(cases=numbers):
            for number in numbers:
                scope.left.pop(number, None)
        case StatusAccountedFor(person=person):
            scope.accounted_for.setdefault(person, event.key)
        case IntermentCompleted(person=person):
            scope.interred.setdefault(person, event.key)
        case PublicationApproved() | PublicationPublished() | PublicationCorrected() as data:
            _publish(scope, event, data)
        case DiscrepancyResolved() as data:
            scope.resolutions = with_resolution(scope.resolutions, data.discrepancy, data.settled, data.resolution)
        case _:
            pass


def _publish(scope: Scope, event: Event, data: PublicationApproved | PublicationPublished | PublicationCorrected) -> None:
    if data.person is not None:
        scope.publications[data.person] = stated(scope.publications.get(data.person, Publications()), event.key, data)
    elif data.scope == scope.ref and data.period is not None and data.count is not None:
        said = Aggregate(stage_of(data), data.period, data.count, event.key)
        scope.aggregates.pop(data.period, None)
        scope.aggregates[data.period] = said
        if said.published:
            scope.heard[data.period] = said


def _descend(scope: Scope, event: Event, parents: Collection[str], children: Collection[str]) -> None:
    for child in children:
        scope.found_by.setdefault(child, event.key)
    for parent in parents:
        scope.children.setdefault(parent, set()).update(children)


def _kind_after(kinds: Mapping[str, CaseKind], parents: Collection[str]) -> CaseKind:
    """What a split or merger makes of its parents: what they were, save that what comes out of a transfer case is remains."""
    known = {kinds.get(parent, "remains") for parent in parents}
    return "material_evidence" if known == {"material_evidence"} else "sample" if known == {"sample"} else "remains"
