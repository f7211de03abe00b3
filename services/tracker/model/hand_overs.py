"""Hand-overs: the statements about one case that share a `transfer`, whatever their order (invariants 1 and 2).

Released and accepted is closed, refused is closed without change, anything else is open. Until a hand-over is accepted the
releaser answers.
"""

from collections.abc import Iterator
from typing import Final

from services.tracker.model.changed import changed
from services.tracker.model.custody import Custody, Half, Seals, Transfer, answers, at_place, listed, misfit, text, then, unless
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.policy import Policy
from shared.events import CustodyAccepted, CustodyRefused, CustodyReleased
from shared.events.event import Event
from shared.terms import Seal


def released(before: Custody, event: Event, data: CustodyReleased, number: str) -> Custody:
    """The first release of a transfer counts. Where nobody answered yet, the releaser did."""
    known = before.transfers.get(data.transfer, _UNKNOWN)
    if known.released is not None:
        return before
    seals = seals_of(number, data.cases, data.seals)
    half = Half(event.occurred_at, data.released_by, data.released_to, seals, data.condition, data.precision == "instant")
    found: tuple[Misfit, ...] = ()
    if before.seals is not None and seals is not None and seals != before.seals:
        found = (Misfit("seal", f"{data.transfer}#release", text(before.seals), text(seals)),)
    answering = answers(before, event) if known.accepted is None else known.before
    found += unless(answering, data.released_by, f"{data.transfer}#release")
    transfer = known._replace(released=half)
    after = changed(
        before,
        transfers={**before.transfers, data.transfer: transfer},
        open_transfers=_open(before, data.transfer, transfer),
        succession=before.succession or then(before, event, data.released_by),
        misfits=before.misfits + found,
    )
    return at_place(after, event, data.place if known.accepted is None else None)


def accepted(before: Custody, event: Event, data: CustodyAccepted, number: str) -> Custody:
    """The first acceptance of a transfer counts, and again the first after a refusal."""
    known = before.transfers.get(data.transfer, _UNKNOWN)
    if known.accepted is not None and known.accepted_last:
        if known.accepted.party == data.accepted_by:
            return before
        return misfit(before, Misfit("hand_over", f"{data.transfer}#accepted", known.accepted.party, data.accepted_by))
    seals = seals_of(number, data.cases, data.seals_seen)
    half = Half(event.occurred_at, data.accepted_by, data.accepted_from, seals, data.condition, data.precision == "instant")
    transfer = known._replace(accepted=half, accepted_last=True, before=before.custodian if half.exact else None)
    after = changed(
        before,
        transfers={**before.transfers, data.transfer: transfer},
        open_transfers=_open(before, data.transfer, transfer),
        succession=then(before, event, data.accepted_by, data.transfer),
        seals=before.seals if seals is None else seals,
    )
    return at_place(after, event, data.place)


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
        yield Misfit("seal", id, text(released.seals), text(accepted.seals))
    if released.condition != accepted.condition:
        yield Misfit("condition", id, released.condition, accepted.condition)
    if released.exact and accepted.exact and released.at - accepted.at > policy.clock_tolerance:
        yield Misfit("time", id, "released before accepted", "accepted before released")


def seals_of(number: str, cases: tuple[str, ...], seals: tuple[Seal, ...]) -> Seals:
    """The seals that a statement gives for one of its cases."""
    if len(cases) == 1:
        return listed(seals)
    mine = [seal for seal in seals if seal.case == number]
    return listed(tuple(mine)) if mine else None


_UNKNOWN: Final = Transfer()


def _open(before: Custody, id: str, transfer: Transfer) -> tuple[str, ...]:
    """The transfers that are open once `id` is what `transfer` says, sorted."""
    if transfer.open:
        return before.open_transfers if id in before.open_transfers else tuple(sorted((*before.open_transfers, id)))
    return tuple(one for one in before.open_transfers if one != id)
