"""What happens in a person's family, and what its liaisons report: what a person's fold takes from family sources."""

from services.tracker.model import elections as elections_
from services.tracker.model import kin as kin_
from services.tracker.model import reports
from services.tracker.model.changed import changed
from services.tracker.model.kin import Designation
from services.tracker.model.person_state import Person
from shared.events import (
    BriefingCompleted,
    BriefingDeclined,
    ElectionRecorded,
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
)
from shared.events.event import Event, world_order


def evolve(before: Person, event: Event) -> Person:
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
            return _reported(before, event)


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
