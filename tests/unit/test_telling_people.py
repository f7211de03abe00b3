"""People change: deaths, reliefs, a kin who moves; and information, which is no identification (telling, sections 4 to 6)."""

from tests import facts
from tests.unit.stories import at
from tests.unit.told import DETERMINED, FAMILY, PADD, RESCINDED, SECOND, Told, reported

DEAD = facts.kin_deceased(at=at(60))
RELIEVED = facts.relieved(at=at(60))
INFORMED = facts.information(at=at(10))


# ------------------------------------------------------------------------------------------------- deaths
def test_what_a_kin_who_died_has_not_been_told_is_withdrawn_and_what_is_out_is_stopped() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    assert told.and_then(DEAD).kinds() == ["stop", "unassigned"]
    assert Told(*FAMILY, DETERMINED).and_then().and_then(DEAD).states()["identification liaison:L-1"] == "withdrawn"


def test_a_kin_who_died_is_owed_no_correction_and_what_they_believed_blocks_nobody() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)))
    told.and_then(reported(told.leaves("identification", 31, kin="KIN-2"), 40, kin="KIN-2"))
    told.and_then(DEAD, facts.pnok(kin="KIN-2", at=at(61)), facts.rescinded(at=at(70)))
    assert [each.kin for each in told.required().owed if each.kind == "correction"] == ["KIN-2"]
    assert told.why("correction", "KIN-2") == []


def test_what_stands_again_is_not_reinstated_to_a_kin_who_died() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(*FAMILY, both).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), facts.amended(removed={"cases": ["K55-02"]}, at=at(40)))
    told.and_then(reported(told.leaves("correction", 50), 55), DEAD, facts.amended(amendment="A-2", at=at(70)))
    assert "reinstatement" not in told.kinds()


def test_what_a_kin_who_died_believed_of_a_case_keeps_no_other_family_waiting() -> None:
    other = facts.kin("P-0002", "KIN-9", at=at(0)), facts.pnok("P-0002", "KIN-9", at=at(1)), facts.liaison("P-0002", at=at(2))
    told = Told(*FAMILY, *other, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), facts.corrected(DETERMINED, at=at(50)), DEAD)
    lifted = facts.hold_lifted("removed:D-1", stream="identification", role="medical_examiner", at=at(62))
    told.and_then(facts.determined(person="P-0002", determination="D-2", at=at(61)), lifted)
    assert told.why(kin="KIN-9") == []


def test_a_death_that_did_not_occur_brings_back_what_was_owed() -> None:
    told = Told(*FAMILY, DETERMINED).and_then(DEAD).and_then(facts.corrected(DEAD, at=at(61)))
    assert told.kinds() == ["identification"]


def test_information_waits_for_a_living_primary_next_of_kin() -> None:
    told = Told(*FAMILY, INFORMED, DEAD)
    assert told.owed("unassigned").key == "unassigned/P-0001/pnok/INF-1"


# ------------------------------------------------------------------------------------------------- reliefs
def test_what_is_unsent_waits_when_the_liaison_is_relieved_and_the_casualty_office_hears_of_it() -> None:
    told = Told(*FAMILY, DETERMINED).and_then().and_then(RELIEVED)
    assert (told.kinds(), told.why()) == (["identification", "unassigned"], ["no liaison is assigned"])


def test_what_a_relieved_liaison_has_in_hand_is_stopped_and_taken_over() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(RELIEVED, facts.liaison(liaison="L-2", at=at(61)))
    assert told.kinds() == ["stop", "takeover"]


def test_a_relief_that_is_still_to_come_changes_nothing_until_then() -> None:
    told = Told(*FAMILY, DETERMINED, facts.relieved(at=at(3), **{"from": at(500)}))
    assert told.why() == []
    assert told.required().next_check_at is not None
    assert told.required(minutes=501).owed != told.required().owed


def test_a_liaison_of_one_kin_who_is_relieved_leaves_them_to_the_familys() -> None:
    own = facts.liaison(liaison="L-2", kin="KIN-1", at=at(4)), facts.relieved(liaison="L-2", kin="KIN-1", at=at(5))
    assert Told(*FAMILY, DETERMINED, *own).owed("identification").recipient == "liaison:L-1"


def test_a_relief_names_no_successor() -> None:
    second = facts.liaison(liaison="L-2", at=at(4)), facts.relieved(liaison="L-2", at=at(5))
    assert Told(*FAMILY, DETERMINED, *second).why() == ["no liaison is assigned"]


def test_a_liaison_who_is_assigned_again_speaks_again() -> None:
    assert Told(*FAMILY, DETERMINED, RELIEVED, facts.liaison(at=at(61))).why() == []


# ------------------------------------------------------------------------------------------------- kin, briefings
def test_a_kin_who_is_required_no_more_is_owed_nothing() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED, facts.kin_updated(kin="KIN-2", required=False, at=at(20)))
    assert [each.kin for each in told.required().owed] == ["KIN-1"]


def test_a_briefing_that_was_declined_is_closed() -> None:
    assert Told(*FAMILY, DETERMINED, facts.briefing_declined(at=at(40))).kinds() == []


# ------------------------------------------------------------------------------------------------- information
def test_information_is_told_to_whoever_an_identification_is_and_to_those_who_were_first_before() -> None:
    second = facts.pnok(kin="KIN-2", at=at(4))
    told = Told(*FAMILY, facts.kin(kin="KIN-1", required=False, at=at(3)), SECOND, second, INFORMED).and_then()
    assert {each.key for each in told.required().owed} == {"told/P-0001/INF-1/KIN-1", "told/P-0001/INF-1/KIN-2"}
    assert told.why("information") == ["the primary next of kin has not been told"]
    told.and_then(reported(told.leaves("information", 20, kin="KIN-2"), 30, kin="KIN-2"))
    assert told.why("information") == []


def test_to_know_of_an_identification_is_not_to_know_of_information_and_no_hold_keeps_it() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), INFORMED, facts.hold_placed("H-1", at=at(40)))
    assert told.why("information") == []
    assert told.why("information", "KIN-2") == ["the primary next of kin has not been told"]
    ways = facts.unreachable(at=at(50)), facts.override(at=at(51))
    assert told.and_then(*ways).why("information", "KIN-2") == []


def test_information_that_was_not_is_corrected_and_may_have_been_told_by_telephone() -> None:
    by_line = facts.delivered(line={"cause": "INF-1"}, says="stands", at=at(30))
    told = Told(*FAMILY, INFORMED, by_line)
    assert told.kinds() == []
    assert told.and_then(facts.corrected(INFORMED, at=at(40))).kinds() == ["correction"]


def test_to_know_of_information_is_not_to_know_of_an_identification() -> None:
    told = Told(*FAMILY, SECOND, PADD, INFORMED).and_then()
    told.and_then(reported(told.leaves("information", 20)), DETERMINED)
    assert told.why("identification", "KIN-2") == ["the primary next of kin has not been told"]
    assert told.and_then(RESCINDED).kinds() == ["information"]
