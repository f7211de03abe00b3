"""Who can be written to: liaisons and offices, as the tracker's own directory knows them. Addresses are never in events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.tracker.model.policy import Window

DEFAULT_OFFICE = "default"
"""Gets what no other office is there to get; without it the tracker does not start."""


@dataclass(frozen=True, slots=True)
class Liaison:
    """A casualty officer. `address` is None where the directory knows the liaison and no way to write to them."""

    ref: str
    address: str | None
    zone: str
    duty_hours: tuple[Window, ...]
    service: str


@dataclass(frozen=True, slots=True)
class Office:
    """A desk by its name: `army/casualty_office`, `operators/UNC`, `default`."""

    name: str
    address: str
    zone: str
    duty_hours: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    liaisons: Mapping[str, Liaison] = field(default_factory=dict)
    offices: Mapping[str, Office] = field(default_factory=dict)

    def office(self, name: str) -> str:
        """The recipient `office:<name>`, or the default office where there is no such desk."""
        return f"office:{name if name in self.offices else DEFAULT_OFFICE}"

    def address_of(self, recipient: str | None) -> str | None:
        """Where a recipient's mail goes; None where it cannot go anywhere."""
        kind, _, ref = (recipient or "").partition(":")
        if kind == "liaison" and ref in self.liaisons:
            return self.liaisons[ref].address
        if kind == "office" and ref in self.offices:
            return self.offices[ref].address
        return None
