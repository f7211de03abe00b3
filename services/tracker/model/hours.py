"""Daily windows in somebody's own zone: is it open, when does it open next. Hours only delay (invariant 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.tracker.model.policy import Window


@dataclass(frozen=True, slots=True)
class Span:
    """One opening of a window, in UTC; the end does not belong to it."""

    opens: datetime
    closes: datetime


def next_opening(windows: Sequence[Window], zone: str, at: datetime) -> datetime | None:
    """When the windows are next open (UTC): `at` itself if they are open now, None if there are none at all.

    A window over midnight belongs to the day on which it opens. A wall-clock time that daylight saving skips is read on the
    clock before the jump; one that it repeats is the first of the two; a window that the jump swallows does not open.
    """
    if not windows:
        return None
    spans = _spans(windows, zone, at.astimezone(ZoneInfo(zone)).date())
    if any(span.opens <= at < span.closes for span in spans):
        return at
    return min((span.opens for span in spans if span.opens > at), default=None)


def common_opening(constraints: Sequence[tuple[Sequence[Window], str]], at: datetime) -> datetime | None:
    """When all of several sets of windows are next open together, within two weeks; None if they never are.

    A constraint without windows binds nothing.
    """
    binding = [(windows, zone) for windows, zone in constraints if windows]
    limit = at + timedelta(days=14)
    candidate = at
    while candidate < limit:
        openings = [next_opening(windows, zone, candidate) for windows, zone in binding]
        latest = max((opening for opening in openings if opening is not None), default=candidate)
        if latest == candidate:
            return candidate
        candidate = latest
    return None


def _spans(windows: Sequence[Window], zone: str, today: date) -> list[Span]:
    """Every opening from yesterday to the day after tomorrow: enough to hold any moment of today and the next opening."""
    days = [today + timedelta(days=shift) for shift in (-1, 0, 1, 2)]
    spans = [_span(window, zone, day) for day in days for window in windows]
    return [span for span in spans if span.opens < span.closes]


def _span(window: Window, zone: str, day: date) -> Span:
    start, end = window
    last = day if _minutes(end) > _minutes(start) else day + timedelta(days=1)
    return Span(_instant(day, start, zone), _instant(last, end, zone))


def _instant(day: date, clock: str, zone: str) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
