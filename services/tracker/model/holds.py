"""Holds: what is blocked, by whom, until when. A lift acts on the hold it names whatever its date.

A rescinded or removed determination puts its cases on a hold of its own, whose id comes from its cause, so that the medical
examiner can lift it on the identification stream (invariant 11).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.tracker.model.changed import changed
from services.tracker.model.discrepancies import Misfit
from shared.events import HoldLifted, HoldPlaced
from shared.events.common import REMOVED, RESCINDED
from shared.events.event import Event
from shared.terms import HoldScope, Role, Stream

CASCADE: Final[tuple[HoldScope, ...]] = ("notify", "return", "publish")
EXAMINER: Final[Role] = "medical_examiner"


@dataclass(frozen=True, slots=True)
class Hold:
    """`authority` None: the medical examiner, whose determination was taken back."""

    scope: tuple[HoldScope, ...]
    authority: str | None
    stream: Stream
    placed_at: datetime
    reason: str
    event: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lift:
    stream: Stream
    authority: str
    role: Role
    at: datetime


@dataclass(frozen=True)
class Holds:
    placed: Mapping[str, Hold] = field(default_factory=dict)
    lifts: Mapping[str, tuple[Lift, ...]] = field(default_factory=dict)

    def lifted_at(self, id: str) -> datetime | None:
        """When a lift that counts was dated: of the hold's own stream, by its authority."""
        hold = self.placed[id]
        fitting = [lift.at for lift in self.lifts.get(id, ()) if _fits(hold, lift)]
        return min(fitting, default=None)

    def active(self, scope: HoldScope) -> Iterator[tuple[str, Hold]]:
        """The holds that block `scope` now, by id."""
        for id, hold in sorted(self.placed.items()):
            if scope in hold.scope and self.lifted_at(id) is None:
                yield id, hold

    def at(self, scope: HoldScope, when: datetime) -> Iterator[str]:
        """The holds that blocked `scope` at an instant."""
        for id, hold in sorted(self.placed.items()):
            lifted = self.lifted_at(id)
            if scope in hold.scope and hold.placed_at <= when and (lifted is None or when < lifted):
                yield id

    def any_active(self) -> bool:
        return any(self.lifted_at(id) is None for id in self.placed)


def joined(several: Iterable[Holds]) -> Holds:
    """The holds of several cases as those of one that came out of them."""
    placed: dict[str, Hold] = {}
    lifts: dict[str, tuple[Lift, ...]] = {}
    for each in several:
        placed = {**each.placed, **placed}
        for id, given in each.lifts.items():
            known = lifts.get(id, ())
            lifts[id] = (*known, *(lift for lift in given if lift not in known))
    return Holds(placed, lifts)


def placed(before: Holds, event: Event, data: HoldPlaced) -> Holds:
    hold = Hold(data.scope, data.authority, event.stream, event.occurred_at, data.reason, event.key)
    return _place(before, data.hold, hold)


def cascaded(before: Holds, cause: str, at: datetime, event: tuple[str, str]) -> Holds:
    """The hold that a rescission, or the removal of a determination, puts on its cases."""
    reason = "a determination of these remains was taken back"
    return _place(before, cause, Hold(CASCADE, None, "identification", at, reason, event))


def lifted(before: Holds, event: Event, data: HoldLifted) -> Holds:
    lift = Lift(event.stream, data.authority, data.actor.role, event.occurred_at)
    return changed(before, lifts={**before.lifts, data.hold: (*before.lifts.get(data.hold, ()), lift)})


def misfits(holds: Holds) -> Iterator[Misfit]:
    """Lifts without effect."""
    for id, hold in sorted(holds.placed.items()):
        for lift in holds.lifts.get(id, ()):
            if not _fits(hold, lift):
                expected = f"{hold.stream}, {hold.authority or EXAMINER}"
                yield Misfit("hold", f"{id}#lift", expected, f"{lift.stream}, {lift.authority}")


def rescinded(determination: str) -> str:
    """Id of the hold that comes from a rescission."""
    return RESCINDED + determination


def removed(determination: str) -> str:
    """Id of the hold that comes from a correction that removed a determination."""
    return REMOVED + determination


def _place(before: Holds, id: str, hold: Hold) -> Holds:
    return before if id in before.placed else changed(before, placed={**before.placed, id: hold})


def _fits(hold: Hold, lift: Lift) -> bool:
    by_right = lift.role == EXAMINER if hold.authority is None else lift.authority == hold.authority
    return lift.stream == hold.stream and by_right
