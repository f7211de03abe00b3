"""A missing person: how far it has come, who speaks to whom, and what the family was told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.tracker.model import person as person_
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import START, at

FAMILY = facts.kin(at=at(0)), facts.pnok(at=at(1))
DETERMINED = facts.determined(at=at(10))
BY_TELEPHONE: dict[str, Any] = {"line": {"cause": "D-1"}, "says": "stands"}


def person_of(*statements: CloudEvent) -> Person:
    return person_.fold("P-0001", [facts.event(statement) for statement in statements])


def found(*statements: CloudEvent) -> dict[str, str]:
    return {f"{one.kind}/{one.anchor}": one.observed for one in person_of(*statements).discrepancies(Policy()) if one.open}


# ------------------------------------------------------------------------------------------------- progress
def test_progress_is_the_furthest_dated_fact() -> None:
    steps = [
        DETERMINED,
        facts.delivered(at=at(20)),
        facts.accounted_for(at=at(30)),
        facts.briefed(at=at(40)),
    ]
    told = [person_of(*FAMILY, *steps[:n]).progress for n in range(len(steps) + 1)]
    assert told == ["unaccounted_for", "determined", "kin_notified", "accounted_for", "briefed"]


def test_a_rescission_returns_to_unaccounted_for() -> None:
    steps = *FAMILY, DETERMINED, facts.accounted_for(at=at(30)), facts.briefed(at=at(40))
    assert person_of(*steps, facts.rescinded(at=at(50))).progress == "unaccounted_for"


def test_a_rescission_returns_to_what_another_determination_still_supports() -> None:
    second = facts.determined("K55-02", determination="D-2", at=at(11))
    steps = *FAMILY, DETERMINED, second, facts.delivered(at=at(20), **BY_TELEPHONE), facts.briefed(at=at(40))
    assert person_of(*steps).progress == "briefed"
    assert person_of(*steps, facts.rescinded("D-1", at=at(50))).progress == "determined"


def test_only_the_primary_next_of_kin_makes_kin_notified() -> None:
    other = facts.delivered(kin="KIN-2", at=at(20))
    assert person_of(*FAMILY, DETERMINED, other).progress == "determined"


def test_being_told_that_it_no_longer_stands_is_no_telling() -> None:
    taken_back = facts.delivered(line={"cause": "D-1"}, says="no_longer_stands", at=at(20))
    assert person_of(*FAMILY, DETERMINED, taken_back).progress == "determined"


# ------------------------------------------------------------------------------------------------- liaisons
def spoken_to_by(person: Person, kin: str, minutes: int) -> str | None:
    now = datetime.fromisoformat(at(minutes))
    assignment = person.liaison_of(kin, now)
    return None if assignment is None else assignment.liaison


def test_the_last_assigned_liaison_speaks_to_the_family_from_his_date_on() -> None:
    known = person_of(facts.liaison(liaison="L-1", at=at(0)), facts.liaison(liaison="L-2", at=at(30)))
    assert [spoken_to_by(known, "KIN-1", minute) for minute in (-1, 0, 29, 30)] == [None, "L-1", "L-1", "L-2"]


def test_a_liaison_of_one_kin_comes_before_one_of_the_whole_family() -> None:
    known = person_of(
        facts.liaison(liaison="L-1", kin="KIN-1", at=at(0)),
        facts.liaison(liaison="L-2", at=at(30)),
    )
    assert (spoken_to_by(known, "KIN-1", 60), spoken_to_by(known, "KIN-2", 60)) == ("L-1", "L-2")


def test_a_family_hears_from_whoever_speaks_to_any_of_its_kin_now() -> None:
    kin = facts.kin(at=at(0)), facts.kin(kin="KIN-2", at=at(0))
    known = person_of(*kin, facts.liaison(liaison="L-1", at=at(10)), facts.liaison(liaison="L-2", kin="KIN-2", at=at(20)))
    nobody_on_file = person_of(facts.liaison(liaison="L-1", at=at(10)))
    heard = [[known.hears_from(each, datetime.fromisoformat(at(minute))) for each in ("L-1", "L-2")] for minute in (5, 15, 25)]
    assert heard == [[False, False], [True, False], [True, True]]
    assert not nobody_on_file.hears_from("L-1", datetime.fromisoformat(at(25)))


def test_an_assignment_that_is_still_to_come_is_when_the_person_changes_next() -> None:
    known = person_of(facts.liaison(at=at(0)), facts.liaison(at=at(30)), facts.liaison(at=at(60)))
    assert known.next_change(START) == datetime.fromisoformat(at(30))
    assert known.next_change(datetime.fromisoformat(at(60))) is None


# ------------------------------------------------------------------------------------------------- determinations
def test_determinations_stand_in_the_order_in_which_they_were_made() -> None:
    late = facts.determined("K55-02", determination="D-0", at=at(5))
    assert [one.id for one in person_of(DETERMINED, late).standing()] == ["D-0", "D-1"]


def test_a_determination_said_twice_keeps_the_date_of_the_first() -> None:
    again = facts.determined(at=at(90))
    [one] = person_of(again, DETERMINED).standing()
    assert one.order[0] == datetime.fromisoformat(at(10)).astimezone(UTC)


def test_a_person_has_to_do_with_every_case_a_determination_ever_named_or_reached() -> None:
    by_individual = facts.determined(cases=[], individuals=["I-1"], determination="D-2", at=at(11))
    joined = facts.associated("K55-02", "I-1", at=at(1)), facts.associated("K55-03", "I-1", at=at(2))
    left = facts.dissociated("K55-03", "I-1", at=at(3))
    gone = facts.corrected(DETERMINED, at=at(20))
    known = person_of(DETERMINED, by_individual, *joined, left, gone)
    assert known.cases == {"K55-01", "K55-02"}
    assert [known.cases_of(one) for one in known.standing()] == [{"K55-02"}]


def test_what_a_determination_was_said_to_be_of_is_known_for_every_moment() -> None:
    restated = facts.corrected(DETERMINED, facts.determined("K55-02", at=at(10)), at=at(20))
    told = [facts.delivered(at=at(minute), **BY_TELEPHONE) for minute in (5, 15, 25)]
    known = person_of(DETERMINED, restated, *told)
    heard = [known.stated("D-1", each.order) | known.stated("added:D-1", each.order) for each in known.deliveries]
    assert heard == [{"K55-01"}, {"K55-01"}, {"K55-02"}]


def test_a_determination_of_another_person_says_nothing_of_this_one() -> None:
    assert list(person_of(facts.determined(person="P-0002", at=at(1))).standing()) == []


def test_an_id_of_a_determination_used_twice_is_a_discrepancy_and_the_first_stands() -> None:
    second = facts.determined(person="P-0001", case="K55-09", at=at(20), id="E-second")
    assert [one.cases for one in person_of(second, DETERMINED).standing()] == [("K55-01",)]
    assert found(second, DETERMINED) == {"id_used_twice/determination/D-1": "urn:example:examiner#E-second"}


# ------------------------------------------------------------------------------------------------- holds, reports, the rest
@pytest.mark.parametrize(("authority", "held"), [("desk-1", []), ("desk-9", ["H-1"])])
def test_a_hold_of_a_person_is_lifted_by_its_authority(authority: str, held: list[str]) -> None:
    placed = facts.hold_placed("H-1", stream="family", cases=[], person="P-0001", at=at(1))
    lifted = facts.hold_lifted("H-1", stream="family", authority=authority, at=at(2))
    assert [id for id, _ in person_of(placed, lifted).holds.active("notify")] == held


def test_a_report_of_a_determination_never_filed_is_a_discrepancy_until_it_is() -> None:
    told = facts.delivered(at=at(20), id="E-told", **BY_TELEPHONE)
    assert found(told) == {"report/urn:example:liaisons#E-told": "told of one that is not on file"}
    assert found(told, DETERMINED) == {}
    assert found(told, DETERMINED, facts.corrected(DETERMINED, at=at(30))) == {}


def test_a_reported_discrepancy_of_the_person_can_be_resolved() -> None:
    subject = {"kind": "person", "ref": "P-0001"}
    reported = facts.discrepancy_reported(stream="family", subject=subject, anchor="address", at=at(1))
    resolved = facts.discrepancy_resolved("person:P-0001/count/address", stream="family", at=at(2))
    assert found(reported) == {"count/address": "2"}
    assert found(reported, resolved) == {}
    assert found(facts.discrepancy_reported(at=at(1))) == {}


def test_what_is_said_of_other_persons_changes_nothing() -> None:
    others = [
        build("P-0002", at=at(1))
        for build in (facts.kin, facts.pnok, facts.liaison, facts.attempted, facts.delivered, facts.unreachable)
    ]
    others += [facts.override("P-0002", at=at(1)), facts.briefed("P-0002", at=at(1)), facts.accounted_for("P-0002", at=at(1))]
    others += [facts.acknowledged(person="P-0002", at=at(1)), facts.excluded(person="P-0002", at=at(1))]
    assert person_of(*others) == Person("P-0001")


def test_an_exclusion_holds_until_it_is_withdrawn() -> None:
    excluded, withdrawn = facts.excluded("I-1", at=at(1)), facts.exclusion_withdrawn("I-1", at=at(2))
    assert person_of(excluded).exclusions == {"I-1": True}
    assert person_of(withdrawn, excluded).exclusions == {"I-1": False}


def test_kin_keep_their_zone_and_hours() -> None:
    hours = [{"start": "08:00", "end": "21:00"}]
    known = person_of(facts.kin(contact_hours=hours, required=False, at=at(1)))
    assert (known.kin["KIN-1"].hours, known.kin["KIN-1"].zone) == ((("08:00", "21:00"),), "America/Chicago")


def test_a_window_override_is_no_override_of_an_unreachable_kin() -> None:
    ways = facts.override(at=at(1)), facts.override(of="contact_window", kin="KIN-2", at=at(2))
    assert list(person_of(*ways).overridden) == ["KIN-1"]


# ------------------------------------------------------------------------------------------------- the way home
def test_remains_returned_before_anybody_directed_how_they_are_laid_to_rest_are_a_discrepancy() -> None:
    back = facts.returned(id="E-1", at=at(30))
    first = {"return/urn:example:casualty#E-1": "returned without one"}
    assert found(*FAMILY, DETERMINED, back) == first
    assert found(*FAMILY, DETERMINED, back, facts.directed(at=at(40))) == first
    assert found(*FAMILY, DETERMINED, back, facts.directed(at=at(40)), facts.directed(at=at(20))) == {}


def test_a_direction_that_did_not_occur_directs_nothing_and_a_return_of_another_is_theirs() -> None:
    directed = facts.directed(at=at(20))
    assert len(found(*FAMILY, directed, facts.corrected(directed), facts.returned(at=at(30)))) == 1
    assert found(*FAMILY, facts.returned(persons=["P-0002"], at=at(30))) == {}
