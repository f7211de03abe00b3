"""A person's family, by reference: who belongs to it, who was designated, and who speaks to whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.tracker.model.policy import Window
from shared.events import KinRegistered, KinUpdated, LiaisonAssigned, LiaisonRelieved
from shared.events.event import WorldOrder

Deaths = Mapping[str, WorldOrder]
"""Kin -> the statement that they died."""


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
class Designation:
    """A kin was made the primary next of kin, or the one who directs disposition."""

    kin: str
    order: WorldOrder


@dataclass(frozen=True, slots=True)
class Assignment:
    """A liaison speaks to one kin, or to the whole family (`kin` None), from an instant on."""

    kin: str | None
    liaison: str
    service: str
    since: datetime
    order: WorldOrder


@dataclass(frozen=True, slots=True)
class Relief:
    """A liaison speaks no longer to one kin, or to the whole family (`kin` None), from an instant on."""

    kin: str | None
    liaison: str
    since: datetime
    order: WorldOrder


def registered(data: KinRegistered) -> Kin:
    hours = tuple((window.start, window.end) for window in data.contact_hours)
    return Kin(data.kin, data.relation, data.basis, data.zone or "UTC", hours, data.required)


def updated(before: Kin, data: KinUpdated) -> Kin:
    """What the update leaves out is as it was."""
    hours = before.hours if data.contact_hours is None else tuple((each.start, each.end) for each in data.contact_hours)
    return replace(
        before,
        relation=data.relation or before.relation,
        basis=data.basis or before.basis,
        zone=data.zone or before.zone,
        hours=hours,
        required=before.required if data.required is None else data.required,
    )


def assigned(data: LiaisonAssigned, order: WorldOrder) -> Assignment:
    return Assignment(data.kin, data.liaison, data.service, data.from_, order)


def relieved(data: LiaisonRelieved, order: WorldOrder) -> Relief:
    return Relief(data.kin, data.liaison, data.from_, order)


def holder(designations: Sequence[Designation], deaths: Deaths) -> str | None:
    """Who is designated now. A death leaves nobody designated, until somebody else is: it appoints no successor."""
    last = designations[-1].kin if designations else None
    return None if last in deaths else last


def holder_at(designations: Sequence[Designation], deaths: Deaths, order: WorldOrder) -> str | None:
    """Who was designated when a statement of `order` was made."""
    before = [each for each in designations if each.order < order]
    return holder(before, {kin: death for kin, death in deaths.items() if death < order})


def speaks(assignments: Collection[Assignment], reliefs: Collection[Relief], kin: str, now: datetime) -> Assignment | None:
    """Who speaks to a kin now: the last assigned to them, else the last assigned to the whole family.

    Whoever was followed by another does not speak again because that other was relieved: a relief names no successor.
    """
    for scope in (kin, None):
        in_force = [each for each in assignments if each.since <= now and each.kin == scope]
        last = max(in_force, key=lambda each: (each.since, each.order), default=None)
        if last is not None and not any(_ends(relief, last, kin, now) for relief in reliefs):
            return last
    return None


def _ends(relief: Relief, assignment: Assignment, kin: str, now: datetime) -> bool:
    of_him = relief.liaison == assignment.liaison and relief.kin in (None, kin)
    return of_him and relief.since <= now and (relief.since, relief.order) > (assignment.since, assignment.order)
