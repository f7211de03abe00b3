"""The events as they count, by the plain words of the field: what the judges of these properties know, and no model.

A correction stands on what it names unless it was itself corrected; of several the last in world order stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.events import CATALOGUE_ORDER, RecordCorrected
from shared.events.base import Fact
from shared.events.event import Event

RANKS: Final = {fact: rank for rank, fact in enumerate(CATALOGUE_ORDER)}


@dataclass(frozen=True, slots=True)
class Counted:
    """One statement as it counts: what was said, and when it happened."""

    at: datetime
    data: Any
    key: tuple[str, str]

    @property
    def place(self) -> tuple[datetime, int, str, str]:
        return self.at, RANKS[type(self.data)], *self.key


def counted(events: Iterable[Event]) -> list[Counted]:
    """All that counts, in world order."""
    said = {event.key: event for event in events}
    corrections = sorted(
        (event for event in said.values() if isinstance(event.data, RecordCorrected)),
        key=lambda event: (event.occurred_at, RANKS[type(event.data)], *event.key),
    )

    def on(key: tuple[str, str]) -> Event | None:
        naming = [each for each in corrections if (each.data.corrects.source, each.data.corrects.id) == key]  # type: ignore[attr-defined]
        return next((each for each in reversed(naming) if on(each.key) is None), None)

    found = []
    for event in said.values():
        correction = on(event.key)
        if isinstance(event.data, RecordCorrected):
            continue
        if correction is None:
            found.append(Counted(event.occurred_at, event.data, event.key))
        elif correction.restated is not None:
            found.append(Counted(correction.restated.occurred_at, correction.restated.data, event.key))
    return sorted(found, key=lambda each: each.place)


def of(events: Iterable[Counted], *kinds: type[Fact]) -> list[Counted]:
    return [each for each in events if isinstance(each.data, kinds)]
