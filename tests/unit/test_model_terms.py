"""When something happened: the instant, or the start of the day or year in its own zone, and how people there read it."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.terms import Instant, Zone, instant_text, parse_instant
from tests import facts

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def sorts_at(**given: object) -> str:
    return facts.event(facts.released(**given)).occurred_at.isoformat()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("precision", "start"),
    [
        ("instant", "2018-08-01T21:30:00+00:00"),
        ("day", "2018-08-01T15:00:00+00:00"),
        ("year", "2017-12-31T15:00:00+00:00"),
    ],
)
def test_a_statement_sorts_at_the_start_of_the_period_that_is_known_in_its_own_zone(precision: str, start: str) -> None:
    assert sorts_at(at="2018-08-01T21:30:00Z", precision=precision, zone="Asia/Seoul") == start


def test_without_a_zone_the_offset_says_which_day_it_was_and_else_the_time_does() -> None:
    assert sorts_at(at="2018-08-01T21:30:00Z", precision="day", offset="-10:00") == "2018-08-01T10:00:00+00:00"
    assert sorts_at(at="2018-08-01T21:30:00Z", precision="day", offset="+05:30") == "2018-08-01T18:30:00+00:00"
    assert sorts_at(at="2018-08-01T21:30:00-05:00", precision="day") == "2018-08-01T05:00:00+00:00"


def test_a_flight_over_the_date_line_arrives_after_it_left_on_the_same_local_day() -> None:
    left = facts.event(facts.departed(at="2018-08-01T12:00:00Z", zone="Asia/Seoul"))
    there = facts.event(facts.arrived(at="2018-08-01T20:00:00Z", zone="Pacific/Honolulu"))
    assert left.occurred_at < there.occurred_at
    assert (left.offset_minutes, there.offset_minutes) == (540, -600)


@pytest.mark.parametrize(
    "text", ["2018-08-01", "2018-08-01T12:00:00", "2018-08-01 12:00:00Z", "1533124800", "2018-13-01T00:00:00Z"]
)
def test_an_instant_is_rfc_3339_with_an_offset_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError):
        parse_instant(text)
    with pytest.raises(ValidationError):
        INSTANT.validate_python(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z"])
def test_an_instant_is_in_the_years_that_the_record_can_reckon_with(text: str) -> None:
    with pytest.raises(ValueError, match="1900"):
        parse_instant(text)
    with pytest.raises(ValidationError, match="1900"):
        INSTANT.validate_python(text)


def test_an_instant_that_is_one_already_is_taken_and_a_number_is_not() -> None:
    at = datetime(2018, 8, 1, 12, tzinfo=UTC)
    assert INSTANT.validate_python(at) == at
    with pytest.raises(ValidationError):
        INSTANT.validate_python(1533124800, strict=True)


def test_an_instant_has_one_spelling_whatever_offset_it_was_given_in() -> None:
    assert instant_text(parse_instant("2018-08-01t21:30:00.500+09:00")) == "2018-08-01T12:30:00.500000Z"


def test_a_zone_is_one_of_iana() -> None:
    with pytest.raises(ValidationError, match="not an IANA time zone"):
        TypeAdapter(Zone).validate_python("Korea/Seoul")
