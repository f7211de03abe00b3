"""Invariant 13: hours bind the mail and the contact, and they only delay."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from services.tracker.model.hours import next_opening
from services.tracker.model.notices import CLASS_OF
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.tellings import Telling, tellings
from tests.unit.played import NIGHT_OFF

AT_ALL_HOURS = tellings(
    *(what.determined, what.determined, what.rescinded_, what.assigned, what.assigned, what.did_not_occur),
    begin=[what.all_registered],
)
ZONES = st.sampled_from(("UTC", "America/Chicago", "Asia/Seoul", "Pacific/Honolulu", "Asia/Kathmandu", "Australia/Lord_Howe"))
CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 30, 59)))
INSTANTS = st.integers(0, 2 * 366 * 24 * 4).map(lambda n: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n))


def is_open(window: tuple[str, str], local: datetime) -> bool:
    """By the clock on the wall, from the start on, without the end; over midnight where the end is not after the start."""
    start, end, now = window[0], window[1], f"{local:%H:%M}"
    return start <= now < end if start < end else now >= start or now < end


@judged
@given(telling=AT_ALL_HOURS)
def test_the_mail_of_a_family_notice_keeps_its_liaisons_hours_and_a_stop_keeps_none(telling: Telling) -> None:
    for leaving in telling.left:
        if leaving.notice.recipient == f"liaison:{NIGHT_OFF}" and CLASS_OF[leaving.notice.kind] == "family":
            assert 8 <= leaving.at.hour < 18, f"{leaving.notice.reference} left at {leaving.at}"


@judged
@given(window=st.tuples(CLOCKS, CLOCKS), zone=ZONES, at=INSTANTS)
def test_the_next_opening_is_the_first_moment_at_which_the_clock_on_the_wall_is_within_the_window(
    window: tuple[str, str], zone: str, at: datetime
) -> None:
    """On days without a change of the clocks; what a jump does is told by examples."""
    assume(window[0] != window[1])
    local = ZoneInfo(zone)
    days = [at + timedelta(hours=hours) for hours in range(-36, 61, 12)]
    assume(len({each.astimezone(local).utcoffset() for each in days}) == 1)
    moments = (at + timedelta(minutes=minute) for minute in range(24 * 60 + 1))
    first = next(each for each in moments if is_open(window, each.astimezone(local)))
    assert next_opening([window], zone, at) == first
