"""A decoded fact with where it comes from and when it happened."""

from dataclasses import dataclass
from datetime import datetime

from shared.events import RANK
from shared.events.base import Fact
from shared.terms import Stream


@dataclass(frozen=True, slots=True)
class Restated:
    """What a correction says instead: its replacement, read as the type that it corrects."""

    occurred_at: datetime
    offset_minutes: int
    data: Fact


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `(source, id)` is its identity, for ever and over all streams.

    `occurred_at` is in the world: UTC, the start of its day or year where no more is known. `offset_minutes` is the local
    offset from UTC, for people. `recorded_at` is intake's clock, None before acceptance; `submitter` the slug of the source
    whose credential was used. `digest` is SHA-256 (hex) of what the source said.
    """

    source: str
    id: str
    data: Fact
    occurred_at: datetime
    offset_minutes: int
    digest: str
    recorded_at: datetime | None = None
    submitter: str | None = None
    restated: Restated | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.id

    @property
    def stream(self) -> Stream:
        return self.data.stream

    @property
    def name(self) -> str:
        return self.data.name


WorldOrder = tuple[datetime, int, str, str]


def world_order(event: Event) -> WorldOrder:
    """The order in which events are folded; nothing in it depends on when we received them."""
    return event.occurred_at, RANK[type(event.data)], event.source, event.id
