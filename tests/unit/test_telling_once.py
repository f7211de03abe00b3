"""What several statements name is told once, and stays on the line on which it was told, whatever is filed late."""

from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.told import DETERMINED, EACH_TIME, FAMILY, PADD, Told, reported

EARLIER = facts.amended(at=at(40))
LATER = facts.amended(amendment="A-2", at=at(45))


def told_of_the_later(*more: CloudEvent) -> Told:
    """A family that was told of what the later of two amendments adds; then the earlier is filed, which adds the same."""
    told = Told(*FAMILY, PADD, EACH_TIME, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), LATER)
    return told.and_then(reported(told.leaves("additional_portions", 50), 60), EARLIER, *more)


def test_what_a_later_amendment_told_is_neither_told_again_nor_taken_back_when_an_earlier_is_filed() -> None:
    assert told_of_the_later().kinds() == []


def test_what_a_later_amendment_has_in_hand_is_not_stopped_when_an_earlier_is_filed() -> None:
    told = Told(*FAMILY, PADD, EACH_TIME, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), LATER)
    told.leaves("additional_portions", 50)
    assert [each.cause for each in told.and_then(EARLIER).required().owed if each.kind != "publication_eligible"] == ["A-2"]


def test_what_was_asked_about_by_a_later_amendment_is_not_asked_again_when_an_earlier_is_filed() -> None:
    told = Told(*FAMILY, PADD, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), LATER)
    told.and_then(reported(told.leaves("ask_first", 50), 60), EARLIER)
    assert told.kinds() == []


def test_what_was_told_is_taken_back_once_when_neither_stands() -> None:
    told = told_of_the_later(facts.rescinded("A-1", at=at(70)), facts.rescinded("A-2", at=at(71)))
    assert [each.cause for each in told.required().owed if each.kind == "correction"] == ["A-2"]


def test_what_was_told_under_one_that_is_rescinded_stands_there_while_another_names_it_and_is_not_told_again() -> None:
    told = told_of_the_later(facts.rescinded("A-2", at=at(70)))
    assert told.kinds() == []
    assert [each.cause for each in told.and_then(facts.rescinded("A-1", at=at(75))).required().owed if each.kin] == ["A-2"]


def test_what_one_padd_was_told_under_one_that_is_rescinded_is_not_owed_to_the_next_while_another_names_it() -> None:
    heir = facts.padd(kin="KIN-2", at=at(70)), facts.election(signed_by="KIN-2", at=at(71))
    assert told_of_the_later(*heir, facts.rescinded("A-2", at=at(72))).kinds() == []


def test_what_is_in_hand_under_one_that_is_rescinded_is_stopped_by_the_hold_and_told_under_the_other_once_that_is_lifted() -> (
    None
):
    told = Told(*FAMILY, PADD, EACH_TIME, DETERMINED, EARLIER, LATER).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30))
    assert told.leaves("additional_portions", 50).cause == "A-1"
    told.and_then(facts.rescinded("A-1", at=at(60)))
    told.leaves("stop", 61)
    told.and_then(facts.hold_lifted("rescinded:A-1", stream="identification", role="medical_examiner", at=at(70)))
    assert [(each.kind, each.cause) for each in told.required().owed if each.kin] == [("additional_portions", "A-2")]


def test_what_one_padd_was_told_by_a_later_amendment_is_not_owed_to_the_next_by_an_earlier() -> None:
    heir = facts.padd(kin="KIN-2", at=at(70)), facts.election(signed_by="KIN-2", at=at(71))
    assert told_of_the_later(*heir).kinds() == []


def test_a_death_leaves_nothing_unassigned_that_the_dead_were_told() -> None:
    keys = {each.key for each in told_of_the_later(facts.kin_deceased(at=at(70))).required().owed}
    assert not any("/padd/" in key for key in keys)


def test_what_a_family_was_told_twice_is_true_twice() -> None:
    by_telephone = facts.delivered(line={"cause": "A-1"}, says="stands", at=at(80))
    assert told_of_the_later(by_telephone).kinds() == []


def test_a_call_about_a_determination_spoke_of_nothing_that_only_a_later_correction_added_to_it() -> None:
    call = facts.delivered(line={"cause": "D-1"}, says="stands", at=at(50))
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(*FAMILY, PADD, EACH_TIME, DETERMINED, EARLIER, call, facts.corrected(DETERMINED, both, at=at(60)))
    assert [(each.kind, each.cause) for each in told.required().owed if each.kin] == [("additional_portions", "added:D-1")]
