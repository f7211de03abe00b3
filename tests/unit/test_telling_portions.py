"""Later portions: what an amendment adds is told as the family chose (telling, section 7)."""

import pytest

from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.told import DETERMINED, EACH_TIME, FAMILY, PADD, SECOND, Told, reported

AMENDED = facts.amended(at=at(40))
FOUND_IN = facts.registered("K55-02", turnover="TO-2018", at=at(0))
CLOSED = facts.project_closed(at=at(90))


def family_told(*more: CloudEvent, minutes: int = 100) -> Told:
    """A family that was told of the determination, and what was said besides."""
    told = Told(*FAMILY, PADD, FOUND_IN, DETERMINED).and_then()
    return told.and_then(reported(told.leaves("identification", 20), 30), *more, minutes=minutes)


def ledger(told: Told) -> list[str]:
    return [entry.cause for entry in told.required().silent]


# ------------------------------------------------------------------------------------------------- each time, never, at the end
def test_who_chose_each_time_is_told_of_what_an_amendment_adds_on_a_line_of_its_own() -> None:
    owed = family_told(EACH_TIME, AMENDED).owed("additional_portions")
    assert (owed.key, owed.cases, owed.reasons) == ("told/P-0001/A-1/KIN-1", ("K55-02",), ())


def test_who_chose_never_is_told_nothing_and_the_portion_is_in_the_silent_hold_ledger() -> None:
    told = family_told(facts.election(choice="never", at=at(4), id="E-never"), AMENDED)
    assert told.kinds() == []
    [entry] = told.required().silent
    assert (entry.cause, entry.kin, entry.cases, entry.election[1]) == ("A-1", "KIN-1", ("K55-02",), "E-never")
    assert entry.since.isoformat() == at(40)


def test_who_chose_the_end_is_told_when_the_project_is_closed() -> None:
    told = family_told(facts.election(choice="at_end", at=at(4)), AMENDED)
    why = "the family chose to be told at the end, and the project of TO-2018 is not closed"
    assert told.why("additional_portions") == [why]
    assert told.and_then(CLOSED).why("additional_portions") == []


def test_of_remains_of_no_known_turnover_no_project_ends() -> None:
    told = family_told(facts.election(choice="at_end", at=at(4)), facts.amended(added={"cases": ["K-9"]}, at=at(40)), CLOSED)
    assert told.why("additional_portions")[0].endswith("the project of these remains is not closed")


def test_a_choice_that_changes_takes_a_portion_out_of_the_liaisons_hand() -> None:
    told = family_told(EACH_TIME, AMENDED)
    told.leaves("additional_portions", 50)
    assert told.and_then(facts.election(choice="never", at=at(60))).kinds() == ["stop"]


def test_an_election_for_a_portion_outweighs_a_general_one_whatever_their_dates() -> None:
    named = facts.election(choice="never", determination="A-1", at=at(4))
    later = facts.election(choice="each_time", at=at(60))
    assert ledger(family_told(named, AMENDED, later)) == ["A-1"]


def test_an_election_is_in_force_from_its_own_date() -> None:
    to_come = facts.election(choice="never", at=at(5), effective_from=at(200))
    told = family_told(EACH_TIME, to_come, AMENDED)
    assert told.owed("additional_portions").reasons == ()
    assert told.required().next_check_at is not None
    assert told.required(minutes=201).silent


# ------------------------------------------------------------------------------------------------- who is told
def test_a_portion_is_told_to_the_padd_alone() -> None:
    other = facts.padd(kin="KIN-2", at=at(4)), facts.election(signed_by="KIN-2", at=at(5))
    told = Told(*FAMILY, SECOND, *other, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), AMENDED)
    assert told.kinds() == ["additional_portions", "identification"]
    assert told.why("additional_portions", "KIN-2") == ["the kin has not been told of the identification itself"]
    told.and_then(reported(told.leaves("identification", 45, kin="KIN-2"), 46, kin="KIN-2"))
    assert told.why("additional_portions", "KIN-2") == []


def test_a_padd_who_is_owed_no_identification_hears_of_what_is_later_than_the_pnoks() -> None:
    padd = facts.kin(kin="KIN-3", required=False, at=at(1)), facts.padd(kin="KIN-3", at=at(4))
    told = Told(*FAMILY, *padd, facts.election(signed_by="KIN-3", at=at(5)), DETERMINED, AMENDED).and_then()
    assert told.kinds() == ["additional_portions", "identification"]
    assert told.why("additional_portions", "KIN-3") == ["the primary next of kin has not been told"]


def test_what_one_padd_was_told_is_not_owed_to_the_next() -> None:
    told = family_told(EACH_TIME, AMENDED)
    told.and_then(reported(told.leaves("additional_portions", 50), 60))
    told.and_then(facts.padd(kin="KIN-2", at=at(70)), facts.election(signed_by="KIN-2", at=at(71)))
    assert told.kinds() == []


def test_without_a_padd_the_casualty_office_hears_of_it() -> None:
    told = Told(*FAMILY, DETERMINED, AMENDED)
    assert told.kinds() == ["identification", "unassigned"]
    assert told.owed("unassigned").key == "unassigned/P-0001/padd/A-1"


def test_the_death_of_the_padd_suspends_the_choice_and_appoints_nobody() -> None:
    told = family_told(EACH_TIME, AMENDED, facts.kin_deceased(at=at(60)))
    assert {each.key for each in told.required().owed} == {"unassigned/P-0001/pnok/D-1", "unassigned/P-0001/padd/A-1"}
    heir = facts.pnok(kin="KIN-2", at=at(70)), facts.padd(kin="KIN-2", at=at(70))
    assert told.and_then(SECOND, *heir).kinds() == ["ask_first", "identification"]


# ------------------------------------------------------------------------------------------------- amendments
def test_what_an_amendment_removes_is_corrected_and_what_it_adds_again_is_reinstated() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(*FAMILY, PADD, EACH_TIME, both).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30), facts.amended(removed={"cases": ["K55-02"]}, at=at(40)))
    assert told.owed("correction").cases == ("K55-01",)
    told.and_then(reported(told.leaves("correction", 50), 60), facts.amended(amendment="A-2", at=at(70)))
    assert (told.kinds(), told.owed("reinstatement").cause) == (["reinstatement"], "D-1")


def test_where_all_that_was_determined_is_removed_what_was_added_first_identifies() -> None:
    swapped = facts.amended(added={"cases": ["K55-02"]}, removed={"cases": ["K55-01"]}, at=at(40))
    told = Told(*FAMILY, PADD, DETERMINED, swapped)
    assert [(each.kind, each.cause) for each in told.required().owed] == [("identification", "A-1")]


@pytest.mark.parametrize("back", [facts.rescinded("A-1", at=at(70)), facts.rescinded("D-1", at=at(70))])
def test_a_rescission_takes_back_an_amendment_by_itself_or_with_its_determination(back: CloudEvent) -> None:
    told = family_told(EACH_TIME, AMENDED)
    told.and_then(reported(told.leaves("additional_portions", 50), 60), back)
    owed = {each.cause for each in told.required().owed if each.kind == "correction"}
    assert owed == ({"A-1"} if back["data"]["determination"] == "A-1" else {"D-1", "A-1"})


def test_remains_of_a_rescinded_amendment_are_told_again_only_once_the_examiner_lifts_their_hold() -> None:
    told = family_told(EACH_TIME, AMENDED, facts.rescinded("A-1", at=at(60)), facts.amended(amendment="A-2", at=at(70)))
    assert [reason.code for reason in told.owed("additional_portions").reasons] == ["hold"]
    lifted = facts.hold_lifted("rescinded:A-1", "identification", role="medical_examiner", at=at(80))
    assert told.and_then(lifted).owed("additional_portions").reasons == ()


def test_an_amendment_of_another_persons_determination_says_nothing() -> None:
    assert family_told(EACH_TIME, facts.amended("D-9", at=at(40))).kinds() == []


def test_a_portion_may_have_been_told_by_telephone() -> None:
    by_line = facts.delivered(line={"cause": "A-1"}, says="stands", at=at(50))
    assert family_told(EACH_TIME, AMENDED, by_line).kinds() == []


def test_a_report_of_a_determination_speaks_of_what_a_correction_had_added() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    by_line = facts.delivered(line={"cause": "D-1"}, says="stands", at=at(60))
    told = Told(*FAMILY, PADD, DETERMINED, facts.corrected(DETERMINED, both, at=at(50)), by_line)
    assert told.kinds() == []
    assert told.and_then(facts.rescinded(at=at(70))).kinds() == ["correction", "correction"]


def test_a_portion_in_hand_whose_identification_fell_is_one_itself_and_no_mail_follows_mail_without_end() -> None:
    again = facts.determined("K55-02", determination="D-2", at=at(40))
    told = family_told(EACH_TIME, again)
    told.leaves("additional_portions", 50)
    told.and_then(facts.rescinded(at=at(60)))
    assert told.kinds() == ["correction"]


# ------------------------------------------------------------------------------------------------- two that add the same
SAME = facts.amended(amendment="A-2", at=at(45))
LIFTED = facts.hold_lifted("removed:A-1", stream="identification", role="medical_examiner", at=at(80))


def told_of_both(*more: CloudEvent) -> Told:
    """A family that was told of a case by one of two amendments that add it."""
    told = family_told(EACH_TIME, AMENDED, SAME)
    return told.and_then(reported(told.leaves("additional_portions", 50), 60), *more)


@pytest.mark.parametrize("taken_back", [facts.corrected(AMENDED, at=at(70)), facts.rescinded("A-1", at=at(70))])
def test_what_another_amendment_adds_still_stands_where_the_family_was_told_of_it_when_the_first_is_taken_back(
    taken_back: CloudEvent,
) -> None:
    told = told_of_both(taken_back, LIFTED)
    assert told.kinds() == [], "nothing they heard is untrue, and nothing is new"
    told.and_then(facts.rescinded("A-2", at=at(90)))
    assert (told.kinds(), told.owed("correction").cause) == (["correction"], "A-1")


def test_of_two_that_add_the_same_what_only_the_one_taken_back_added_is_corrected() -> None:
    more = facts.amended(added={"cases": ["K55-02", "K55-03"]}, at=at(40))
    told = family_told(EACH_TIME, more, SAME)
    told.and_then(reported(told.leaves("additional_portions", 50), 60), facts.corrected(more, at=at(70)))
    assert (told.kinds(), told.owed("correction").cases) == (["correction"], ("K55-02",))


def test_of_two_that_add_the_same_the_second_is_told_where_the_first_was_taken_back_untold() -> None:
    told = family_told(EACH_TIME, AMENDED, SAME, facts.corrected(AMENDED, at=at(70)), LIFTED)
    assert [told.owed("additional_portions").cause, *told.owed("additional_portions").cases] == ["A-2", "K55-02"]


def test_what_a_correction_added_stands_where_it_was_told_though_an_amendment_adds_it_instead() -> None:
    more = facts.corrected(DETERMINED, facts.determined(cases=("K55-01", "K55-02"), at=at(10)), at=at(35))
    told = family_told(EACH_TIME, more)
    portion = told.leaves("additional_portions", 50)
    assert portion.cause == "added:D-1"
    told.and_then(reported(portion, 60), AMENDED, facts.corrected(more, at=at(70)), facts.hold_lifted("removed:D-1", at=at(80)))
    assert told.kinds() == []


# ------------------------------------------------------------------------------------------------- what an individual brings
WHO = "2018-201:I-01"
BY_INDIVIDUAL = facts.determined(cases=(), individuals=(WHO,), at=at(10))
JOINED = facts.associated("K55-01", at=at(5)), facts.associated("K55-02", at=at(6))
PARTED = facts.dissociated("K55-02", at=at(50))


def told_of_an_individual(*more: CloudEvent, minutes: int = 100) -> Told:
    told = Told(*FAMILY, *JOINED, BY_INDIVIDUAL).and_then()
    identification = told.leaves("identification", 20)
    assert identification.cases == (WHO, "K55-01", "K55-02")
    return told.and_then(reported(identification, 30), *more, minutes=minutes)


def test_a_case_that_leaves_its_individual_is_corrected_for_the_family_that_was_told_of_it() -> None:
    told = told_of_an_individual(PARTED)
    assert (told.kinds(), told.owed("correction").cases) == (["correction"], (WHO, "K55-01"))
    told.and_then(reported(told.leaves("correction", 60), 70))
    assert told.kinds() == []
    told.and_then(facts.associated("K55-02", at=at(80)))
    assert told.owed("reinstatement").cases == (WHO, "K55-01", "K55-02"), (
        "it is theirs again, and they were told that it is not"
    )


def test_a_case_that_an_amendment_takes_from_its_individual_is_corrected() -> None:
    told = told_of_an_individual(facts.amended(removed={"cases": ["K55-02"]}, added={}, at=at(50)))
    assert told.owed("correction").cases == (WHO, "K55-01")


def test_an_association_that_did_not_occur_is_corrected_as_one_that_ended() -> None:
    assert told_of_an_individual(facts.corrected(JOINED[1], at=at(50))).owed("correction").cases == (WHO, "K55-01")


def test_a_case_that_joins_an_individual_later_is_no_telling_of_its_own() -> None:
    told = told_of_an_individual(facts.associated("K55-03", at=at(50)))
    assert told.kinds() == []
    assert told.and_then(facts.dissociated("K55-03", at=at(60))).kinds() == []


def test_a_case_that_joins_while_the_mail_is_out_leaves_it_where_it_is_and_one_that_leaves_stops_it() -> None:
    told = Told(*FAMILY, *JOINED, BY_INDIVIDUAL).and_then()
    told.leaves("identification", 20)
    assert told.and_then(facts.associated("K55-03", at=at(25))).kinds() == []
    told.and_then(PARTED)
    assert told.kinds() == ["reinstatement", "stop"]
    assert told.owed("reinstatement").cases == (WHO, "K55-01", "K55-03")


def test_a_call_about_an_individual_takes_back_nothing_that_the_family_knew_of_its_cases() -> None:
    call = facts.delivered(line={"cause": "D-1"}, says="stands", at=at(40))
    assert told_of_an_individual(call).kinds() == []
    assert told_of_an_individual(call, PARTED).owed("correction").cases == (WHO, "K55-01")


def test_another_family_is_not_told_of_a_case_before_the_first_heard_that_it_left_their_individual() -> None:
    other = facts.kin("P-0002", "KIN-9", at=at(0)), facts.pnok("P-0002", "KIN-9", at=at(1)), facts.liaison("P-0002", at=at(2))
    told = told_of_an_individual(*other, PARTED, facts.determined("K55-02", "P-0002", "D-2", at=at(55)))
    [theirs] = [each for each in told.required().owed if each.person == "P-0002" and each.kind == "identification"]
    assert [each.text for each in theirs.reasons] == ["another family must first be told that K55-02 is not theirs"]
    told.and_then(reported(told.leaves("correction", 60), 70))
    told.leaves("identification", 80, kin="KIN-9")


def test_what_an_individual_brought_is_told_as_a_portion_all_the_same_when_an_amendment_adds_it() -> None:
    told = told_of_an_individual(PADD, EACH_TIME, AMENDED)
    assert (told.owed("additional_portions").cause, told.owed("additional_portions").cases) == ("A-1", ("K55-02",))
