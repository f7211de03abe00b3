"""When a family may be contacted: the kin's stated hours and the service's, in the kin's zone (invariant 13). Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.hours import common_opening
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy, Window
from services.tracker.model.reports import window


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """The daily hours of the kin, where they stated any, and of the service; a contact keeps both.

    `opens` (UTC) is when both are next open: the instant asked about if they are open then, None if they never are together.
    """

    zone: str
    kin_hours: tuple[Window, ...]
    service_hours: tuple[Window, ...]
    opens: datetime | None


def contact_window(person: Person, kin_ref: str, policy: Policy, at: datetime) -> ContactWindow | None:
    """The window for one kin of `person` as of `at`; None for a kin whom nobody has registered."""
    kin = person.kin.get(kin_ref)
    if kin is None:
        return None
    assignment = person.liaison_of(kin_ref, at)
    own, of_service = window(kin, assignment.service if assignment is not None else None, policy)
    return ContactWindow(kin.zone, own[0], of_service[0], common_opening((own, of_service), at))
