"""Looking back: the world as of one moment, as it was known at our desk by another. The same folds take what is left.

Corrections are resolved first, over all that was known; then what had not happened yet is left out. So a correction of later
counts for the day that it corrects, and what it withdrew stays withdrawn.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.corrections import Identity, Standing
from shared.events import RecordCorrected
from shared.events.event import Event


@dataclass(frozen=True, slots=True)
class When:
    """`as_of` is in the world, `known_at` at our desk (the record's clock); both aware."""

    as_of: datetime
    known_at: datetime


def until(events: Collection[Event], as_of: datetime) -> list[Event]:
    """The events that had happened by `as_of`, each where it counts, with every correction of theirs."""
    corrections = [event for event in events if isinstance(event.data, RecordCorrected)]
    standing = Standing(events, corrections)
    counts = {event.key: (standing.stated(event) or event).occurred_at for event in events}
    return [event for event in events if counts[_root(event.key, standing.names, counts)] <= as_of]


def _root(key: Identity, names: Mapping[Identity, Identity], known: Mapping[Identity, datetime]) -> Identity:
    """What a correction, or a correction of one, corrects in the end; itself where that is unknown, or a circle."""
    at, seen = key, {key}
    while at in names and names[at] in known:
        at = names[at]
        if at in seen:
            return key
        seen.add(at)
    return at
