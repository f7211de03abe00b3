"""A person who is missing: kin, liaisons, determinations, and what the family was told. A pure fold, references only."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from itertools import chain
from typing import Final, Literal, NamedTuple, get_args

from services.tracker.model import holds as holds_
from services.tracker.model.changed import changed
from services.tracker.model.corrections import effective
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, reported, settled, with_resolution
from services.tracker.model.holds import Holds
from services.tracker.model.policy import Window
from services.tracker.model.publications import Publications, stated
from services.tracker.model.uses import Uses, used
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
    IntermentCompleted,
    KinRegistered,
    LiaisonAssigned,
    NotificationAcknowledged,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PnokDesignated,
    PublicationApproved,
    PublicationCorrected,
    PublicationPublished,
    RosettePlaced,
    StatusAccountedFor,
)
from shared.events.event import Event, WorldOrder, world_order
from shared.terms import Says

Progress = Literal[
    "unaccounted_for",
    "determined",
    "kin_notified",
    "accounted_for",
    "announced",
    "briefed",
    "interred",
    "rosette_placed",
]
PROGRESS: Final[tuple[Progress, ...]] = get_args(Progress)


@dataclass(frozen=True, slots=True)
class Kin:
    """One of the family. `hours` are the contact windows they stated, in their `zone`."""

    ref: str
    relation: str
    basis: str
    zone: str
    hours: tuple[Window, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A liaison speaks to one kin, or to the whole family (`kin` None), from an instant on."""

    kin: str | None
    liaison: str
    service: str
    since: datetime
    order: WorldOrder


@dataclass(frozen=True, slots=True)
class Determination:
    """What the medical examiner determined of this person. `tokens` are the cases and individuals it names."""

    id: str
    kind: str
    persons: tuple[str, ...]
    cases: tuple[str, ...]
    individuals: tuple[str, ...]
    order: WorldOrder
    event: tuple[str, str]

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(self.cases + self.individuals)


class Statement(NamedTuple):
    """What a determination was said to be of: by its own event, or by a correction of it, whose order it then has."""

    order: WorldOrder
    cases: tuple[str, ...]
    individuals: tuple[str, ...]

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(self.cases + self.individuals)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A liaison's report that a kin was told: by a notice's reference, or by its line and what it said."""

    kin: str
    notice: str | None
    cause: str | None
    says: Says | None
    order: WorldOrder
    event: tuple[str, str]


@dataclass(frozen=True)
class Person:
    """What is true of one person. Built by `fold` only."""

    ref: str
    kin: Mapping[str, Kin] = field(default_factory=dict)
    pnok: str | None = None
    assignments: tuple[Assignment, ...] = ()
    determinations: Mapping[str, Determination] = field(default_factory=dict)
    rescinded: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Determination -> its rescission, the last of several."""
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    """Determination -> all that was ever stated of it, in world order, also what a correction took back."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Individual -> the cases associated with it now."""
    exclusions: Mapping[str, bool] = field(default_factory=dict)
    """Case or individual -> whether its exclusion from this person is active."""
    holds: Holds = field(default_factory=Holds)
    deliveries: tuple[Delivery, ...] = ()
    """In world order; the last of a line is what the family knows."""
    acknowledged: frozenset[str] = frozenset()
    """References of notices that their liaison has read."""
    unreachable: frozenset[str] = frozenset()
    overridden: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Kin -> the last decision of two people to go on without them."""
    """Kin whom two people decided not to wait for."""
    briefed: frozenset[tuple[str, str]] = frozenset()
    """(determination, kin)."""
    accounted_for: date | None = None
    publications: Publications = field(default_factory=Publications)
    interred: bool = False
    rosette_placed: bool = False
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        """The furthest that stands; without a determination that stands, unaccounted for."""
        standing = {one.id for one in self.standing()}
        if not standing:
            return "unaccounted_for"
        if self.rosette_placed:
            return "rosette_placed"
        if self.interred:
            return "interred"
        if any(determination in standing for determination, _ in self.briefed):
            return "briefed"
        if self.publications.named:
            return "announced"
        if self.accounted_for is not None:
            return "accounted_for"
        if any(self._told_of(delivery, standing) for delivery in self.deliveries):
            return "kin_notified"
        return "determined"

    def standing(self) -> Iterator[Determination]:
        """The determinations that stand now, the earliest first."""
        for determination in sorted(self.determinations.values(), key=lambda one: one.order):
            if determination.id not in self.rescinded:
                yield determination

    @property
    def cases(self) -> frozenset[str]:
        """Every case that this person ever had to do with: what a family was told of one may still have to be taken back."""
        said = list(chain.from_iterable(self.statements.values()))
        named = frozenset(case for one in said for case in one.cases)
        return named | self.cases_among(individual for one in said for individual in one.individuals)

    def stated(self, cause: str, by: WorldOrder) -> frozenset[str]:
        """What a determination was last said to be of before `by`, whatever was corrected since."""
        statements = self.statements[cause]
        return next((one.tokens for one in reversed(statements) if one.order < by), statements[0].tokens)

    def cases_of(self, determination: Determination) -> frozenset[str]:
        """The cases that a determination names or reaches through an individual."""
        return frozenset(determination.cases) | self.cases_among(determination.individuals)

    def cases_among(self, individuals: Iterable[str]) -> frozenset[str]:
        """The cases that are associated with any of `individuals` now."""
        return frozenset(case for individual in individuals for case in self.members.get(individual, ()))

    def liaison_of(self, kin: str, now: datetime) -> Assignment | None:
        """Who speaks to this kin now: the last assigned to them, else the last assigned to the whole family."""
        in_force = [each for each in self.assignments if each.since <= now and each.kin in (kin, None)]
        return max(in_force, key=lambda each: (each.kin is not None, each.since, each.order), default=None)

    def next_change(self, now: datetime) -> datetime | None:
        """When this changes by the passing of time alone: an assignment that is still to come."""
        return min((each.since for each in self.assignments if each.since > now), default=None)

    def _told_of(self, delivery: Delivery, standing: Collection[str]) -> bool:
        """Whether the PNOK was told of something that may stand; a report by reference is taken at its word."""
        of_standing = delivery.notice is not None or (delivery.cause in standing and delivery.says == "stands")
        return delivery.kin == self.pnok and of_standing

    def discrepancies(self) -> tuple[Discrepancy, ...]:
        return settled("person", self.ref, self._misfits(), self.resolutions)

    def _misfits(self) -> Iterator[Misfit]:
        yield from self.misfits
        yield from holds_.misfits(self.holds)
        for delivery in self.deliveries:
            if delivery.cause is not None and delivery.cause not in self.statements:
                anchor = "#".join(delivery.event)
                yield Misfit("report", anchor, "a determination on file", "told of one that is not on file")


def fold(ref: str, events: Collection[Event]) -> Person:
    """The person that their events describe. `events` is everything the history holds, corrections included."""
    counted = effective(events)
    start = Person(ref, statements=_statements(ref, counted.ever), misfits=counted.misfits)
    return reduce(_advance, counted.events, start)


def _statements(ref: str, ever: Iterable[Event]) -> dict[str, tuple[Statement, ...]]:
    found: dict[str, tuple[Statement, ...]] = {}
    for event in ever:
        data = event.data
        if isinstance(data, IdentificationDetermined) and ref in data.persons:
            one = Statement(world_order(event), data.cases, data.individuals)
            found[data.determination] = (*found.get(data.determination, ()), one)
    return found


def _advance(before: Person, event: Event) -> Person:
    uses = used(before.uses, event.data, event.key)
    if isinstance(uses, Misfit):
        return changed(before, misfits=(*before.misfits, uses))
    return changed(evolve(before, event), uses=uses)


def evolve(before: Person, event: Event) -> Person:
    """The whole life of a person's record. An event that is not listed, or is about another person, changes nothing."""
    match event.data:
        case KinRegistered(person=before.ref) as data:
            hours = tuple((window.start, window.end) for window in data.contact_hours)
            kin = Kin(data.kin, data.relation, data.basis, data.zone or "UTC", hours, data.required)
            return changed(before, kin={**before.kin, data.kin: kin})
        case PnokDesignated(person=before.ref, kin=kin_ref):
            return changed(before, pnok=kin_ref)
        case LiaisonAssigned(person=before.ref) as data:
            assignment = Assignment(data.kin, data.liaison, data.service, data.from_, world_order(event))
            return changed(before, assignments=(*before.assignments, assignment))
        case IdentificationDetermined() as data if before.ref in data.persons:
            determination = Determination(
                data.determination, data.kind, data.persons, data.cases, data.individuals, world_order(event), event.key
            )
            return changed(before, determinations={data.determination: determination, **before.determinations})
        case IdentificationRescinded(determination=id):
            return changed(before, rescinded={**before.rescinded, id: world_order(event)})
        case CaseAssociated(individual=individual, case=number):
            return changed(before, members=_members(before, individual, number, joins=True))
        case CaseDissociated(individual=individual, case=number):
            return changed(before, members=_members(before, individual, number, joins=False))
        case ExclusionRecorded(person=before.ref) | ExclusionWithdrawn(person=before.ref) as data:
            active = isinstance(data, ExclusionRecorded)
            return changed(before, exclusions={**before.exclusions, data.individual or data.case or "": active})
        case HoldPlaced(person=before.ref) as data:
            return changed(before, holds=holds_.placed(before.holds, event, data))
        case HoldLifted() as data:
            return changed(before, holds=holds_.lifted(before.holds, event, data))
        case NotificationDelivered(person=before.ref) as data:
            cause = data.line.cause if data.line is not None else None
            delivery = Delivery(data.kin, data.notice, cause, data.says, world_order(event), event.key)
            return changed(before, deliveries=(*before.deliveries, delivery))
        case NotificationAcknowledged(person=before.ref, notice=notice):
            return changed(before, acknowledged=before.acknowledged | {notice})
        case NotificationUnreachable(person=before.ref, kin=kin_ref):
            return changed(before, unreachable=before.unreachable | {kin_ref})
        case NotificationOverrideAuthorized(person=before.ref, kin=kin_ref, of="unreachable"):
            return changed(before, overridden={**before.overridden, kin_ref: world_order(event)})
        case BriefingCompleted(person=before.ref) as data:
            return changed(before, briefed=before.briefed | {(data.determination, data.kin)})
        case StatusAccountedFor(person=before.ref, date=on):
            return changed(before, accounted_for=on)
        case PublicationApproved() | PublicationPublished() | PublicationCorrected() as data if data.person == before.ref:
            return changed(before, publications=stated(before.publications, event.key, data))
        case IntermentCompleted(person=before.ref):
            return changed(before, interred=True)
        case RosettePlaced(person=before.ref):
            return changed(before, rosette_placed=True)
        case DiscrepancyReported(subject=subject) as data if subject.kind == "person" and subject.ref == before.ref:
            return changed(before, misfits=(*before.misfits, reported(event.key, data)))
        case DiscrepancyResolved() as data:
            resolutions = with_resolution(before.resolutions, data.discrepancy, data.settled, data.resolution)
            return changed(before, resolutions=resolutions)
        case _:
            return before


def _members(before: Person, individual: str, case: str, *, joins: bool) -> dict[str, tuple[str, ...]]:
    others = tuple(one for one in before.members.get(individual, ()) if one != case)
    return {**before.members, individual: (*others, case) if joins else others}
