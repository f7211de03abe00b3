"""A person who is missing: kin, liaisons, determinations, and what the family was told. A pure fold, references only."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from itertools import chain
from typing import Final, Literal, get_args

from services.tracker.model import determinations as determinations_
from services.tracker.model import elections as elections_
from services.tracker.model import holds as holds_
from services.tracker.model import kin as kin_
from services.tracker.model import reports
from services.tracker.model.changed import changed
from services.tracker.model.corrections import effective
from services.tracker.model.determinations import ADDED, Amendment, Determination, Portion, Statements, Tokens
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, reported, settled, with_resolution
from services.tracker.model.elections import Election, Elections
from services.tracker.model.holds import Holds
from services.tracker.model.kin import Assignment, Deaths, Designation, Kin, Relief, holder
from services.tracker.model.policy import Policy
from services.tracker.model.publications import Publications, stated
from services.tracker.model.reports import Contact, Delivery
from services.tracker.model.uses import Uses, used
from shared.events import (
    BriefingCompleted,
    BriefingDeclined,
    CaseAssociated,
    CaseDissociated,
    DiscrepancyReported,
    DiscrepancyResolved,
    DispositionDirected,
    ElectionRecorded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    InformationRecorded,
    IntermentCompleted,
    KinDeceased,
    KinRegistered,
    KinUpdated,
    LiaisonAssigned,
    LiaisonRelieved,
    NotificationAcknowledged,
    NotificationAttempted,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PaddDesignated,
    PnokDesignated,
    PublicationApproved,
    PublicationCorrected,
    PublicationPublished,
    RecordCorrected,
    RosettePlaced,
    StatusAccountedFor,
)
from shared.events.event import Event, WorldOrder, world_order

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


@dataclass(frozen=True)
class Person:
    """What is true of one person. Built by `fold` only."""

    ref: str
    kin: Mapping[str, Kin] = field(default_factory=dict)
    deaths: Deaths = field(default_factory=dict)
    pnoks: tuple[Designation, ...] = ()
    padds: tuple[Designation, ...] = ()
    """Who was ever designated, in world order; the last is, until they die."""
    assignments: tuple[Assignment, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    signed: tuple[Election, ...] = ()
    determinations: Mapping[str, Determination] = field(default_factory=dict)
    amendments: Mapping[str, Amendment] = field(default_factory=dict)
    rescinded: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Determination or amendment -> its rescission, the last of several."""
    statements: Statements = field(default_factory=dict)
    information: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Information that stands, by its reference."""
    informed: frozenset[str] = frozenset()
    """References of all information that was ever recorded, also what a correction took back."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Individual -> the cases associated with it now."""
    exclusions: Mapping[str, bool] = field(default_factory=dict)
    """Case or individual -> whether its exclusion from this person is active."""
    holds: Holds = field(default_factory=Holds)
    deliveries: tuple[Delivery, ...] = ()
    """In world order; the last of a line is what the family knows."""
    contacts: tuple[Contact, ...] = ()
    acknowledged: frozenset[str] = frozenset()
    """References of notices that their liaison has read."""
    unreachable: frozenset[str] = frozenset()
    overridden: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Kin -> the last decision of two people to go on without them."""
    windows_overridden: frozenset[tuple[str, datetime]] = frozenset()
    """(kin, when): decisions of two people to contact them outside their window."""
    briefed: frozenset[tuple[str, str]] = frozenset()
    """(determination, kin)."""
    declined: frozenset[tuple[str, str]] = frozenset()
    """(determination, kin) of briefings that a kin did not want."""
    accounted_for: date | None = None
    publications: Publications = field(default_factory=Publications)
    directed: bool = False
    """Somebody directed how the remains are laid to rest."""
    interred: bool = False
    rosette_placed: bool = False
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)

    # --------------------------------------------------------------------------------------------- the family
    @property
    def pnok(self) -> str | None:
        """The primary next of kin, if one who lives is designated."""
        return holder(self.pnoks, self.deaths)

    @property
    def padd(self) -> str | None:
        """Who directs disposition and chooses about later portions, if one who lives is designated."""
        return holder(self.padds, self.deaths)

    @property
    def elections(self) -> Elections:
        return Elections(self.signed, self.padds, self.deaths)

    def liaison_of(self, kin: str, now: datetime) -> Assignment | None:
        """Who speaks to this kin now."""
        return kin_.speaks(self.assignments, self.reliefs, kin, now)

    def briefing_closed(self, determination: str, kin: str) -> bool:
        return (determination, kin) in self.briefed | self.declined

    def next_change(self, now: datetime) -> datetime | None:
        """When this changes by the passing of time alone: an assignment, a relief or an election that is still to come."""
        changes = (
            [one.since for one in self.assignments],
            [one.since for one in self.reliefs],
            [one.since for one in self.signed],
        )
        return min((since for since in chain(*changes) if since > now), default=None)

    # --------------------------------------------------------------------------------------------- determinations
    def standing(self) -> Iterator[Determination]:
        """The determinations that stand now, the earliest first."""
        for determination in sorted(self.determinations.values(), key=lambda one: one.order):
            if determination.id not in self.rescinded:
                yield determination

    def amendments_in_force(self) -> list[Amendment]:
        in_force = (each for each in self.amendments.values() if each.id not in self.rescinded)
        return sorted(in_force, key=lambda one: one.order)

    def portions(self) -> tuple[Portion, ...]:
        """What is told of the determinations that stand, portion by portion, the earliest first."""
        found = determinations_.portions(self.standing(), self.amendments_in_force(), self.statements)
        return tuple(sorted(found, key=lambda one: one.first))

    def stated(self, cause: str, by: WorldOrder) -> Tokens:
        """What a cause was last said to be of before `by`, whatever was corrected or amended since."""
        id = cause.removeprefix(ADDED)
        said = self.statements[id]
        last = next((each for each in reversed(said) if each.order < by), said[0])
        of = self.amendments[id].determination if id in self.amendments else id
        own = self.amendments[id].order if id in self.amendments else None
        later = [each for each in self.amendments_in_force() if each.determination == of and each.order < by]
        since = [each for each in later if own is None or each.order > own]
        first, then = determinations_.first_stated(said), determinations_.as_amended(last.tokens, since)
        return then & first if cause == id else (then - first) & frozenset().union(*(each.tokens for each in said))

    @property
    def cases(self) -> frozenset[str]:
        """Every case that this person ever had to do with: what a family was told of one may still have to be taken back."""
        said = list(chain.from_iterable(self.statements.values()))
        named = frozenset(case for one in said for case in one.cases)
        return named | self.cases_among(self.individuals)

    @property
    def individuals(self) -> frozenset[str]:
        """Every individual that a determination or an amendment ever named."""
        return frozenset(one for said in chain.from_iterable(self.statements.values()) for one in said.individuals)

    def cases_of(self, determination: Determination) -> frozenset[str]:
        """The cases that a determination names or reaches through an individual, as amended."""
        mine = [each for each in self.amendments_in_force() if each.determination == determination.id]
        tokens = determinations_.as_amended(determination.tokens, mine)
        cases = (tokens - self.individuals) | self.cases_among(tokens)
        return cases - self.taken_from(determination.id)

    def taken_from(self, determination: str) -> Tokens:
        """What amendments took from a determination, and no later one gave back."""
        taken: Tokens = frozenset()
        for each in self.amendments_in_force():
            if each.determination == determination:
                taken = (taken | each.removed) - each.added
        return taken

    def reach(self, portion: Portion) -> frozenset[str]:
        """The cases of a portion, with those that its individuals bring, and the individuals."""
        return (portion.stands | self.cases_among(portion.stands)) - self.taken_from(portion.determination)

    def cases_among(self, individuals: Iterable[str]) -> frozenset[str]:
        """The cases that are associated with any of `individuals` now."""
        return frozenset(case for individual in individuals for case in self.members.get(individual, ()))

    # --------------------------------------------------------------------------------------------- how far it has come
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

    def _told_of(self, delivery: Delivery, standing: Collection[str]) -> bool:
        """Whether a PNOK was told of something that may stand; a report by reference is taken at its word."""
        of_standing = delivery.notice is not None or (delivery.cause in standing and delivery.says == "stands")
        return delivery.kin in {each.kin for each in self.pnoks[-1:]} and of_standing

    def discrepancies(self, policy: Policy) -> tuple[Discrepancy, ...]:
        return settled("person", self.ref, self._misfits(policy), self.resolutions)

    def _misfits(self, policy: Policy) -> Iterator[Misfit]:
        yield from self.misfits
        yield from holds_.misfits(self.holds)
        yield from self.elections.misfits()
        yield from reports.outside_the_window(self.contacts, self.windows_overridden, policy)
        for delivery in self.deliveries:
            if delivery.cause is not None and not self.knows(delivery.cause):
                anchor = "#".join(delivery.event)
                yield Misfit("report", anchor, "a determination on file", "told of one that is not on file")

    def knows(self, cause: str) -> bool:
        """Whether a cause was ever on file, whatever was corrected since."""
        return cause.removeprefix(ADDED) in self.statements or cause in self.informed


def fold(ref: str, events: Collection[Event]) -> Person:
    """The person that their events describe. `events` is everything the history holds, corrections included."""
    counted = effective(events)
    corrections = frozenset(event.key for event in events if isinstance(event.data, RecordCorrected))
    recorded = (event.data for event in counted.ever if isinstance(event.data, InformationRecorded))
    start = Person(
        ref,
        statements=determinations_.statements(ref, counted.ever, corrections),
        informed=frozenset(data.reference for data in recorded if data.person == ref),
        misfits=counted.misfits,
    )
    return reduce(_advance, counted.events, start)


def _advance(before: Person, event: Event) -> Person:
    uses = used(before.uses, event.data, event.key)
    if isinstance(uses, Misfit):
        return changed(before, misfits=(*before.misfits, uses))
    return changed(evolve(before, event), uses=uses)


def evolve(before: Person, event: Event) -> Person:
    """The whole life of a person's record. An event that is not listed, or is about another person, changes nothing."""
    order = world_order(event)
    match event.data:
        case IdentificationDetermined() as data if before.ref in data.persons:
            determination = determinations_.determined(event, data)
            return changed(before, determinations={data.determination: determination, **before.determinations})
        case IdentificationAmended() as data if data.amendment in before.statements:
            amendment = determinations_.amended(event, data)
            return changed(before, amendments={data.amendment: amendment, **before.amendments})
        case IdentificationRescinded(determination=id):
            return changed(before, rescinded={**before.rescinded, id: order})
        case InformationRecorded(person=before.ref, reference=reference):
            return changed(before, information={reference: order, **before.information})
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
        case StatusAccountedFor(person=before.ref, date=on):
            return changed(before, accounted_for=on)
        case PublicationApproved() | PublicationPublished() | PublicationCorrected() as data if data.person == before.ref:
            return changed(before, publications=stated(before.publications, event.key, data))
        case DispositionDirected(person=before.ref):
            return changed(before, directed=True)
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
            return _reported(_family(before, event), event)


def _family(before: Person, event: Event) -> Person:
    """Kin, who was designated among them, who speaks to them, and what they chose."""
    order = world_order(event)
    match event.data:
        case KinRegistered(person=before.ref) as data:
            return changed(before, kin={**before.kin, data.kin: kin_.registered(data)})
        case KinUpdated(person=before.ref, kin=ref) as data if ref in before.kin:
            return changed(before, kin={**before.kin, ref: kin_.updated(before.kin[ref], data)})
        case KinDeceased(person=before.ref, kin=ref):
            return changed(before, deaths={ref: order, **before.deaths})
        case PnokDesignated(person=before.ref, kin=ref):
            return changed(before, pnoks=(*before.pnoks, Designation(ref, order)))
        case PaddDesignated(person=before.ref, kin=ref):
            return changed(before, padds=(*before.padds, Designation(ref, order)))
        case LiaisonAssigned(person=before.ref) as data:
            return changed(before, assignments=(*before.assignments, kin_.assigned(data, order)))
        case LiaisonRelieved(person=before.ref) as data:
            return changed(before, reliefs=(*before.reliefs, kin_.relieved(data, order)))
        case ElectionRecorded(person=before.ref) as data:
            return changed(before, signed=(*before.signed, elections_.recorded(event, data)))
        case _:
            return before


def _reported(before: Person, event: Event) -> Person:
    """What liaisons did, and what two people decided instead."""
    match event.data:
        case NotificationAttempted(person=before.ref) as data:
            return _contacted(before, event, data)
        case NotificationDelivered(person=before.ref) as data:
            after = changed(before, deliveries=(*before.deliveries, reports.delivered(event, data)))
            return _contacted(after, event, data)
        case NotificationAcknowledged(person=before.ref, notice=notice):
            return changed(before, acknowledged=before.acknowledged | {notice})
        case NotificationUnreachable(person=before.ref, kin=ref):
            return changed(before, unreachable=before.unreachable | {ref})
        case NotificationOverrideAuthorized(person=before.ref, kin=ref, of="unreachable"):
            return changed(before, overridden={**before.overridden, ref: world_order(event)})
        case NotificationOverrideAuthorized(person=before.ref, kin=ref, of="contact_window", at=at):
            return changed(before, windows_overridden=before.windows_overridden | {(ref, at)})
        case BriefingCompleted(person=before.ref) as data:
            return changed(before, briefed=before.briefed | {(data.determination, data.kin)})
        case BriefingDeclined(person=before.ref) as data:
            return changed(before, declined=before.declined | {(data.determination, data.kin)})
        case _:
            return before


def _contacted(before: Person, event: Event, data: NotificationAttempted | NotificationDelivered) -> Person:
    """The hours that bound the contact are those of its own day: of the kin as they were, and of who spoke to them."""
    contact = reports.contact(event, data, before.kin.get(data.kin), before.liaison_of(data.kin, data.at))
    return before if contact is None else changed(before, contacts=(*before.contacts, contact))


def _members(before: Person, individual: str, case: str, *, joins: bool) -> dict[str, tuple[str, ...]]:
    others = tuple(one for one in before.members.get(individual, ()) if one != case)
    return {**before.members, individual: (*others, case) if joins else others}
