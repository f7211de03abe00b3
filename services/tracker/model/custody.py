"""Who answers for one case: hand-overs by their id, seals, places. The custody part of a case's fold.

A hand-over is the set of statements that share a `transfer`, whatever their order: released and accepted is closed, refused is
closed without change, anything else is open. Until it is accepted the releaser answers (invariants 1 and 2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.tracker.model.changed import changed
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.policy import Policy
from shared.events import (
    CaseRegistered,
    CaseSealed,
    CustodyAccepted,
    CustodyDeclared,
    CustodyRefused,
    CustodyReleased,
    TransportArrived,
    TransportDeparted,
)
from shared.events.event import Event
from shared.terms import Precision, Seal

Seals = tuple[str, ...] | None
"""`number@position`, sorted; None where a statement over several cases does not say which seals are this case's."""


PERIOD: Final[dict[Precision, timedelta]] = {
    "instant": timedelta(0),
    "day": timedelta(days=1),
    "year": timedelta(days=366),
}
"""How long after its place in world order a statement may really have happened."""


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


class Claim(NamedTuple):
    """A party that answers for the case, by a hand-over (`transfer`) or by a registration, a release or a declaration.

    `until` is the end of the day or year in which it may have begun: order inside it says nothing.
    """

    party: str
    transfer: str | None
    until: datetime


@dataclass(frozen=True)
class Custody:
    """`succession` are the custodians one after the other, without those whose acceptance was taken back; the last answers."""

    succession: tuple[Claim, ...] = ()
    place: str | None = None
    in_transit: bool = False
    seals: Seals = None
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    open_transfers: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    @property
    def custodian(self) -> str | None:
        return self.succession[-1].party if self.succession else None

    @property
    def since(self) -> str | None:
        """The transfer under which the custodian holds the case; None where it was registered or declared."""
        return self.succession[-1].transfer if self.succession else None


def registered(before: Custody, event: Event, data: CaseRegistered) -> Custody:
    """A registration starts custody; over a custodian already known it changes nothing, and a different one is a misfit."""
    if before.custodian is None:
        return changed(before, succession=_then(before, event, data.custodian), place=data.place or before.place)
    found = _unless(_answers(before, event), data.custodian, "registration")
    return changed(before, misfits=before.misfits + found) if found else before


def released(before: Custody, event: Event, data: CustodyReleased, number: str) -> Custody:
    """The first release of a transfer counts. Where nobody answered yet, the releaser did."""
    known = before.transfers.get(data.transfer, _UNKNOWN)
    if known.released is not None:
        return before
    seals = seals_of(number, data.cases, data.seals)
    half = Half(event.occurred_at, data.released_by, data.released_to, seals, data.condition, data.precision == "instant")
    found: tuple[Misfit, ...] = ()
    if before.seals is not None and seals is not None and seals != before.seals:
        found = (Misfit("seal", f"{data.transfer}#release", _text(before.seals), _text(seals)),)
    answers = _answers(before, event) if known.accepted is None else known.before
    found += _unless(answers, data.released_by, f"{data.transfer}#release")
    transfer = known._replace(released=half)
    return changed(
        before,
        transfers={**before.transfers, data.transfer: transfer},
        open_transfers=_open(before, data.transfer, transfer),
        succession=before.succession or _then(before, event, data.released_by),
        place=data.place if known.accepted is None else before.place,
        misfits=before.misfits + found,
    )


def accepted(before: Custody, event: Event, data: CustodyAccepted, number: str) -> Custody:
    """The first acceptance of a transfer counts, and again the first after a refusal."""
    known = before.transfers.get(data.transfer, _UNKNOWN)
    if known.accepted is not None and known.accepted_last:
        if known.accepted.party == data.accepted_by:
            return before
        return _misfit(before, Misfit("hand_over", f"{data.transfer}#accepted", known.accepted.party, data.accepted_by))
    seals = seals_of(number, data.cases, data.seals_seen)
    half = Half(event.occurred_at, data.accepted_by, data.accepted_from, seals, data.condition, data.precision == "instant")
    transfer = known._replace(accepted=half, accepted_last=True, before=before.custodian if half.exact else None)
    return changed(
        before,
        transfers={**before.transfers, data.transfer: transfer},
        open_transfers=_open(before, data.transfer, transfer),
        succession=_then(before, event, data.accepted_by, data.transfer),
        place=data.place,
        seals=before.seals if seals is None else seals,
    )


def refused(before: Custody, event: Event, data: CustodyRefused) -> Custody:
    """The last word over an acceptance: whoever answered before it does again, unless the case has moved on since."""
    known = before.transfers.get(data.transfer, _UNKNOWN)
    transfer = known._replace(refused_at=event.occurred_at, accepted_last=False)
    return changed(
        before,
        transfers={**before.transfers, data.transfer: transfer},
        open_transfers=_open(before, data.transfer, transfer),
        succession=tuple(claim for claim in before.succession if claim.transfer != data.transfer),
    )


def declared(before: Custody, event: Event, data: CustodyDeclared) -> Custody:
    found = _unless(_answers(before, event), data.custodian, f"{event.source}#{event.id}")
    succession = _then(before, event, data.custodian)
    return changed(before, succession=succession, place=data.place, misfits=before.misfits + found)


def moved(before: Custody, data: TransportDeparted | TransportArrived) -> Custody:
    return changed(before, place=data.place, in_transit=isinstance(data, TransportDeparted))


def sealed(before: Custody, data: CaseSealed) -> Custody:
    return changed(before, seals=_listed(data.seals))


def misfits(custody: Custody, policy: Policy) -> Iterator[Misfit]:
    """Everything about custody that does not agree, in no particular order of importance."""
    yield from custody.misfits
    for id, transfer in sorted(custody.transfers.items()):
        yield from _between_halves(id, transfer, policy)


def _between_halves(id: str, transfer: Transfer, policy: Policy) -> Iterator[Misfit]:
    released, accepted = transfer.released, transfer.accepted
    if accepted is not None and transfer.refused_at is not None:
        stands = "accepted" if transfer.accepted_last else "refused"
        yield Misfit("hand_over", id, "accepted or refused", f"both; {stands} stands")
    if released is None or accepted is None:
        return
    if released.other != accepted.party:
        yield Misfit("custodian", f"{id}#acceptor", str(released.other), accepted.party)
    if accepted.other is not None and accepted.other != released.party:
        yield Misfit("custodian", f"{id}#releaser", released.party, accepted.other)
    if released.seals is not None and accepted.seals is not None and released.seals != accepted.seals:
        yield Misfit("seal", id, _text(released.seals), _text(accepted.seals))
    if released.condition != accepted.condition:
        yield Misfit("condition", id, released.condition, accepted.condition)
    if released.exact and accepted.exact and released.at - accepted.at > policy.clock_tolerance:
        yield Misfit("time", id, "released before accepted", "accepted before released")


def seals_of(number: str, cases: tuple[str, ...], seals: tuple[Seal, ...]) -> Seals:
    """The seals that a statement gives for one of its cases."""
    if len(cases) == 1:
        return _listed(seals)
    mine = [seal for seal in seals if seal.case == number]
    return _listed(tuple(mine)) if mine else None


def _listed(seals: tuple[Seal, ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{seal.number}@{seal.position}" for seal in seals))


def _text(seals: tuple[str, ...]) -> str:
    return (", ".join(seals) or "none")[:500]


_UNKNOWN: Final = Transfer()


def _then(before: Custody, event: Event, party: str, transfer: str | None = None) -> tuple[Claim, ...]:
    return (*before.succession, Claim(party, transfer, event.occurred_at + PERIOD[event.data.precision]))


def _answers(before: Custody, event: Event) -> str | None:
    """Who answers for the case when `event` happens; None where nobody does, or the order of the two says nothing."""
    last = before.succession[-1] if before.succession else None
    return last.party if last is not None and last.until <= event.occurred_at else None


def _unless(answers: str | None, party: str, anchor: str) -> tuple[Misfit, ...]:
    """The misfit of a statement in the name of a party that does not answer for the case."""
    return () if answers in (None, party) else (Misfit("custodian", anchor, str(answers), party),)


def _open(before: Custody, id: str, transfer: Transfer) -> tuple[str, ...]:
    """The transfers that are open once `id` is what `transfer` says, sorted."""
    if transfer.open:
        return before.open_transfers if id in before.open_transfers else tuple(sorted((*before.open_transfers, id)))
    return tuple(one for one in before.open_transfers if one != id)


def _misfit(before: Custody, misfit: Misfit) -> Custody:
    return changed(before, misfits=(*before.misfits, misfit))
