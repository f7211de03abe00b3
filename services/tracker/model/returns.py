"""Remains on their way home: nobody returns them before it was directed how they are laid to rest (invariant 4)."""

from collections.abc import Iterable, Iterator

from services.tracker.model.discrepancies import Misfit
from shared.events.event import WorldOrder


def undirected(returns: Iterable[WorldOrder], directions: Iterable[WorldOrder]) -> Iterator[Misfit]:
    """The returns that came before every direction; a direction that is filed late with its true date mends it."""
    first = min(directions, default=None)
    for order in returns:
        if first is None or order < first:
            anchor = "#".join(order[2:])
            yield Misfit("return", anchor, "a direction how the remains are laid to rest", "returned without one")
