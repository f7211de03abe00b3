"""Invariant 15: any order and any repetition of the same events ends in the same; each later change has one answer."""

from datetime import timedelta
from typing import Any

from hypothesis import given

from services.tracker.model.policy import Policy
from services.tracker.model.telling import required
from shared.events.event import Event
from tests.property import happenings as what
from tests.property.constraints import named, refused
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.stories import Story, stories
from tests.property.tellings import Telling, tellings

POLICY = Policy()
EXAMINER = (what.determined, what.determined, what.rescinded_, what.restated, what.associated, what.dissociated)
ALL = stories(
    *(*what.CUSTODY, *what.LINEAGE, *what.LEAVING, *EXAMINER, *what.CORRECTIONS, what.excluded, what.exclusion_withdrawn),
    *(
        what.held,
        what.lifted,
        what.disagreed,
        what.settled,
        what.designated,
        what.assigned,
        what.elected,
        what.descended_from_known,
    ),
    begin=[what.families, what.padd, what.registered],
    most=20,
)
TOLD = tellings(*EXAMINER, what.held, what.lifted, what.assigned, what.did_not_occur, begin=[what.all_registered, what.padd])


def ends(events: list[Event]) -> dict[str, Any]:
    """All that the events come to."""
    record = folded(events)
    now = max(event.occurred_at for event in events) + timedelta(days=1)
    return {
        "cases": record.cases,
        "persons": record.persons,
        "of cases": {number: case.discrepancies(POLICY) for number, case in record.cases.items()},
        "of persons": {ref: person.discrepancies(POLICY) for ref, person in record.persons.items()},
        "owed": required(record, (), POLICY, now).owed,
    }


@judged
@given(story=ALL)
def test_every_order_ends_in_the_same_cases_persons_discrepancies_and_required_notices(story: Story) -> None:
    said, filed = ends(story.events), ends(story.filed)
    for which, end in said.items():
        assert filed[which] == end, which


@judged
@given(telling=TOLD)
def test_each_change_of_the_truth_has_one_answer_for_each_recipient(telling: Telling) -> None:
    """What is in a hand is stopped once; of two corrections to one liaison something else of the line left between them."""
    stopped = [str(leaving.notice.stops) for leaving in telling.left if leaving.notice.kind == "stop"]
    assert sorted(stopped) == sorted(set(stopped))
    last: dict[tuple[Any, ...], tuple[str, tuple[str, ...]]] = {}
    for leaving in telling.left:
        notice = leaving.notice
        said = (notice.kind, notice.cases)
        again = notice.kind == "correction" and last.get((*leaving.line, notice.recipient)) == said
        assert not again, f"{notice.reference} says again what the one before it said"
        last[*leaving.line, notice.recipient] = said


def test_the_record_takes_no_second_fact_of_one_identity_on_any_stream(database_url: str) -> None:
    named(database_url)
    event = (
        "INSERT INTO event (stream, epoch, seq, entry_id, source, id, type, digest, occurred_at, recorded_at, filed_at)"
        " VALUES (%s, 'e', %s, '1-1', 'urn:example:unc', 'E-1', 't', 'd', now(), now(), now())"
    )
    rows = [("custody", 1), ("custody", 1), ("custody", 2), ("family", 1)]
    assert refused(database_url, event, *rows) == [False, True, True, True]
