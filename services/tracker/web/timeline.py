"""Everything that was said of a case or person, in world order: what counts, and what was corrected. Both stay readable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from services.tracker.model.corrections import Standing
from services.tracker.model.travel import When, until
from services.tracker.record.reading.cases import FiledEvent
from shared import wire
from shared.events import RecordCorrected
from shared.events.event import Event, WorldOrder, world_order
from shared.terms import Stream

Stands = Literal["stands", "restated", "did_not_occur", "corrects", "corrects_without_effect"]


@dataclass(frozen=True, slots=True)
class Identity:
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One event. `occurred_at`, `local_time` and `data` are what counts now; of a restated event `said` keeps what it said.

    Clocks: `occurred_at` the world's, UTC; `local_time` the same instant at the place; `recorded_at` intake's;
    `filed_at` the record's.
    """

    stream: Stream
    source: str
    id: str
    name: str
    standing: Stands
    occurred_at: datetime
    local_time: str
    precision: str
    recorded_at: datetime | None
    filed_at: datetime
    data: dict[str, Any]
    said: dict[str, Any] | None = None
    corrected_by: Identity | None = None


def timeline(filed: Sequence[FiledEvent], when: When | None = None) -> list[Statement]:
    """`filed` as statements, each at the place in world order where it counts, or where it claimed to be.

    Looking back, those that had happened by `as_of`, of those that were filed by `known_at`.
    """
    events = {row: wire.reread(row.body, row.digest) for row in filed if when is None or row.filed_at <= when.known_at}
    if when is not None:
        kept = {event.key for event in until(list(events.values()), when.as_of)}
        events = {row: event for row, event in events.items() if event.key in kept}
    corrections = [event for event in events.values() if isinstance(event.data, RecordCorrected)]
    standing = Standing(events.values(), corrections)
    placed = [_statement(row, event, standing) for row, event in events.items()]
    return [statement for _, statement in sorted(placed, key=lambda pair: pair[0])]


def _statement(row: FiledEvent, event: Event, standing: Standing) -> tuple[WorldOrder, Statement]:
    stated, correction = standing.stated(event), standing.on(event.key)
    counts = stated or event
    return world_order(counts), Statement(
        stream=event.stream,
        source=event.source,
        id=event.id,
        name=event.name,
        standing=_standing(event, stated, standing),
        occurred_at=counts.occurred_at,
        local_time=local_time(counts),
        precision=counts.data.precision,
        recorded_at=event.recorded_at,
        filed_at=row.filed_at,
        data=_data(counts),
        said={"local_time": local_time(event), **_data(event)} if stated not in (None, event) else None,
        corrected_by=Identity(*correction.key) if correction is not None else None,
    )


def _standing(event: Event, stated: Event | None, standing: Standing) -> Stands:
    if stated is None:
        return "did_not_occur"
    if stated is not event:
        return "restated"
    if not isinstance(event.data, RecordCorrected):
        return "stands"
    return "corrects_without_effect" if event.key in standing.without_effect else "corrects"


def local_time(event: Event) -> str:
    """When people at the place say it was, offset included."""
    return event.occurred_at.astimezone(timezone(timedelta(minutes=event.offset_minutes))).isoformat()


def _data(event: Event) -> dict[str, Any]:
    return event.data.model_dump(mode="json", by_alias=True, exclude_none=True)
