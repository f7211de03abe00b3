"""Daily windows in somebody's own zone (invariant 13): they only delay."""

from datetime import UTC, datetime

import pytest

from services.tracker.model.hours import common_opening, next_opening
from services.tracker.model.policy import Window

DAY: Window = ("08:00", "18:00")
NIGHT: Window = ("20:00", "06:00")
ALWAYS: Window = ("00:00", "24:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2018-08-01T07:59", "2018-08-01T08:00"),
        ("2018-08-01T08:00", "2018-08-01T08:00"),
        ("2018-08-01T17:59", "2018-08-01T17:59"),
        ("2018-08-01T18:00", "2018-08-02T08:00"),
    ],
)
def test_a_window_is_open_from_its_start_up_to_but_not_at_its_end(at: str, opens: str) -> None:
    assert next_opening([DAY], "UTC", utc(at)) == utc(opens)


@pytest.mark.parametrize("at", ["2018-08-01T20:00", "2018-08-01T23:59", "2018-08-02T05:59"])
def test_a_window_over_midnight_is_open_on_both_of_its_days(at: str) -> None:
    assert next_opening([NIGHT], "UTC", utc(at)) == utc(at)


def test_a_window_over_midnight_opens_in_the_evening() -> None:
    assert next_opening([NIGHT], "UTC", utc("2018-08-02T06:00")) == utc("2018-08-02T20:00")


def test_a_window_up_to_24_00_is_open_to_the_last_minute_of_its_day() -> None:
    evening: Window = ("06:00", "24:00")
    assert next_opening([evening], "UTC", utc("2018-08-01T23:59")) == utc("2018-08-01T23:59")
    assert next_opening([evening], "UTC", utc("2018-08-02T00:00")) == utc("2018-08-02T06:00")


def test_a_window_of_the_whole_day_is_always_open() -> None:
    assert next_opening([ALWAYS], "UTC", utc("2018-08-01T00:00")) == utc("2018-08-01T00:00")


def test_the_zone_is_that_of_whom_the_window_binds() -> None:
    assert next_opening([DAY], "Pacific/Honolulu", utc("2018-08-01T12:00")) == utc("2018-08-01T18:00")


def test_of_several_windows_the_next_counts() -> None:
    split: list[Window] = [("08:00", "12:00"), ("13:00", "17:00")]
    assert next_opening(split, "UTC", utc("2018-08-01T12:30")) == utc("2018-08-01T13:00")


def test_no_windows_bind_nothing() -> None:
    assert next_opening([], "UTC", utc("2018-08-01T12:00")) is None
    assert common_opening([([], "UTC"), ([], "Asia/Seoul")], utc("2018-08-01T12:00")) == utc("2018-08-01T12:00")


@pytest.mark.parametrize(
    ("day", "opens"),
    [("2018-03-10", "2018-03-10T14:00"), ("2018-03-11", "2018-03-11T13:00"), ("2018-11-04", "2018-11-04T14:00")],
)
def test_daylight_saving_moves_the_opening_with_the_clock_on_the_wall(day: str, opens: str) -> None:
    assert next_opening([DAY], "America/Chicago", utc(f"{day}T09:00")) == utc(opens)


def test_a_time_that_daylight_saving_skips_is_read_on_the_clock_before_the_jump() -> None:
    assert next_opening([("02:30", "05:00")], "America/Chicago", utc("2018-03-11T07:00")) == utc("2018-03-11T08:30")


def test_a_window_that_daylight_saving_swallows_does_not_open_that_day() -> None:
    assert next_opening([("02:30", "03:00")], "America/Chicago", utc("2018-03-11T07:00")) == utc("2018-03-12T07:30")


def test_of_a_time_that_daylight_saving_repeats_the_first_counts() -> None:
    assert next_opening([("01:30", "03:00")], "America/Chicago", utc("2018-11-04T05:00")) == utc("2018-11-04T06:30")


def test_windows_in_two_zones_are_open_together_when_both_are() -> None:
    both: list[tuple[list[Window], str]] = [([DAY], "America/Chicago"), ([DAY], "Pacific/Honolulu")]
    assert common_opening(both, utc("2018-08-01T12:00")) == utc("2018-08-01T18:00")


def test_windows_that_never_meet_have_no_common_opening() -> None:
    apart: list[tuple[list[Window], str]] = [([("08:00", "09:00")], "UTC"), ([("10:00", "11:00")], "UTC")]
    assert common_opening(apart, utc("2018-08-01T12:00")) is None
