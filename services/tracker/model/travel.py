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
    roots = _roots(standing, counts)
    return [event for event in events if counts[roots.get(event.key, event.key)] <= as_of]


def _roots(standing: Standing, known: Collection[Identity]) -> Mapping[Identity, Identity]:
    """What each correction, or correction of one, corrects in the end; itself where that is unknown.

    What is in a circle is not here: it counts from its own day, and what corrects it with it.
    """
    roots: dict[Identity, Identity] = {}
    for key in reversed(standing.settled):
        named = standing.names[key]
        roots[key] = roots.get(named, named) if named in known else key
    return roots
