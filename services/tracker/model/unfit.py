"""What does not agree about a case: all that its fold found, and what its statements say against each other."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from services.tracker.model import hand_overs as hand_overs_
from services.tracker.model import holds as holds_
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.policy import Policy

if TYPE_CHECKING:
    from services.tracker.model.case_state import Case


def misfits(case: "Case", policy: Policy) -> Iterator[Misfit]:
    yield from case.misfits
    yield from hand_overs_.misfits(case.custody, policy)
    yield from holds_.misfits(case.holds)
    yield from _of_custody(case)
    yield from _of_returns(case)
    active = sorted(one for one, still in case.associations.items() if still)
    if len(active) > 1:
        yield Misfit("association", "individual", "one individual", _listed(active))
    yield from _of_determinations(case)


def _of_custody(case: "Case") -> Iterator[Misfit]:
    if case.custody.custodian is not None and not case.registered and case.origin is None:
        yield Misfit("unregistered", "registration", "a registration", "custody of a case that nobody registered")
    for id, transfer in sorted(case.custody.transfers.items()):
        if transfer.released is not None:
            for hold in case.holds.at("move", transfer.released.at):
                yield Misfit("hold", f"{hold}#{id}", "no hand-over under the hold", "handed over")


def _of_returns(case: "Case") -> Iterator[Misfit]:
    """Remains returned to a family without a determination, or under a hold that forbids it (invariant 4)."""
    for returned in case.returns:
        anchor = "#".join(returned.event)
        if not any(True for _ in case.determined_at(returned.at)):
            yield Misfit("return", anchor, "a determination of the remains", "returned without one")
        for hold in case.holds.at("return", returned.at):
            yield Misfit("return", f"{hold}#{anchor}", "no return under the hold", "returned")


def _of_determinations(case: "Case") -> Iterator[Misfit]:
    standing = list(case.standing())
    persons = sorted({determined.persons for _, determined in standing})
    if len(persons) > 1:
        yield Misfit("identity", "person", "one person", _listed("+".join(group) for group in persons))
    excluded = sorted({person for _, person in case.excluded()} | case.excluded_individually())
    for id, determined in standing:
        for hold in case.holds.at("determine", determined.at):
            yield Misfit("hold", f"{hold}#{id}", "no determination under the hold", "determined")
        for person in excluded:
            if person in determined.persons:
                yield Misfit("exclusion", f"{id}#{person}", "a person not excluded", "determined against an exclusion")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)[:500]
