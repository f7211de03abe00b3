"""A person who is missing: a pure fold over the set of their events, in the order they happened in the world.

Which matter an event belongs to decides which function takes it; an event of another person changes nothing.
"""

from collections.abc import Collection
from functools import reduce

from services.tracker.model import determinations as determinations_
from services.tracker.model import family
from services.tracker.model import holds as holds_
from services.tracker.model.changed import changed
from services.tracker.model.corrections import effective
from services.tracker.model.discrepancies import Misfit, reported, with_resolution
from services.tracker.model.person_state import PROGRESS, Person, Progress
from services.tracker.model.publications import stated
from services.tracker.model.uses import used
from shared.events import (
    CaseAssociated,
    CaseDissociated,
    DiscrepancyReported,
    DiscrepancyResolved,
    DispositionDirected,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    InformationRecorded,
    IntermentCompleted,
    PublicationApproved,
    PublicationCorrected,
    PublicationPublished,
    RecordCorrected,
    RemainsReturned,
    RosettePlaced,
    StatusAccountedFor,
)
from shared.events.event import Event, world_order

__all__ = ["PROGRESS", "Person", "Progress", "evolve", "fold"]


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
    end = reduce(_advance, counted.events, start)
    return changed(end, portions=end.told_at_once())


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
            return changed(before, directions=(*before.directions, order))
        case RemainsReturned(persons=persons) if before.ref in persons:
            return changed(before, returns=(*before.returns, order))
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
            return family.evolve(before, event)


def _members(before: Person, individual: str, case: str, *, joins: bool) -> dict[str, tuple[str, ...]]:
    others = tuple(one for one in before.members.get(individual, ()) if one != case)
    return {**before.members, individual: (*others, case) if joins else others}
