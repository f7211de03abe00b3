"""A case: a pure fold over the set of its events, in the order they happened in the world.

Statements about an id (a transfer, a hold, a determination, an exclusion) are kept by that id, so that neither lateness nor
repetition can change where the fold ends. What a case came out of gives it a heritage, with which its fold starts. `advance`
takes one more event; `fold` takes them all.
"""

from collections.abc import Collection, Mapping
from functools import reduce
from typing import Final

from services.tracker.model import custody as custody_
from services.tracker.model import hand_overs as hand_overs_
from services.tracker.model import holds as holds_
from services.tracker.model import identified as identified_
from services.tracker.model.case_state import PROGRESS, Attribution, Case, CustodyState, Flag, Progress, Return
from services.tracker.model.changed import changed
from services.tracker.model.corrections import effective
from services.tracker.model.discrepancies import Misfit, reported, with_resolution
from services.tracker.model.examined import examined
from services.tracker.model.heritage import heritage
from services.tracker.model.identified import Determined
from services.tracker.model.lineage import first_origin
from services.tracker.model.remains import of_the_same
from services.tracker.model.uses import used
from shared.events import (
    AccessionCreated,
    AttributionDetermined,
    CaseAssociated,
    CaseFound,
    CaseInventoried,
    CaseMerged,
    CaseMissingReported,
    CaseOpened,
    CaseRegistered,
    CaseSealed,
    CaseSplit,
    CustodyAccepted,
    CustodyDeclared,
    CustodyRefused,
    CustodyReleased,
    CustodyTransferredAbroad,
    DiscrepancyReported,
    DiscrepancyResolved,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    IdentificationDetermined,
    RemainsReturned,
    SampleCut,
    SampleReported,
    StorageMoved,
    TransportArrived,
    TransportDeparted,
)
from shared.events.base import Fact
from shared.events.event import Event, world_order

TO_THE_REMAINS: Final = (
    *(CaseSealed, CaseOpened, CustodyReleased, CustodyAccepted, CustodyDeclared, CustodyTransferredAbroad, RemainsReturned),
    *(TransportDeparted, TransportArrived, StorageMoved, CaseMissingReported, CaseFound, AccessionCreated, CaseAssociated),
    *(CaseInventoried, CaseSplit, CaseMerged, SampleCut),
)
"""What can no longer happen to a case that is superseded or consumed."""


def fold(
    number: str, events: Collection[Event], relatives: Mapping[str, Case] | None = None, circular: Collection[str] = ()
) -> Case:
    """The case its events describe, with what it takes from those it came out of.

    Args:
        events: everything its history holds, corrections included, in any order.
        relatives: what it came out of, folded; a parent that is not among them gives nothing.
        circular: parents that are left out because the case is an ancestor of theirs.
    """
    counted = effective(events)
    mine = first_origin(number, counted.events)
    taken = heritage(mine, relatives or {}, circular)
    start = Case(number, misfits=counted.misfits, origin=mine, heritage=taken, holds=taken.holds, turnover=taken.turnover)
    if counted.ever is not counted.events:
        start = changed(start, holds=identified_.taken_back(start.holds, number, counted.events, counted.ever))
    folded = reduce(_advance, counted.events, start)
    return changed(folded, last=world_order(counted.events[-1])) if counted.events else folded


def advance(before: Case, event: Event) -> Case:
    """`before` and one event more, which is later in world order than all it holds, no correction and not its origin."""
    return changed(_advance(before, event), last=world_order(event))


def _advance(before: Case, event: Event) -> Case:
    uses = used(before.uses, event.data, event.key)
    if isinstance(uses, Misfit):
        return changed(before, misfits=(*before.misfits, uses))
    after = before if uses is before.uses else changed(before, uses=uses)
    if not concerns(after, event.data):
        return after
    if _is_no_more(after, event):
        said = Misfit("superseded", "#".join(event.key), f"nothing after it was {before.custody.ended}", event.name)
        refused = changed(after, misfits=(*after.misfits, said))
        return of_the_same(refused, event.data) if isinstance(event.data, SampleCut) else refused
    return evolve(after, event)


def evolve(before: Case, event: Event) -> Case:
    """The whole life of a case: one reason a line. An event that is not listed changes nothing about a case."""
    match event.data:
        case CaseRegistered() as data:
            return _registered(before, event, data)
        case CaseSealed() as data:
            return changed(before, sealed=True, custody=custody_.sealed(before.custody, data))
        case CustodyReleased() as data:
            return changed(before, custody=hand_overs_.released(before.custody, event, data, before.number))
        case CustodyAccepted() as data:
            return changed(before, custody=hand_overs_.accepted(before.custody, event, data, before.number))
        case CustodyRefused() as data:
            return changed(before, custody=hand_overs_.refused(before.custody, event, data))
        case CustodyDeclared() as data:
            return changed(before, custody=custody_.declared(before.custody, event, data))
        case CustodyTransferredAbroad() as data:
            return changed(before, custody=custody_.left(before.custody, event, data))
        case RemainsReturned() as data:
            returns = (*before.returns, Return(event.occurred_at, event.key))
            return changed(before, returns=returns, custody=custody_.left(before.custody, event, data))
        case TransportDeparted() | TransportArrived() | StorageMoved() as data:
            return changed(before, custody=custody_.moved(before.custody, event, data))
        case CaseMissingReported() | CaseFound() as data:
            return changed(before, custody=custody_.missing(before.custody, event, data))
        case HoldPlaced() as data:
            return changed(before, holds=holds_.placed(before.holds, event, data))
        case HoldLifted() as data:
            return changed(before, holds=holds_.lifted(before.holds, event, data))
        case DiscrepancyReported() as data:
            return changed(before, misfits=(*before.misfits, reported(event.key, data)))
        case DiscrepancyResolved() as data:
            resolutions = with_resolution(before.resolutions, data.discrepancy, data.settled, data.resolution)
            return changed(before, resolutions=resolutions)
        case _:
            return examined(before, event)


def concerns(case: Case, data: Fact) -> bool:
    """Whether a statement is about this case: it names the case, or an id that reaches it.

    A history also holds statements about *other* cases that share an id with one about this one (the second use of a
    transfer, a hand-over of which this case was left out): they are read for the id alone.
    """
    match data:
        case DiscrepancyReported(subject=subject):
            return subject.kind == "case" and subject.ref == case.number
        case CaseInventoried() | CaseSplit() | CaseMerged() | SampleCut() | ExclusionRecorded() | ExclusionWithdrawn():
            return True
        case IdentificationDetermined() | AttributionDetermined():
            return True  # an individual, or an amendment, may bring the case in
        case SampleReported(sample=sample):
            return sample == case.number
        case _:
            name = _NAMES_CASES.get(type(data)) or _names_cases(type(data))
    if name == "cases":
        return case.number in data.cases  # type: ignore[attr-defined]
    return name == "neither" or data.case in (None, case.number)  # type: ignore[attr-defined]


_NAMES_CASES: dict[type[Fact], str] = {}
"""The field in which a type names cases. Worked out once a type, since every event passes here."""


def _names_cases(fact: type[Fact]) -> str:
    name = next((one for one in ("cases", "case") if one in fact.model_fields), "neither")
    return _NAMES_CASES.setdefault(fact, name)


def _is_no_more(before: Case, event: Event) -> bool:
    """Whether the case was superseded or consumed before this happened to it."""
    closed = before.custody.closed
    if closed is None or closed.until > event.occurred_at or not isinstance(event.data, TO_THE_REMAINS):
        return False
    match event.data:
        case CaseInventoried(parent=parent) | SampleCut(parent=parent):
            return parent == before.number
        case CaseSplit(parents=parents) | CaseMerged(parents=parents):
            return before.number in parents
        case _:
            return True


def _registered(before: Case, event: Event, data: CaseRegistered) -> Case:
    """The first registration stands; a second from elsewhere puts the identity of the case in doubt.

    What came out of another case is registered by that, and may be given its label by a registration that agrees.
    """
    if before.registered and (before.label is not None or before.kind != data.kind):
        misfit = Misfit(
            "identity",
            "#".join(event.key),
            f"one registration, as {before.kind}",
            f"another, as {data.kind} with {data.custodian}",
        )
        return changed(before, misfits=(*before.misfits, misfit))
    return changed(
        before,
        registered=True,
        kind=data.kind,
        turnover=data.turnover or before.turnover,
        label=data.label,
        custody=custody_.registered(before.custody, event, data),
    )


__all__ = [
    "PROGRESS",
    "Attribution",
    "Case",
    "CustodyState",
    "Determined",
    "Flag",
    "Progress",
    "Return",
    "advance",
    "concerns",
    "evolve",
    "fold",
]
