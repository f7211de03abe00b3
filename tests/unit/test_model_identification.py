"""What the laboratory and the medical examiner said of a case, and what does not agree about it (invariants 9, 10)."""

from datetime import datetime
from typing import Any

from services.tracker.model.case import fold
from tests import facts
from tests.unit.stories import at
from tests.unit.test_model_custody import POLICY, case_of, found

IN_HAND = facts.registered(at=at(0))
MINE = "2018-201:I-01"
OTHER = "2018-201:I-02"
THE_CASE: dict[str, Any] = {"individual": facts.ABSENT, "case": "K55-01"}


def test_progress_is_the_furthest_that_stands() -> None:
    steps = [
        IN_HAND,
        facts.sealed(at=at(1)),
        facts.accessioned(at=at(2)),
        facts.associated(at=at(3)),
        facts.determined(at=at(4)),
    ]
    told = [case_of(*steps[: n + 1]).progress for n in range(len(steps))]
    assert told == ["registered", "sealed", "accessioned", "associated", "identified"]
    assert case_of(*steps, facts.rescinded(at=at(5))).progress == "associated"


def test_a_case_with_a_line_of_evidence_that_is_no_longer_associated_is_under_analysis() -> None:
    case = case_of(facts.associated(at=at(1)), facts.evidence(at=at(2)), facts.dissociated(at=at(3)))
    assert (case.progress, case.individual) == ("under_analysis", None)


def test_a_case_can_be_associated_again_with_an_individual_it_was_dissociated_from() -> None:
    case = case_of(facts.associated(at=at(1)), facts.dissociated(at=at(2)), facts.associated(at=at(3)))
    assert case.individual == MINE


def test_two_active_associations_are_a_discrepancy_and_the_last_counts() -> None:
    case = case_of(facts.associated(at=at(1)), facts.associated(individual=OTHER, at=at(2)))
    assert (case.individual, found(case)) == (OTHER, {"association/individual": f"{MINE}, {OTHER}"})


def test_an_association_of_another_case_says_nothing_of_this_one() -> None:
    assert case_of(facts.associated("K55-02", at=at(1))).individual is None


def test_a_determination_of_an_individual_identifies_the_case_associated_with_it() -> None:
    of = facts.determined(cases=[], individuals=[MINE], at=at(2))
    assert case_of(of).progress == "unregistered"
    assert case_of(of, facts.associated(at=at(3))).progress == "identified"


def test_determinations_of_one_case_for_two_persons_put_its_identity_in_doubt() -> None:
    both = facts.determined(at=at(1)), facts.determined(person="P-0002", determination="D-2", at=at(2))
    assert found(case_of(*both)) == {"identity/person": "P-0001, P-0002"}
    assert found(case_of(*both, facts.rescinded("D-1", at=at(3)))) == {}


def test_a_group_determination_is_of_all_its_persons_and_no_doubt() -> None:
    assert found(case_of(facts.determined(persons=["P-0001", "P-0002"], kind="group", at=at(1)))) == {}


def test_a_determination_against_an_active_exclusion_is_a_discrepancy_until_it_is_withdrawn() -> None:
    excluded = facts.excluded(**THE_CASE, at=at(1))
    assert found(case_of(excluded, facts.determined(at=at(2)))) == {"exclusion/D-1#P-0001": "determined against an exclusion"}
    withdrawn = facts.exclusion_withdrawn(**THE_CASE, at=at(3))
    assert found(case_of(excluded, facts.determined(at=at(2)), withdrawn)) == {}


def test_an_exclusion_of_one_person_says_nothing_against_the_determination_of_another() -> None:
    excluded = facts.excluded(**THE_CASE, person="P-0002", at=at(1))
    assert found(case_of(excluded, facts.determined(at=at(2)))) == {}


def test_an_exclusion_of_its_individual_holds_for_the_case_too() -> None:
    excluded = facts.excluded(MINE, at=at(1))
    assert list(found(case_of(excluded, facts.associated(at=at(2)), facts.determined(at=at(3))))) == ["exclusion/D-1#P-0001"]


def test_an_id_of_a_determination_used_twice_is_a_discrepancy_and_the_first_in_world_order_stands() -> None:
    first = facts.determined(person="P-0001", at=at(1))
    second = facts.determined(person="P-0002", at=at(2), id="E-second")
    case = case_of(second, first)
    assert [one.persons for _, one in case.standing()] == [("P-0001",)]
    assert found(case) == {"id_used_twice/determination/D-1": "urn:example:examiner#E-second"}
    assert [one.persons for _, one in case_of(second).standing()] == [("P-0002",)]


def test_a_determination_said_twice_keeps_the_date_of_the_first() -> None:
    first, again = facts.determined(at=at(1), id="E-first"), facts.determined(at=at(9))
    [(_, one)] = case_of(again, first).standing()
    assert one.event == ("urn:example:examiner", "E-first")


def test_a_field_review_may_find_what_is_not_human_and_a_later_one_may_find_otherwise() -> None:
    animal = facts.reviewed(human=False, at=at(1))
    assert case_of(animal).flags(()) == {"non_human"}
    assert case_of(animal, facts.reviewed(human=facts.ABSENT, at=at(2))).non_human
    assert not case_of(animal, facts.reviewed(human=True, at=at(3))).non_human


def test_a_discrepancy_that_a_person_reports_is_open_until_resolved_and_other_values_open_it_again() -> None:
    reported = facts.discrepancy_reported(kind="count", anchor="bones", expected="1", observed="2", at=at(1))
    resolved = facts.discrepancy_resolved("case:K55-01/count/bones", at=at(2))
    later = facts.discrepancy_reported(kind="count", anchor="bones", expected="1", observed="3", at=at(3))
    again = facts.discrepancy_reported(kind="count", anchor="bones", expected="1", observed="2", at=at(4))
    assert found(case_of(reported)) == {"count/bones": "2"}
    assert found(case_of(reported, resolved, again)) == {}
    case = case_of(reported, resolved, later)
    assert (found(case), case.flags(case.discrepancies(POLICY))) == ({"count/bones": "3"}, frozenset({"discrepancy"}))


def test_of_two_open_values_of_one_discrepancy_the_first_is_shown() -> None:
    values = [facts.discrepancy_reported(anchor="bones", observed=str(n), at=at(n)) for n in (2, 3)]
    assert found(case_of(*reversed(values))) == {"count/bones": "2"}


def test_without_an_anchor_a_reported_discrepancy_hangs_on_its_report() -> None:
    assert list(found(case_of(facts.discrepancy_reported(id="E-rep", at=at(1))))) == ["count/urn:example:unc#E-rep"]


def test_a_discrepancy_of_something_else_is_not_the_cases() -> None:
    subject = {"kind": "person", "ref": "K55-01"}
    assert found(case_of(facts.discrepancy_reported(subject=subject, at=at(1)))) == {}


def test_honours_change_nothing_about_a_case() -> None:
    before, after = case_of(IN_HAND), case_of(IN_HAND, facts.ceremony(at=at(5)))
    assert (before.custody, before.progress) == (after.custody, after.progress)


def test_a_case_knows_the_last_event_it_was_told_in_world_order() -> None:
    late = facts.event(facts.ceremony(at=at(5), id="E-late"))
    last = fold("K55-01", [late, facts.event(IN_HAND)]).last
    assert last is not None
    assert last[0] == late.occurred_at


# ------------------------------------------------------------------------------------------------- amendments
def test_what_a_rescinded_amendment_added_is_no_longer_identified_and_on_hold() -> None:
    added = facts.determined("K55-09", at=at(4)), facts.amended(added={"cases": ["K55-01"]}, at=at(5))
    assert case_of(IN_HAND, *added).progress == "identified"
    case = case_of(IN_HAND, *added, facts.rescinded("A-1", at=at(6)))
    assert (case.progress, [id for id, _ in case.holds.active("notify")]) == ("registered", ["rescinded:A-1"])


def test_what_a_rescinded_amendment_removed_is_identified_again_and_on_hold_until_the_examiner_lifts_it() -> None:
    removed = facts.determined(at=at(4)), facts.amended(removed={"cases": ["K55-01"]}, at=at(5))
    assert case_of(IN_HAND, *removed).progress == "registered"
    case = case_of(IN_HAND, *removed, facts.rescinded("A-1", at=at(6)))
    assert (case.progress, [id for id, _ in case.holds.active("notify")]) == ("identified", ["removed:A-1"])


def test_what_was_determined_by_an_amendment_when_remains_were_returned_was_if_it_was_rescinded_later() -> None:
    added = facts.determined("K55-09", at=at(4)), facts.amended(added={"cases": ["K55-01"]}, at=at(5))
    case = case_of(IN_HAND, *added, facts.rescinded("A-1", at=at(8)))
    assert [[*case.determined_at(datetime.fromisoformat(at(minute)))] for minute in (7, 9)] == [["D-1"], []]
