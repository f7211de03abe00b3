"""What is owed when the truth changes: a stop, a correction, a reinstatement."""

from tests import facts
from tests.unit.stories import at
from tests.unit.told import DETERMINED, EACH_TIME, FAMILY, PADD, RESCINDED, SECOND, Told, reported


def test_a_rescission_while_the_liaison_has_it_owes_him_a_stop() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    gone = told.leaves("identification")
    told.and_then(RESCINDED)
    stop = told.owed("stop")
    assert (stop.recipient, stop.stops, stop.cases, stop.reasons) == ("liaison:L-1", gone.reference, ("K55-01",), ())
    assert told.kinds() == ["stop"]


def test_before_it_left_a_rescission_only_withdraws_it_and_ground_that_returns_restores_it() -> None:
    told = Told(*FAMILY, DETERMINED).and_then().and_then(RESCINDED)
    assert told.states() == {"identification liaison:L-1": "withdrawn"}
    told.and_then(facts.corrected(RESCINDED, at=at(60)))
    assert told.states() == {"identification liaison:L-1": "ready"}


def test_a_stop_that_left_makes_what_it_stopped_stopped_and_ground_that_returns_owes_a_reinstatement() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(RESCINDED)
    told.leaves("stop", 60)
    assert told.and_then().states() == {"identification liaison:L-1": "stopped", "stop liaison:L-1": "sent"}
    told.and_then(facts.corrected(RESCINDED, at=at(60)))
    assert (told.owed("reinstatement").key, told.owed("reinstatement").cases) == (
        "reinstatement/told/P-0001/D-1/KIN-1/liaison:L-1/1",
        ("K55-01",),
    )


def test_a_stop_that_is_still_unsent_when_ground_returns_is_withdrawn() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(RESCINDED).and_then(facts.corrected(RESCINDED, at=at(60)))
    assert told.states() == {"identification liaison:L-1": "sent", "stop liaison:L-1": "withdrawn"}


def test_a_rescission_after_the_family_was_told_owes_a_correction_and_no_stop() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), RESCINDED)
    assert told.kinds() == ["correction"]
    assert (told.owed("correction").cases, told.why("correction")) == ((), [])
    told.and_then(reported(told.leaves("correction", 70), 80))
    assert (told.kinds(), told.states()["correction liaison:L-1"]) == ([], "done")


def test_told_in_spite_of_a_stop_owes_a_correction_too() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    gone = told.leaves("identification", 20)
    told.and_then(RESCINDED)
    told.leaves("stop", 60)
    told.and_then().and_then(reported(gone, 90))
    assert told.kinds() == ["correction"]
    assert told.states()["identification liaison:L-1"] == "done"


def test_a_rescission_that_is_corrected_after_the_correction_owes_a_reinstatement() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), RESCINDED)
    told.and_then(reported(told.leaves("correction", 70), 80), facts.corrected(RESCINDED, at=at(90)))
    assert (told.kinds(), told.why("reinstatement")) == (["reinstatement"], [])


def test_a_correction_of_others_waits_for_the_primary_next_of_kins() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)))
    told.and_then(reported(told.leaves("identification", 31, kin="KIN-2"), 40, kin="KIN-2"), RESCINDED)
    assert told.why("correction", "KIN-2") == ["the primary next of kin has not been told the correction"]
    assert told.why("correction") == []
    overridden = facts.unreachable(at=at(60)), facts.override(at=at(61))
    assert told.and_then(*overridden).why("correction", "KIN-2") == []


def test_a_determination_that_loses_a_case_owes_a_correction_and_one_that_gains_a_case_a_later_portion() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(*FAMILY, both).and_then()
    told.and_then(reported(told.leaves("identification", 20)), facts.corrected(both, DETERMINED, at=at(50)))
    assert told.owed("correction").cases == ("K55-01",)
    one = Told(*FAMILY, PADD, EACH_TIME, DETERMINED).and_then()
    one.and_then(reported(one.leaves("identification", 20)), facts.corrected(DETERMINED, both, at=at(50)))
    assert one.owed("additional_portions").cases == ("K55-02",)
    assert one.owed("additional_portions").key == "told/P-0001/added:D-1/KIN-1"


def test_a_gate_that_closes_stops_what_is_in_hand_and_corrects_nothing_that_was_told() -> None:
    hold = facts.hold_placed("H-1", at=at(60))
    in_hand = Told(*FAMILY, DETERMINED).and_then()
    in_hand.leaves("identification", 20)
    in_hand.and_then(hold)
    assert in_hand.kinds() == ["reinstatement", "stop"]
    assert in_hand.why("reinstatement") == [
        "case K55-01 is on hold H-1: under review",
        "waits until the stop of what is in hand has left",
    ]
    known = Told(*FAMILY, DETERMINED).and_then()
    known.and_then(reported(known.leaves("identification", 20)), hold)
    assert known.kinds() == []


def test_hours_take_no_ground_from_what_is_in_hand() -> None:
    told = Told(*FAMILY, facts.liaison(liaison="L-2", at=at(3)), DETERMINED).and_then()
    told.leaves("identification", 100)
    night = told.required(minutes=600)
    assert [(each.kind, each.keeps is not None) for each in night.owed] == [("identification", True)]
    assert night.next_check_at is None
