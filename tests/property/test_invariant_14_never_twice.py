"""Invariant 14: no key leaves twice, and no second first telling of one line, however often and late all of it is filed."""

import uuid

import psycopg
from hypothesis import given

from services.tracker.record.schema import migrate
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.tellings import Telling, tellings

FLAPPING = tellings(
    *(what.determined, what.determined, what.rescinded_, what.did_not_occur, what.did_not_occur, what.restated),
    *(what.designated, what.assigned, what.assigned, what.held, what.lifted, what.examiner_lifted, what.elected),
    begin=[what.all_registered, what.padd],
)
FIRST = ("identification", "additional_portions")


@judged
@given(telling=FLAPPING)
def test_no_notice_leaves_twice_and_no_line_is_told_for_the_first_time_twice(telling: Telling) -> None:
    keys = [leaving.notice.key for leaving in telling.left]
    assert sorted(keys) == sorted(set(keys))
    lines = [leaving.line for leaving in telling.left if leaving.notice.kind in FIRST]
    assert sorted(lines) == sorted(set(lines))


def test_the_record_takes_no_second_notice_of_one_key(database_url: str) -> None:
    migrate(database_url)
    assert [added(database_url, "told/P-0001/D-1/KIN-1") for _ in range(2)] == [True, False]


def added(database_url: str, key: str) -> bool:
    """Whether the record took one more notice of this key."""
    row = (uuid.uuid4().hex, key, "identification", "family", "ready")
    with psycopg.connect(database_url) as record:
        try:
            record.execute(
                "INSERT INTO notice (reference, key, kind, class, state, created_at) VALUES (%s, %s, %s, %s, %s, now())", row
            )
        except psycopg.errors.UniqueViolation:
            return False
    return True
