"""Every reason that holds what is owed, in words a person can act on (invariants 6, 7, 13)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.tracker.model.telling import required
from tests import facts
from tests.facts import CloudEvent
from tests.unit.played import POLICY
from tests.unit.stories import at
from tests.unit.told import DETERMINED, FAMILY, RESCINDED, SECOND, Told, reported

WHOLE_CASE: dict[str, Any] = {"individual": facts.ABSENT, "case": "K55-01"}


# ------------------------------------------------------------------------------------------------- identification, gate 6
def test_a_determination_owes_the_primary_next_of_kins_liaison_an_identification() -> None:
    owed = Told(*FAMILY, DETERMINED).owed("identification")
    assert (owed.key, owed.recipient, owed.cases, owed.reasons) == ("told/P-0001/D-1/KIN-1", "liaison:L-1", ("K55-01",), ())


@pytest.mark.parametrize(
    ("blocking", "why"),
    [
        (
            facts.hold_placed("H-1", at=at(20)),
            "case K55-01 is on hold H-1: under review",
        ),
        (
            facts.hold_placed("H-1", stream="family", cases=[], person="P-0001", at=at(20)),
            "the person is on hold H-1: under review",
        ),
        (
            facts.discrepancy_reported(kind="seal", anchor="T-1", at=at(20)),
            "discrepancy case:K55-01/seal/T-1 is open",
        ),
        (
            facts.excluded(**WHOLE_CASE, at=at(20)),
            "K55-01 is excluded from being this person",
        ),
    ],
)
def test_gate_6_says_what_closes_it(blocking: CloudEvent, why: str) -> None:
    assert Told(*FAMILY, DETERMINED, blocking).why() == [why]


def test_a_discrepancy_that_blocks_nothing_holds_nothing() -> None:
    assert Told(*FAMILY, DETERMINED, facts.discrepancy_reported(kind="condition", at=at(20))).why() == []


def test_a_case_whose_record_cannot_be_worked_out_holds_what_is_about_it() -> None:
    assert Told(*FAMILY, DETERMINED, unfoldable="K55-01").why() == ["the record of case K55-01 cannot be worked out"]


def test_a_case_the_record_does_not_have_closes_no_gate() -> None:
    alone = replace(Told(*FAMILY, DETERMINED).record(), cases={})
    owed = required(alone, (), POLICY, datetime.fromisoformat(at(100))).owed
    assert [each.reasons for each in owed] == [()]


def test_a_hold_on_a_case_reached_through_an_individual_counts() -> None:
    of = facts.determined(cases=[], individuals=["I-1"], at=at(10))
    joined = facts.associated(individual="I-1", at=at(5))
    assert Told(*FAMILY, of, joined, facts.hold_placed("H-1", at=at(20))).why() == ["case K55-01 is on hold H-1: under review"]


# ------------------------------------------------------------------------------------------------- gates 7 and 13
def test_others_wait_until_the_primary_next_of_kin_was_told() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    assert told.why(kin="KIN-2") == ["the primary next of kin has not been told"]
    told.and_then(reported(told.leaves("identification")))
    assert told.why(kin="KIN-2") == []


def test_what_the_primary_next_of_kin_was_told_counts_only_while_it_stands() -> None:
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification")), facts.rescinded(at=at(50)))
    told.and_then(facts.determined("K55-02", determination="D-2", at=at(60)))
    assert told.why(kin="KIN-2") == ["the primary next of kin has not been told"]


def test_two_people_may_decide_not_to_wait_for_one_who_is_unreachable() -> None:
    ways = facts.unreachable(at=at(20)), facts.override(at=at(21))
    assert Told(*FAMILY, SECOND, DETERMINED, *ways).why(kin="KIN-2") == []
    for way in ways:
        assert Told(*FAMILY, SECOND, DETERMINED, way).why(kin="KIN-2") == ["the primary next of kin has not been told"]


def test_a_decision_not_to_wait_is_about_what_was_known_when_it_was_taken() -> None:
    ways = facts.unreachable(at=at(20)), facts.override(at=at(21))
    later = facts.determined("K55-02", determination="D-2", at=at(60))
    told = Told(*FAMILY, SECOND, DETERMINED, *ways, facts.rescinded(at=at(50)), later)
    assert told.why(kin="KIN-2") == ["the primary next of kin has not been told"]
    assert told.and_then(facts.override(at=at(61))).why(kin="KIN-2") == []


def test_whoever_was_told_something_can_be_reached_again() -> None:
    ways = facts.unreachable(at=at(20)), facts.override(at=at(21))
    told = Told(*FAMILY, SECOND, DETERMINED).and_then()
    told.and_then(reported(told.leaves("identification", 15), 30), *ways)
    told.and_then(reported(told.leaves("identification", 31, kin="KIN-2"), 40, kin="KIN-2"), RESCINDED)
    assert told.why("correction", "KIN-2") == ["the primary next of kin has not been told the correction"]


def test_without_a_primary_next_of_kin_nobody_is_told_and_the_casualty_office_hears_of_it() -> None:
    told = Told(SECOND, facts.liaison(at=at(2)), DETERMINED)
    assert told.why(kin="KIN-2") == ["no primary next of kin is designated"]
    lacks = told.owed("unassigned")
    assert (lacks.subject, lacks.recipient, lacks.key) == ("pnok", "office:army/casualty_office", "unassigned/P-0001/pnok/D-1")


def test_without_a_liaison_the_casualty_office_hears_of_it() -> None:
    told = Told(facts.kin(at=at(0)), facts.pnok(at=at(1)), DETERMINED)
    assert told.why() == ["no liaison is assigned"]
    assert (told.owed("unassigned").subject, told.owed("unassigned").recipient) == ("liaison/KIN-1", "office:default")


def test_without_an_address_the_casualty_office_hears_of_it() -> None:
    told = Told(*FAMILY, facts.liaison(liaison="L-3", at=at(3)), DETERMINED)
    assert told.why() == ["the directory has no address for the liaison"]
    assert told.owed("unassigned").subject == "address/KIN-1"


def test_what_lacks_is_cleared_when_it_is_there() -> None:
    told = Told(facts.kin(at=at(0)), facts.pnok(at=at(1)), DETERMINED).and_then()
    [lacks] = [each for each in told.notices.values() if each.kind == "unassigned"]
    told.becomes(lacks, "sent")
    told.and_then(facts.liaison(at=at(60)))
    assert told.states() == {"identification liaison:L-1": "ready", "unassigned office:default": "cleared"}
    told.and_then(facts.corrected(told.statements[-1], at=at(61)))
    assert told.states()["unassigned office:default"] == "sent"


def test_outside_the_liaisons_duty_hours_a_family_notice_waits_for_the_next_opening() -> None:
    on_duty = facts.liaison(liaison="L-2", service="navy", at=at(3))
    told = Told(*FAMILY, on_duty, DETERMINED)
    at_seven = told.required(minutes=10)
    [owed] = [each for each in at_seven.owed if each.kind == "identification"]
    [reason] = owed.reasons
    opens = datetime.fromisoformat("2018-09-01T13:00+00:00")
    assert (reason.code, reason.ground, reason.until, at_seven.next_check_at) == ("hours", False, opens, opens)
    assert told.why() == []


def test_an_assignment_that_is_still_to_come_is_looked_at_again_when_it_comes() -> None:
    told = Told(*FAMILY, facts.liaison(liaison="L-2", at=at(500)), DETERMINED)
    assert told.required().next_check_at == datetime.fromisoformat(at(500))
