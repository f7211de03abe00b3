"""Invariant 16: events are never edited or deleted; a correction names what it corrects, and both stay readable."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given

from services.tracker.model.corrections import effective
from services.tracker.record.schema import migrate
from shared.events import RecordCorrected
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.stories import Story, stories

CORRECTED = stories(
    *(what.determined, what.restated, what.restated, what.redated, what.did_not_occur, what.did_not_occur, what.moved),
    begin=[what.registered],
)


@judged
@given(story=CORRECTED)
def test_what_counts_is_what_the_last_correction_in_world_order_left_of_it(story: Story) -> None:
    found = [(each.key, each.occurred_at, each.data) for each in effective(story.filed).events]
    assert found == [(each.key, each.at, each.data) for each in story.counted]


@judged
@given(story=CORRECTED)
def test_every_original_and_every_restatement_stays_readable(story: Story) -> None:
    as_filed = [(event.key, event.data, event.occurred_at) for event in story.events]
    ever = effective(story.filed).ever
    readable = [each.data for each in ever]
    for event in story.events:
        if not isinstance(event.data, RecordCorrected):
            assert (event.key, event.data) in [(each.key, each.data) for each in ever]
        elif event.restated is not None:
            assert event.restated.data in readable
    assert [(event.key, event.data, event.occurred_at) for event in story.events] == as_filed


@pytest.fixture
def record(database_url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A record that holds one event."""
    migrate(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO event (stream, epoch, seq, entry_id, source, id, type, digest, occurred_at, recorded_at, filed_at)"
            " VALUES ('custody', 'e', 1, '1-1', 'urn:example:unc', 'E-1', 't', 'd', now(), now(), now())"
        )
        yield connection


def test_the_record_refuses_to_change_or_delete_an_event(record: "psycopg.Connection[tuple[object, ...]]") -> None:
    refused = []
    for statement in ("UPDATE event SET digest = 'other'", "DELETE FROM event", "TRUNCATE event CASCADE"):
        try:
            record.execute(statement)
        except psycopg.errors.RestrictViolation:
            refused.append(statement.split()[0])
    assert refused == ["UPDATE", "DELETE", "TRUNCATE"]
