"""The ask: a family that made no choice, or wants to be asked, is asked once about all that waits (telling, section 7)."""

from services.tracker.model.lines import lines_of
from tests import facts
from tests.unit.stories import at
from tests.unit.test_telling_portions import AMENDED, family_told, ledger
from tests.unit.told import DETERMINED, EACH_TIME, PADD, Told, reported

MORE = facts.amended(amendment="A-2", added={"cases": ["K55-03"]}, at=at(45))
YES = facts.election(at=at(60))


def asked(told: Told) -> tuple[str, tuple[str, ...]]:
    ask = told.owed("ask_first")
    return ask.key, ask.portions


def test_without_a_choice_the_padd_is_asked_first_once_about_all_portions() -> None:
    told = family_told(AMENDED, MORE)
    assert asked(told) == ("ask/P-0001/A-1/KIN-1", ("A-1", "A-2"))
    assert told.owed("ask_first").cases == ("K55-02", "K55-03")
    assert told.kinds() == ["ask_first"]


def test_who_wants_to_be_asked_is_asked() -> None:
    assert family_told(facts.election(choice="ask_me_first", at=at(4)), AMENDED).kinds() == ["ask_first"]


def test_an_election_after_the_ask_left_is_its_answer_and_no_stop_follows() -> None:
    told = family_told(AMENDED)
    told.leaves("ask_first", 50)
    told.and_then(YES)
    assert told.kinds() == ["additional_portions"]
    assert told.states()["ask_first liaison:L-1"] == "done"


def test_an_election_that_was_signed_before_the_ask_left_makes_it_groundless() -> None:
    told = family_told(AMENDED)
    told.leaves("ask_first", 50)
    assert told.and_then(EACH_TIME).kinds() == ["additional_portions", "stop"]


def test_an_election_of_a_portion_that_was_not_asked_about_answers_nothing() -> None:
    told = family_told(AMENDED)
    told.leaves("ask_first", 50)
    told.and_then(facts.election(choice="ask_me_first", at=at(60)), facts.election(determination="A-9", at=at(60)))
    assert (told.kinds(), told.states()["ask_first liaison:L-1"]) == ([], "sent")


def test_a_portion_found_while_the_ask_is_out_joins_it_without_another_mail() -> None:
    told = family_told(AMENDED)
    ask = told.leaves("ask_first", 50)
    told.and_then(MORE)
    assert (told.kinds(), told.notices[ask.reference].portions) == ([], ("A-1", "A-2"))


def test_of_two_asks_in_one_hand_one_asks_about_everything_and_the_other_is_stopped() -> None:
    """The report of the first was untrue, and a second had left meanwhile."""
    told = family_told(AMENDED)
    first = told.leaves("ask_first", 50)
    report = reported(first, 55)
    told.and_then(report, MORE)
    second = told.leaves("ask_first", 60)
    told.and_then(facts.corrected(report, at=at(65)))
    portions = {one.reference: told.notices[one.reference].portions for one in (first, second)}
    stopped = [one.stops for one in told.required().owed if one.kind == "stop"]
    assert told.kinds() == ["stop"]
    assert [portions[each] for each in {first.reference, second.reference} - set(stopped)] == [("A-1", "A-2")]


def test_an_ask_lives_while_any_portion_in_it_stands() -> None:
    told = family_told(AMENDED, MORE)
    ask = told.leaves("ask_first", 50)
    told.and_then(facts.rescinded("A-1", at=at(60)))
    assert (told.kinds(), told.notices[ask.reference].portions) == ([], ("A-2",))
    assert told.and_then(facts.rescinded("A-2", at=at(61))).kinds() == ["stop"]


def test_who_was_asked_is_not_asked_again_and_what_falls_later_is_not_corrected() -> None:
    told = family_told(AMENDED)
    told.and_then(reported(told.leaves("ask_first", 50), 55))
    assert told.kinds() == []
    assert told.and_then(MORE).owed("ask_first").key == "ask/P-0001/A-2/KIN-1"
    told.and_then(facts.rescinded("A-1", at=at(70)), facts.rescinded("A-2", at=at(71)))
    assert told.kinds() == []


def test_an_ask_that_was_claimed_and_given_back_has_asked_nobody_and_nothing_answers_it() -> None:
    told = family_told(AMENDED)
    told.becomes(told.leaves("ask_first", 50), "withdrawn")
    told.and_then(facts.election(determination="A-1", at=at(60)))
    lines = lines_of(told.record().persons["P-0001"], tuple(told.notices.values()))
    assert not any(line.ended for line in lines if line.asks)


def test_an_answer_for_one_portion_leaves_the_others_asked() -> None:
    told = family_told(AMENDED, MORE)
    told.and_then(reported(told.leaves("ask_first", 50), 55), facts.election(determination="A-2", at=at(60)))
    assert (told.kinds(), told.owed("additional_portions").cause) == (["additional_portions"], "A-2")


def test_an_answer_for_one_portion_before_the_family_was_seen_leaves_the_others_to_be_asked() -> None:
    told = family_told(AMENDED, MORE)
    told.leaves("ask_first", 50)
    told.and_then(facts.election(determination="A-1", at=at(60)))
    assert told.kinds() == ["additional_portions", "ask_first"]
    assert asked(told) == ("ask/P-0001/A-2/KIN-1", ("A-2",))


def test_what_may_not_be_told_is_not_asked_about() -> None:
    hold = facts.hold_placed("H-1", case="K55-02", at=at(46))
    assert asked(family_told(AMENDED, MORE, hold))[1] == ("A-2",)
    alone = family_told(AMENDED, hold)
    assert alone.why("ask_first") == ["case K55-02 is on hold H-1: under review"]


def test_an_ask_that_was_stopped_is_reinstated() -> None:
    told = family_told(AMENDED)
    told.leaves("ask_first", 50)
    told.and_then(facts.rescinded("A-1", at=at(60)))
    told.leaves("stop", 61)
    told.and_then(facts.corrected(told.statements[-1], at=at(62)))
    assert told.owed("reinstatement").key == "reinstatement/ask/P-0001/A-1/KIN-1/liaison:L-1/1"
    assert told.owed("reinstatement").portions == ("A-1",)


# ------------------------------------------------------------------------------------------------- silent entries
def test_a_change_away_from_never_owes_an_ask_about_what_was_kept_silent() -> None:
    told = family_told(
        facts.election(choice="never", at=at(4)),
        AMENDED,
        YES,
        facts.amended(amendment="A-2", added={"cases": ["K55-03"]}, at=at(70)),
    )
    assert told.kinds() == ["additional_portions", "ask_first"]
    assert (asked(told)[1], told.owed("additional_portions").cause) == (("A-1",), "A-2")
    told.leaves("ask_first", 75)
    assert told.and_then().kinds() == ["additional_portions"]
    told.and_then(facts.election(at=at(80)))
    assert told.kinds() == ["additional_portions", "additional_portions"]


def test_an_election_that_names_a_silent_entry_releases_it() -> None:
    told = family_told(facts.election(choice="never", at=at(4)), AMENDED, facts.election(determination="A-1", at=at(60)))
    assert (told.kinds(), ledger(told)) == (["additional_portions"], [])


def test_a_choice_of_never_that_ended_before_a_portion_was_found_kept_nothing_silent() -> None:
    told = family_told(facts.election(choice="never", at=at(4)), facts.election(at=at(8)), AMENDED)
    assert told.kinds() == ["additional_portions"]


def test_the_silence_of_one_who_has_died_ends_with_them() -> None:
    gone = facts.kin_deceased(at=at(20)), facts.padd(kin="KIN-2", at=at(21)), facts.election(signed_by="KIN-2", at=at(60))
    told = family_told(facts.kin(kin="KIN-2", at=at(1)), facts.election(choice="never", at=at(4)), *gone, AMENDED)
    assert "additional_portions" in told.kinds()


def test_an_ask_that_has_nobody_to_go_to_is_the_casualty_offices_at_once() -> None:
    family = facts.kin(at=at(0)), facts.pnok(at=at(1))
    told = Told(*family, PADD, DETERMINED, facts.amended(at=at(40))).and_then()
    assert "unassigned/P-0001/liaison/KIN-1/ask:A-1" in {each.key for each in told.required().owed}


def test_an_ask_in_hand_tells_nothing_that_another_family_would_have_to_wait_for() -> None:
    told = family_told(AMENDED, MORE)
    told.leaves("ask_first", 50)
    others = (
        facts.kin("P-0002", "KIN-9", at=at(55)),
        facts.pnok("P-0002", "KIN-9", at=at(56)),
        facts.liaison("P-0002", at=at(57)),
    )
    told.and_then(*others, facts.determined("K55-02", "P-0002", "D-2", at=at(60)))
    assert told.why("identification", "KIN-9") == ["discrepancy case:K55-02/identity/person is open"]
