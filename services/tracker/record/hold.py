"""The locks of a batch: what it names and all that this reaches, held until the transaction ends."""

from collections.abc import Collection
from dataclasses import dataclass

from services.tracker.record.names import Cursor, lock, lock_free
from services.tracker.record.reach import Reach, reached


@dataclass(frozen=True, slots=True)
class Held:
    """Everything reached, locked. `revisions`: of every row that is locked, by its number."""

    reach: Reach
    revisions: dict[int, int]


@dataclass(frozen=True, slots=True)
class Wider:
    """Others hold, or tied to it meanwhile, more than was locked: begin again by locking all of this, in order."""

    numbers: frozenset[int]


async def hold(cursor: Cursor, ids: Collection[int], hubs: Collection[int], wider: Collection[int]) -> Held | Wider:
    """Lock what is named, then what it reaches; under all these locks the reach can no longer grow.

    Nobody ever waits for a lock while holding one of a higher number, so there is no circle to wait in: what is named is
    locked in order, and what it reaches besides is locked only where that takes no waiting.
    """
    revisions = await lock(cursor, {*ids, *hubs, *wider})
    reach = await reached(cursor, ids, hubs)
    if beyond := reach.numbers - revisions.keys():
        revisions |= await lock_free(cursor, beyond)
        reach = await reached(cursor, ids, hubs)
        if not reach.numbers <= revisions.keys():
            return Wider(frozenset(reach.numbers | revisions.keys()))
    return Held(reach, revisions)
