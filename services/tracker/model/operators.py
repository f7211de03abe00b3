"""What operators are owed: a look at each open discrepancy, at each entry in quarantine, at each attempt that ended unknown."""

from collections.abc import Iterable

from services.tracker.model.directory import DEFAULT_OFFICE, Directory
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.notices import Owed


def of_discrepancies(found: Iterable[Discrepancy], custodian: str | None, directory: Directory) -> frozenset[Owed]:
    """A notice for each open discrepancy, to the operators of the custodian."""
    recipient = operators_of(custodian, directory)
    return frozenset(
        Owed(key=f"discrepancy/{each.id}", kind="discrepancy", recipient=recipient, subject=each.id)
        for each in found
        if each.open
    )


def of_quarantined(stream: str, entry_id: str, directory: Directory) -> Owed:
    """A notice for an entry that could not be filed."""
    key = f"quarantine/{stream}/{entry_id}"
    return Owed(key=key, kind="quarantine", recipient=operators_of(None, directory), subject=f"{stream}/{entry_id}")


def of_doubt(attempt: str, notice: str, directory: Directory) -> Owed:
    """A notice for an attempt of which nobody knows whether the mail left. `notice` is the reference of what it carried."""
    return Owed(key=f"in_doubt/{attempt}", kind="in_doubt", recipient=operators_of(None, directory), subject=notice)


def operators_of(party: str | None, directory: Directory) -> str:
    return directory.office(f"operators/{party}" if party is not None else DEFAULT_OFFICE)
