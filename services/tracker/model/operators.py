"""What operators are owed: a look at each open discrepancy, each entry in quarantine, each attempt that ended unknown, and at
what has not happened for too long: a hand-over that is still open, a source that is silent, entries that are missing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.tracker.model.directory import DEFAULT_OFFICE, Directory
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.notices import Owed
from services.tracker.model.policy import Policy


class OpenCase(NamedTuple):
    """A case of which one half of a hand-over has been said since `opened_at`, and the other not."""

    transfer: str
    case: str
    custodian: str | None
    opened_at: datetime


class Heard(NamedTuple):
    """A source, with the last event that it was heard with, and when."""

    source: str
    event: str
    at: datetime


class Missing(NamedTuple):
    """Entries of a stream that were accepted and are nowhere any more: the first of them."""

    stream: str
    epoch: str
    low: int


def of_discrepancies(found: Iterable[Discrepancy], custodian: str | None, directory: Directory) -> frozenset[Owed]:
    """A notice for each open discrepancy, to the operators of the custodian."""
    recipient = operators_of(custodian, directory)
    return frozenset(
        Owed(key=f"discrepancy/{each.id}", kind="discrepancy", recipient=recipient, subject=each.id)
        for each in found
        if each.open
    )


def of_missing(number: str, reports: Iterable[tuple[str, str]], custodian: str | None, directory: Directory) -> frozenset[Owed]:
    """A notice for each report that a case is missing, by its (source, id), until the case is found."""
    return frozenset(
        Owed(
            key=f"missing/{number}/{source} {id}",
            kind="missing",
            recipient=operators_of(custodian, directory),
            subject=number,
            cases=(number,),
        )
        for source, id in reports
    )


def of_quarantined(stream: str, entry_id: str, directory: Directory) -> Owed:
    """A notice for an entry that could not be filed."""
    key = f"quarantine/{stream}/{entry_id}"
    return Owed(key=key, kind="quarantine", recipient=operators_of(None, directory), subject=f"{stream}/{entry_id}")


def of_doubt(attempt: str, notice: str, directory: Directory) -> Owed:
    """A notice for an attempt of which nobody knows whether the mail left. `notice` is the reference of what it carried."""
    return Owed(key=f"in_doubt/{attempt}", kind="in_doubt", recipient=operators_of(None, directory), subject=notice)


def of_overdue(open_cases: Iterable[OpenCase], policy: Policy, directory: Directory, now: datetime) -> frozenset[Owed]:
    """A notice for each hand-over of which a case has been open for the policy's hours; it lists all that are open."""
    by_transfer: dict[str, list[OpenCase]] = {}
    for each in sorted(open_cases):
        by_transfer.setdefault(each.transfer, []).append(each)
    late = {
        transfer: cases
        for transfer, cases in by_transfer.items()
        if min(each.opened_at for each in cases) + policy.hand_over_overdue <= now
    }
    return frozenset(_of_transfer(transfer, cases, directory) for transfer, cases in late.items())


def _of_transfer(transfer: str, cases: Sequence[OpenCase], directory: Directory) -> Owed:
    """To the operators of whoever answers for the first of its cases: until it is accepted that is the releaser."""
    return Owed(
        key=f"overdue_hand_over/{transfer}",
        kind="overdue_hand_over",
        recipient=operators_of(cases[0].custodian, directory),
        subject=transfer,
        cases=tuple(each.case for each in cases),
    )


def of_silent(sources: Iterable[Heard], policy: Policy, directory: Directory, now: datetime) -> frozenset[Owed]:
    """A notice for each source that has been silent for longer than it may be, until it is heard again."""
    return frozenset(
        Owed(
            key=f"source_silent/{each.source} {each.event}",
            kind="source_silent",
            recipient=operators_of(None, directory),
            subject=each.source,
        )
        for each in sources
        if each.at + policy.source_silent(each.source) <= now
    )


def of_gaps(missing: Iterable[Missing], directory: Directory) -> frozenset[Owed]:
    """A notice for each hole in what was accepted, until somebody acknowledges it."""
    return frozenset(
        Owed(
            key=f"gap/{each.stream}/{each.epoch}/{each.low}",
            kind="gap",
            recipient=operators_of(None, directory),
            subject=f"{each.stream}/{each.epoch}/{each.low}",
        )
        for each in missing
    )


def operators_of(party: str | None, directory: Directory) -> str:
    return directory.office(f"operators/{party}" if party is not None else DEFAULT_OFFICE)
