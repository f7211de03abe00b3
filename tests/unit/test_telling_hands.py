"""What is in a liaison's hand, when people change and when an attempt fails."""

from services.tracker.model.directory import Directory
from tests import facts
from tests.unit.stories import at
from tests.unit.told import ADDRESSES, DETERMINED, FAMILY, RESCINDED, SECOND, Told, reported


# ------------------------------------------------------------------------------------------------- people change
def test_what_is_unsent_is_re_addressed_to_the_liaison_of_now() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(facts.liaison(liaison="L-2", at=at(60)))
    assert told.states() == {"identification liaison:L-2": "ready"}


def test_what_another_liaison_has_in_hand_is_stopped_first_and_then_taken_over() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(facts.liaison(liaison="L-2", at=at(60)))
    assert told.kinds() == ["stop", "takeover"]
    assert told.why("takeover") == ["waits until the stop of what is in hand has left"]
    stop = told.leaves("stop", 70, state="in_doubt")
    assert told.and_then().why("takeover") == ["waits until the stop of what is in hand has left"]
    told.becomes(stop, "sent")
    assert told.and_then().why("takeover") == []
    told.leaves("takeover", 80)
    told.and_then(facts.liaison(liaison="L-1", at=at(90)))
    assert told.kinds() == ["reinstatement", "stop"]


def test_another_primary_next_of_kin_stops_what_is_in_hand_and_is_told_first() -> None:
    told = Told(*FAMILY, facts.kin(kin="KIN-2", required=False, at=at(3)), DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(facts.pnok(kin="KIN-2", at=at(60)))
    assert told.kinds() == ["identification", "reinstatement", "stop"]
    assert told.why("reinstatement")[0] == "the primary next of kin has not been told"
    assert told.why("identification", "KIN-2") == []


def test_a_refused_mail_stays_refused_until_it_is_addressed_to_somebody_else() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20, state="refused")
    assert told.and_then().states()["identification liaison:L-1"] == "refused"
    told.and_then(facts.liaison(liaison="L-2", at=at(60)))
    assert told.states()["identification liaison:L-2"] == "ready"
    assert told.states()["unassigned office:army/casualty_office"] == "withdrawn"


# ------------------------------------------------------------------------------------------------- attempts
def test_what_is_found_not_to_have_left_is_ready_again_while_no_follow_up_is_out() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    doubtful = told.leaves("identification", 20, state="in_doubt")
    told.and_then()
    told.becomes(doubtful, "ready")
    assert told.and_then().states() == {"identification liaison:L-1": "ready"}


def test_what_is_found_not_to_have_left_stays_withdrawn_behind_a_stop_and_a_reinstatement_follows() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    doubtful = told.leaves("identification", 20, state="in_doubt")
    told.and_then(RESCINDED)
    told.leaves("stop", 60)
    told.and_then()
    told.becomes(doubtful, "ready")
    assert told.and_then().states()["identification liaison:L-1"] == "withdrawn"
    assert told.and_then(facts.corrected(RESCINDED, at=at(70))).kinds() == ["reinstatement"]


def test_two_notices_claimed_at_one_instant_left_in_the_order_of_their_places() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 60)
    told.and_then(RESCINDED)
    told.leaves("stop", 60)
    told.and_then(facts.corrected(RESCINDED, at=at(70)))
    told.leaves("reinstatement", 60)
    assert (told.and_then().kinds(), told.states()["reinstatement liaison:L-1"]) == ([], "sent")


def test_a_stop_is_read_when_something_later_of_its_line_was() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(RESCINDED)
    told.leaves("stop", 60)
    told.and_then(facts.corrected(RESCINDED, at=at(70)))
    later = told.leaves("reinstatement", 80)
    told.and_then(facts.acknowledged(later.reference, at=at(90)))
    assert told.states()["stop liaison:L-1"] == "acknowledged"


def test_losing_one_of_its_cases_while_it_is_out_is_a_stop_and_then_a_reinstatement_of_what_still_stands() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(*FAMILY, both).and_then()
    told.leaves("identification", 20)
    told.and_then(facts.corrected(both, DETERMINED, at=at(50)))
    assert told.kinds() == ["reinstatement", "stop"]
    assert told.owed("reinstatement").cases == ("K55-01",)


def test_a_kin_who_need_not_be_told_any_more_is_stopped_and_owed_nothing() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)))
    told.leaves("identification", 40, kin="KIN-2")
    told.and_then(facts.kin(kin="KIN-2", required=False, at=at(50)))
    assert told.kinds() == ["stop"]


def test_a_number_that_left_is_never_used_again_even_when_one_before_it_did_not_leave() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    doubtful = None
    for round_, state in enumerate(("in_doubt", "sent")):
        back = facts.rescinded(at=at(50 + round_))
        told.and_then(back)
        told.leaves("stop", 60 + 10 * round_)
        told.and_then(facts.corrected(back, at=at(55 + round_)))
        gone = told.leaves("reinstatement", 61 + 10 * round_, state=state)  # type: ignore[arg-type]
        doubtful = doubtful or gone
    assert doubtful is not None
    told.becomes(doubtful, "ready")
    told.and_then(facts.rescinded(at=at(90)))
    told.leaves("stop", 91)
    told.and_then(facts.corrected(told.statements[-1], at=at(92)))
    assert told.owed("reinstatement").key.endswith("/3")


def test_what_left_again_after_a_stop_is_stopped_by_another_stop() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), RESCINDED)
    doubtful = told.leaves("correction", 60, state="in_doubt")
    told.and_then(facts.corrected(RESCINDED, at=at(55)))
    told.leaves("stop", 62)
    told.and_then()
    told.becomes(doubtful, "ready")
    again = facts.rescinded(at=at(70))
    told.and_then().and_then(again)
    assert told.leaves("correction", 71).reference == doubtful.reference
    told.and_then(facts.corrected(again, at=at(75)))
    assert (told.kinds(), told.owed("stop").key[-1]) == (["stop"], "2")


def test_a_stop_to_a_liaison_who_has_left_the_directory_is_seen_to_by_the_casualty_office() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.directory = Directory({"L-2": ADDRESSES.liaisons["L-2"]}, ADDRESSES.offices)
    told.and_then(facts.liaison(liaison="L-2", at=at(30)), RESCINDED)
    assert told.kinds() == ["stop", "unassigned"]
    assert {each.subject for each in told.required().owed if each.kind == "unassigned"} == {"address/liaison:L-1"}


def test_a_mail_that_a_server_would_not_take_is_seen_to_by_the_casualty_office() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    [identification] = told.notices.values()
    told.becomes(identification, "refused")
    assert told.and_then().kinds() == ["identification", "unassigned"]


# ------------------------------------------------------------------------------------------------- without end
def test_what_left_as_an_identification_and_is_a_later_portion_by_now_does_not_go_back_and_forth() -> None:
    directs = facts.padd(kin="KIN-2", at=at(3)), facts.election(signed_by="KIN-2", at=at(4))
    told = Told(*FAMILY, SECOND, *directs, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 30))
    told.leaves("identification", 40, kin="KIN-2")
    not_required = facts.kin(kin="KIN-2", required=False, at=at(50))
    told.and_then(not_required, facts.determined("K55-02", determination="D-2", at=at(60)))
    told.leaves("stop", 70, kin="KIN-2")
    portion = told.leaves("additional_portions", 71, kin="KIN-2")
    assert told.and_then().kinds() == [], "the PNOK's identification is none of theirs"
    told.and_then(reported(portion, 80, kin="KIN-2"))
    told.leaves("reinstatement", 90, kin="KIN-2")
    assert told.and_then().kinds() == [], "and as a portion of theirs it stays with the liaison"
