"""Looking back: which statements had happened by a moment, once what is known of their corrections is applied."""

from datetime import datetime

from services.tracker.model.travel import until
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at


def kept(*statements: CloudEvent, as_of: int) -> set[str]:
    found = until([facts.event(one) for one in statements], datetime.fromisoformat(at(as_of)))
    return {event.id for event in found}


def test_what_had_not_happened_yet_is_left_out() -> None:
    assert kept(facts.registered(id="A", at=at(1)), facts.registered(id="B", at=at(3)), as_of=2) == {"A"}


def test_a_correction_of_later_counts_for_the_day_that_it_corrects() -> None:
    said = facts.registered(id="A", at=at(1))
    assert kept(said, facts.corrected(said, id="C", at=at(9)), as_of=2) == {"A", "C"}


def test_what_was_restated_counts_from_when_it_really_happened() -> None:
    said, really = facts.registered(id="A", at=at(1)), facts.registered(at=at(5))
    restated = facts.corrected(said, really, id="C", at=at(9))
    assert kept(said, restated, as_of=2) == set()
    assert kept(said, restated, as_of=6) == {"A", "C"}


def test_a_correction_of_a_correction_goes_with_what_the_first_corrects() -> None:
    said = facts.registered(id="A", at=at(1))
    first = facts.corrected(said, id="C", at=at(8))
    assert kept(said, first, facts.corrected(first, id="CC", at=at(9)), as_of=2) == {"A", "C", "CC"}


def test_a_correction_of_what_is_not_on_file_counts_from_its_own_day() -> None:
    correction = facts.corrected(facts.registered(), id="C", at=at(9))
    assert kept(correction, as_of=2) == set()
    assert kept(correction, as_of=9) == {"C"}


def test_corrections_in_a_circle_each_count_from_their_own_day() -> None:
    one = facts.corrected(facts.registered(), id="C1", at=at(1))
    other = facts.corrected(one, id="C2", at=at(9))
    one["data"]["corrects"] = {"source": other["source"], "id": "C2", "type": other["type"]}
    assert kept(one, other, as_of=2) == {"C1"}


def test_what_corrects_a_correction_in_a_circle_goes_with_it() -> None:
    one = facts.corrected(facts.registered(), id="C1", at=at(1))
    other = facts.corrected(one, id="C2", at=at(3))
    one["data"]["corrects"] = {"source": other["source"], "id": "C2", "type": other["type"]}
    assert kept(one, other, facts.corrected(other, id="CC", at=at(9)), as_of=4) == {"C1", "C2", "CC"}
