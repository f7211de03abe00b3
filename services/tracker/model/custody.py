"""Who answers for one case, where it is, and what it is sealed with. The custody part of a case's fold.

Who answers is the last of a succession of claims; hand-overs have a file of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.tracker.model.changed import changed
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.tenure import Claim, End, Interval, claim, custodian_at, intervals
from shared.events import (
    CaseFound,
    CaseMissingReported,
    CaseOpened,
    CaseRegistered,
    CaseSealed,
    CustodyDeclared,
    CustodyTransferredAbroad,
    RemainsReturned,
    StorageMoved,
    TransportArrived,
    TransportDeparted,
)
from shared.events.event import Event
from shared.terms import Seal

Seals = tuple[str, ...] | None
"""`number@position`, sorted; None where a statement over several cases does not say which seals are this case's."""

RECALLED_FROM: tuple[End, ...] = ("returned", "transferred_abroad")


class Half(NamedTuple):
    """One side of a hand-over. `exact` is false where only the day or year is known: then its order says nothing."""

    at: datetime
    party: str
    other: str | None
    seals: Seals
    condition: str
    exact: bool


class Transfer(NamedTuple):
    """What has been said of one hand-over of this case. `accepted_last`: no refusal stands over the acceptance."""

    released: Half | None = None
    accepted: Half | None = None
    refused_at: datetime | None = None
    accepted_last: bool = False
    before: str | None = None
    """Custodian before the acceptance, who should have released the case; None where that cannot be told."""

    @property
    def open(self) -> bool:
        closed = self.released is not None and self.accepted is not None
        return not closed and self.refused_at is None


class Whereabouts(NamedTuple):
    """A place, from an instant on."""

    at: datetime
    place: str


@dataclass(frozen=True)
class Custody:
    """`succession` are the custodians one after the other, without those whose acceptance was taken back; the last answers.

    `closed`: the case is no more (superseded or consumed), and nothing said of it later changes who answers. `missing` are the
    reports that it could not be found, by their events, until it was.
    """

    succession: tuple[Claim, ...] = ()
    closed: Claim | None = None
    places: tuple[Whereabouts, ...] = ()
    in_transit: bool = False
    missing: tuple[tuple[str, str], ...] = ()
    seals: Seals = None
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    open_transfers: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    @property
    def custodian(self) -> str | None:
        """Who answers now: nobody of ours for a case that left our custody, or is no more."""
        return self.succession[-1].party if self.succession and self.closed is None else None

    @property
    def desk(self) -> str | None:
        """The party that last answered, to whom questions about the case go."""
        return next((each.party for each in reversed(self.succession) if each.party is not None), None)

    @property
    def ended(self) -> End | None:
        """How the case left our custody."""
        last = self.closed or (self.succession[-1] if self.succession else None)
        return last.end if last is not None else None

    @property
    def since(self) -> str | None:
        """The transfer under which the custodian holds the case; None where it was registered or declared."""
        return self.succession[-1].transfer if self.succession else None

    @property
    def place(self) -> str | None:
        return self.places[-1].place if self.places else None

    def intervals(self) -> tuple[Interval, ...]:
        """Who answered from when to when; they neither overlap nor, until the case left our custody, leave a gap."""
        return tuple(intervals(self.succession, self.closed))

    def custodian_at(self, instant: datetime) -> str | None:
        """Who answered at an instant; outside all that is known, whoever did last before it, or first after it."""
        return custodian_at(self.succession, instant)

    def place_at(self, instant: datetime) -> str | None:
        return next((each.place for each in reversed(self.places) if each.at <= instant), None)


def registered(before: Custody, event: Event, data: CaseRegistered) -> Custody:
    """A registration starts custody; over a custodian already known it changes nothing, and a different one is a misfit."""
    if not before.succession:
        return at_place(changed(before, succession=then(before, event, data.custodian)), event, data.place)
    found = unless(answers(before, event), data.custodian, "registration")
    return changed(before, misfits=before.misfits + found) if found else before


def inherited(before: Custody, event: Event, party: str | None, place: str | None) -> Custody:
    """What became a case of its own starts with the custodian and the place of what it came from."""
    if before.succession or party is None:
        return before
    return at_place(changed(before, succession=then(before, event, party)), event, place)


def declared(before: Custody, event: Event, data: CustodyDeclared) -> Custody:
    """A start without a hand-over, or a recall from the family or from abroad; it also finds what was missing."""
    recalled = before.succession and before.succession[-1].end in RECALLED_FROM
    found = () if recalled else unless(answers(before, event), data.custodian, "#".join(event.key))
    after = changed(before, succession=then(before, event, data.custodian), missing=(), misfits=before.misfits + found)
    return at_place(after, event, data.place)


def left(before: Custody, event: Event, data: CustodyTransferredAbroad | RemainsReturned) -> Custody:
    """The case left our custody for an authority abroad, or for the family."""
    end: End = "returned" if isinstance(data, RemainsReturned) else "transferred_abroad"
    return changed(before, succession=(*before.succession, claim(event, None, end=end)), in_transit=False)


def closed(before: Custody, event: Event, end: End) -> Custody:
    """The case is no more; the first statement that says so stands."""
    return before if before.closed is not None else changed(before, closed=claim(event, None, end=end))


def moved(before: Custody, event: Event, data: TransportDeparted | TransportArrived | StorageMoved) -> Custody:
    return at_place(changed(before, in_transit=isinstance(data, TransportDeparted)), event, data.place)


def missing(before: Custody, event: Event, data: CaseMissingReported | CaseFound) -> Custody:
    """The custodian answers for what is missing all the same."""
    return changed(before, missing=(*before.missing, event.key) if isinstance(data, CaseMissingReported) else ())


def sealed(before: Custody, data: CaseSealed) -> Custody:
    return changed(before, seals=listed(data.seals))


def opened(before: Custody, event: Event, data: CaseOpened) -> Custody:
    """Seals were taken off; those that the case was not known to bear are a misfit.

    It is known to bear those it was released with as well as those its acceptor saw: where these differ that is one already.
    """
    if before.seals is None:
        return before
    removed = listed(data.seals_removed)
    handed_over = before.transfers.get(before.since or "", Transfer()).released
    known = {*before.seals, *((handed_over.seals or ()) if handed_over is not None else ())}
    after = changed(before, seals=tuple(seal for seal in before.seals if seal not in removed))
    if known.issuperset(removed):
        return after
    return misfit(after, Misfit("seal", "#".join(event.key), text(before.seals), text(removed)))


# ------------------------------------------------------------------------------------------- what hand-overs use as well
def listed(seals: tuple[Seal, ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{seal.number}@{seal.position}" for seal in seals))


def text(seals: tuple[str, ...]) -> str:
    return (", ".join(seals) or "none")[:500]


def then(before: Custody, event: Event, party: str, transfer: str | None = None) -> tuple[Claim, ...]:
    return (*before.succession, claim(event, party, transfer))


def at_place(before: Custody, event: Event, place: str | None) -> Custody:
    if place is None or place == before.place:
        return before
    return changed(before, places=(*before.places, Whereabouts(event.occurred_at, place)))


def answers(before: Custody, event: Event) -> str | None:
    """Who answers for the case when `event` happens; None where nobody does, or the order of the two says nothing."""
    last = before.succession[-1] if before.succession else None
    return (last.party or last.end) if last is not None and last.until <= event.occurred_at else None


def unless(answering: str | None, party: str, anchor: str) -> tuple[Misfit, ...]:
    """The misfit of a statement in the name of a party that does not answer for the case."""
    return () if answering in (None, party) else (Misfit("custodian", anchor, str(answering), party),)


def misfit(before: Custody, found: Misfit) -> Custody:
    return changed(before, misfits=(*before.misfits, found))
