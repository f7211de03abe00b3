"""Holds and lifts: a lift acts on the hold it names whatever its date, on its own stream and by its authority."""

from typing import Any

import pytest

from services.tracker.model.holds import removed, rescinded
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.test_model_custody import case_of, found

PLACED = facts.hold_placed("H-1", scope=["notify"], authority="desk-1", at=at(10))
EXAMINER: dict[str, Any] = {"stream": "identification", "role": "medical_examiner"}


def blocked(*statements: CloudEvent) -> list[str]:
    """The holds that block notifying."""
    return [id for id, _ in case_of(*statements).holds.active("notify")]


def test_a_hold_blocks_what_its_scope_names_and_nothing_else() -> None:
    case = case_of(facts.hold_placed("H-1", scope=["move"], at=at(10)))
    assert list(case.holds.active("notify")) == []
    assert [id for id, _ in case.holds.active("move")] == ["H-1"]
    assert case.flags(()) == {"hold"}


@pytest.mark.parametrize("minute", [1, 10, 99])
def test_a_lift_acts_whatever_its_date(minute: int) -> None:
    assert blocked(PLACED, facts.hold_lifted("H-1", authority="desk-1", at=at(minute))) == []


def test_a_lift_on_another_stream_has_no_effect_and_is_a_discrepancy() -> None:
    lift = facts.hold_lifted("H-1", stream="identification", at=at(20))
    assert blocked(PLACED, lift) == ["H-1"]
    assert found(case_of(PLACED, lift))["hold/H-1#lift"] == "identification, desk-1"


def test_a_lift_by_another_authority_has_no_effect() -> None:
    assert blocked(PLACED, facts.hold_lifted("H-1", authority="desk-9", at=at(20))) == ["H-1"]


def test_the_first_hold_of_an_id_stands_and_a_second_different_one_is_a_blocking_discrepancy() -> None:
    second = facts.hold_placed("H-1", scope=["move"], authority="desk-2", at=at(11), id="E-second")
    case = case_of(PLACED, second)
    assert [id for id, _ in case.holds.active("notify")] == ["H-1"]
    assert found(case) == {"id_used_twice/hold/H-1": "urn:example:unc#E-second"}


def test_the_same_hold_said_twice_is_one_hold() -> None:
    again = facts.hold_placed("H-1", scope=["notify"], authority="desk-1", at=at(12))
    assert (blocked(PLACED, again), found(case_of(PLACED, again))) == (["H-1"], {})


def test_a_case_released_under_a_move_hold_is_a_discrepancy_and_before_or_after_it_is_not() -> None:
    hold = facts.hold_placed("H-1", scope=["move"], at=at(10))
    lift = facts.hold_lifted("H-1", at=at(20))
    registered = facts.registered(at=at(0))
    assert "hold/H-1#T-1" in found(case_of(registered, hold, lift, facts.released(at=at(15))))
    for minute in (5, 25):
        assert found(case_of(registered, hold, lift, facts.released(at=at(minute)))) == {}


def test_a_determination_under_a_hold_is_a_discrepancy() -> None:
    hold = facts.hold_placed("H-1", scope=["determine"], at=at(10))
    assert "hold/H-1#D-1" in found(case_of(facts.registered(at=at(0)), hold, facts.determined(at=at(15))))


# ------------------------------------------------------------------------------------------------- taken back (invariant 11)
@pytest.mark.parametrize("minute", [1, 99])
def test_a_rescission_holds_the_cases_of_its_determination_whatever_its_date(minute: int) -> None:
    statements = facts.determined(at=at(10)), facts.rescinded(at=at(minute))
    assert blocked(*statements) == [rescinded("D-1")]
    assert case_of(*statements).progress == "unregistered"


def test_a_rescission_holds_what_the_determination_reached_through_an_individual_and_nothing_else() -> None:
    of = facts.determined(cases=[], individuals=["I-1"], at=at(10))
    back = facts.rescinded(at=at(20))
    assert blocked(facts.associated(individual="I-1", at=at(1)), of, back) == [rescinded("D-1")]
    assert blocked(of, back, facts.associated(individual="I-1", at=at(30))) == [rescinded("D-1")]
    assert blocked(facts.dissociated(individual="I-1", at=at(1)), of, back) == []


def test_only_the_medical_examiner_lifts_the_hold_of_a_rescission() -> None:
    taken_back = facts.determined(at=at(10)), facts.rescinded(at=at(20))
    laboratory = facts.hold_lifted(rescinded("D-1"), stream="identification", at=at(30))
    assert blocked(*taken_back, laboratory) == [rescinded("D-1")]
    assert blocked(*taken_back, laboratory, facts.hold_lifted(rescinded("D-1"), at=at(31), **EXAMINER)) == []


def test_a_correction_that_removes_a_determination_holds_its_cases() -> None:
    determined = facts.determined(at=at(10))
    gone = facts.corrected(determined, at=at(20))
    assert blocked(determined, gone) == [removed("D-1")]
    assert blocked(determined, gone, facts.hold_lifted(removed("D-1"), at=at(30), **EXAMINER)) == []


def test_a_correction_that_gives_a_determination_to_other_remains_holds_those_it_was_of() -> None:
    determined = facts.determined("K55-01", at=at(10))
    instead = facts.corrected(determined, facts.determined("K55-02", at=at(10)), at=at(20))
    assert blocked(determined, instead) == [removed("D-1")]
    other = case_of(determined, instead, number="K55-02")
    assert (list(other.holds.active("notify")), other.progress) == ([], "identified")


def test_a_rescission_that_is_corrected_away_leaves_no_hold() -> None:
    back = facts.rescinded(at=at(20))
    case = case_of(facts.determined(at=at(10)), back, facts.corrected(back, at=at(30)))
    assert (list(case.holds.active("notify")), case.progress) == ([], "identified")
