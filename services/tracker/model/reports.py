"""What liaisons reported: that a kin was told, and when they were contacted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.tracker.model.discrepancies import Misfit
from services.tracker.model.hours import common_opening
from services.tracker.model.kin import Assignment, Kin
from services.tracker.model.policy import Policy, Window
from shared.events import NotificationAttempted, NotificationDelivered
from shared.events.event import Event, WorldOrder, world_order
from shared.terms import Says

OVERRIDE: Final = timedelta(hours=24)
"""How long two people's decision to contact a kin outside the window lasts: for the contact that they meant."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A liaison's report that a kin was told: by a notice's reference, or by its line and what it said."""

    kin: str
    notice: str | None
    cause: str | None
    says: Says | None
    order: WorldOrder
    event: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contact:
    """A kin was spoken to, or it was tried, with the hours that bound it on that day."""

    kin: Kin
    service: str | None
    at: datetime
    event: tuple[str, str]


def delivered(event: Event, data: NotificationDelivered) -> Delivery:
    cause = data.line.cause if data.line is not None else None
    return Delivery(data.kin, data.notice, cause, data.says, world_order(event), event.key)


def contact(
    event: Event, data: NotificationAttempted | NotificationDelivered, kin: Kin | None, speaks: Assignment | None
) -> Contact | None:
    """The contact that a report tells of; None where no hours bind it: a letter, a kin unknown, a day without an hour."""
    if kin is None or data.channel == "letter" or data.precision != "instant":
        return None
    return Contact(kin, speaks.service if speaks is not None else None, data.at, event.key)


def outside_the_window(
    contacts: Collection[Contact], overrides: Collection[tuple[str, datetime]], policy: Policy
) -> Iterator[Misfit]:
    """Contacts outside the kin's window that nobody authorized. Whose hours they were is not said: operators read this."""
    for each in contacts:
        opens = common_opening(window(each.kin, each.service, policy), each.at)
        meant = (at for kin, at in overrides if kin == each.kin.ref)
        if opens != each.at and not any(at <= each.at < at + OVERRIDE for at in meant):
            yield Misfit("contact_window", "#".join(each.event), "a contact within the window", "a contact outside it")


def window(kin: Kin, service: str | None, policy: Policy) -> tuple[tuple[tuple[Window, ...], str], ...]:
    """The hours that bind a contact, each with its zone: the kin's own and the service's, both where the kin lives."""
    hours = policy.contact_hours.get(service) if service is not None else None  # type: ignore[call-overload]
    return (kin.hours, kin.zone), ((hours,) if hours is not None else (), kin.zone)
