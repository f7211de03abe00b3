"""What the family was told is what was reported, and nothing else."""

from tests import facts
from tests.unit.stories import at
from tests.unit.told import DETERMINED, FAMILY, RESCINDED, SECOND, Told, reported


def test_a_telling_by_another_takes_the_ground_of_what_is_in_hand() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(facts.delivered(line={"cause": "D-1"}, says="stands", at=at(30)))
    assert told.kinds() == ["stop"]


def test_a_report_of_a_line_may_say_that_it_no_longer_stands() -> None:
    told = Told(*FAMILY, DETERMINED, facts.delivered(line={"cause": "D-1"}, says="no_longer_stands", at=at(30)))
    assert told.kinds() == ["reinstatement"]


def test_a_report_of_a_determination_never_filed_owes_nothing_until_that_is_filed() -> None:
    by_line = facts.delivered(line={"cause": "D-1"}, says="stands", at=at(30))
    told = Told(*FAMILY, by_line)
    assert told.kinds() == []
    assert told.and_then(DETERMINED, RESCINDED).kinds() == ["correction"]


def test_a_report_that_is_corrected_away_leaves_the_line_where_it_stood() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    report = reported(told.leaves("identification", 20))
    assert told.and_then(report).states() == {"identification liaison:L-1": "done"}
    assert told.and_then(facts.corrected(report, at=at(60))).states() == {"identification liaison:L-1": "sent"}


def test_a_report_corrected_away_after_the_liaison_had_read_his_notice_leaves_it_read() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    gone = told.leaves("identification", 20)
    report = reported(gone)
    told.and_then(facts.acknowledged(gone.reference, at=at(25)))
    assert told.states() == {"identification liaison:L-1": "acknowledged"}
    told.and_then(report).and_then(facts.corrected(report, at=at(60)))
    assert told.states() == {"identification liaison:L-1": "acknowledged"}


def test_a_report_that_names_a_stop_tells_the_family_nothing() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(RESCINDED)
    told.and_then(reported(told.leaves("stop", 60), 70))
    assert told.states() == {"identification liaison:L-1": "stopped", "stop liaison:L-1": "sent"}


def test_a_report_for_one_kin_says_nothing_of_another() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    gone = told.leaves("identification", 20)
    assert told.and_then(reported(gone, kin="KIN-2")).owed("identification").keeps == gone.reference


def test_a_false_report_of_what_never_left_uses_up_its_number() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20)), RESCINDED)
    [unsent] = [each for each in told.notices.values() if each.kind == "correction"]
    told.and_then(reported(unsent, 70), facts.corrected(RESCINDED, at=at(80)))
    assert told.states()["correction liaison:L-1"] == "withdrawn"
    told.and_then(reported(told.leaves("reinstatement", 90), 95), facts.rescinded(at=at(96)))
    assert told.owed("correction").key.endswith("/2")


def test_closing_the_briefing_ends_what_is_owed_and_takes_no_ground_from_what_is_out() -> None:
    closed = facts.briefed(at=at(40))
    assert Told(*FAMILY, DETERMINED, closed).kinds() == []
    told = Told(*FAMILY, DETERMINED).and_then()
    told.leaves("identification", 20)
    told.and_then(closed)
    assert (told.kinds(), told.states()) == ([], {"identification liaison:L-1": "sent"})


def test_a_report_of_a_notice_that_was_never_written_to_this_kin_is_a_discrepancy() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    gone = told.leaves("identification", 20)
    told.and_then(facts.delivered(notice="N-unheard-of", id="R-1", at=at(30)))
    told.and_then(facts.delivered(notice=gone.reference, kin="KIN-2", id="R-2", at=at(40)))
    subjects = {each.subject for each in told.required().owed if each.kind == "discrepancy"}
    assert subjects == {f"person:P-0001/report/{facts.SOURCES['liaison']}#{id}" for id in ("R-1", "R-2")}
    assert told.notices[gone.reference].state == "sent"


def test_of_reports_at_one_instant_the_later_of_the_line_counts() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    first = reported(told.leaves("identification", 20), 60)
    told.and_then(first, RESCINDED)
    told.and_then({**reported(told.leaves("correction", 55), 60), "id": "A-BEFORE-THE-FIRST"})
    assert told.kinds() == []


def test_a_device_whose_clock_is_early_reports_no_notice_before_it_left() -> None:
    told = Told(*FAMILY, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 20), 52), RESCINDED)
    told.and_then(reported(told.leaves("correction", 55), 1))
    assert told.kinds() == []
