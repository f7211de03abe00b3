"""The determination that identifies, and remains that move between families."""

from tests import facts
from tests.unit.stories import at
from tests.unit.told import DETERMINED, EACH_TIME, FAMILY, PADD, Told, reported


def test_the_earliest_that_stands_identifies_until_one_was_told_or_is_in_hand() -> None:
    earlier = facts.determined("K55-02", determination="D-0", at=at(5))
    told = Told(*FAMILY, DETERMINED, earlier)
    assert told.owed("identification").cause == "D-0"
    begun = Told(*FAMILY, PADD, EACH_TIME, DETERMINED).and_then()
    begun.leaves("identification", 20)
    begun.and_then(earlier)
    assert (begun.kinds(), begun.owed("additional_portions").cause) == (["additional_portions"], "D-0")


def test_what_became_a_further_portion_in_a_liaisons_hand_is_not_called_back() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    earlier = facts.determined("K55-02", determination="D-0", at=at(5))
    told.and_then(earlier, facts.delivered(line={"cause": "D-0"}, says="stands", at=at(30)))
    assert (told.kinds(), told.states()["identification liaison:L-1"]) == ([], "sent")


def test_over_a_case_that_moved_nobody_is_told_before_the_other_family_was_corrected() -> None:
    other = facts.kin("P-0002", "KIN-9", at=at(0)), facts.pnok("P-0002", "KIN-9", at=at(1)), facts.liaison("P-0002", at=at(2))
    told = Told(*FAMILY, *other, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), facts.corrected(DETERMINED, at=at(50)))
    lifted = facts.hold_lifted("removed:D-1", stream="identification", role="medical_examiner", at=at(60))
    told.and_then(facts.determined(person="P-0002", determination="D-2", at=at(55)), lifted)
    assert told.why(kin="KIN-9") == ["another family must first be told that K55-01 is not theirs"]
    told.and_then(reported(told.leaves("correction", 70), 80))
    assert told.why(kin="KIN-9") == []


def test_over_a_case_that_moved_nobody_is_told_before_the_other_liaison_read_his_stop() -> None:
    other = facts.kin("P-0002", "KIN-9", at=at(0)), facts.pnok("P-0002", "KIN-9", at=at(1)), facts.liaison("P-0002", at=at(2))
    told = Told(*FAMILY, *other, DETERMINED).and_then()
    told.leaves("identification", 20)
    lifted = facts.hold_lifted("removed:D-1", stream="identification", role="medical_examiner", at=at(60))
    by_individual = facts.determined(person="P-0002", determination="D-2", cases=[], individuals=["I-1"], at=at(55))
    told.and_then(facts.corrected(DETERMINED, at=at(50)), lifted, by_individual, facts.associated(individual="I-1", at=at(56)))
    stop = told.leaves("stop", 65)
    assert told.and_then().why(kin="KIN-9") == ["another family must first be told that K55-01 is not theirs"]
    assert told.and_then(facts.acknowledged(stop.reference, at=at(90))).why(kin="KIN-9") == []
