"""Who answers for a case (invariants 1 and 2), and what does not agree about its hand-overs."""

from itertools import permutations

import pytest

from services.tracker.model import case as case_
from services.tracker.model.case import Case
from services.tracker.model.policy import Policy
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at

POLICY = Policy()
UNC = facts.registered(custodian="unc", at=at(0))
RELEASED = facts.released(released_by="unc", released_to="usaf", at=at(10))
ACCEPTED = facts.accepted(accepted_by="usaf", at=at(11))


def case_of(*statements: CloudEvent, number: str = "K55-01") -> Case:
    return case_.fold(number, [facts.event(statement) for statement in statements])


def found(case: Case) -> dict[str, str]:
    """Open discrepancies: `kind/anchor` -> what was observed."""
    return {f"{one.kind}/{one.anchor}": one.observed for one in case.discrepancies(POLICY) if one.open}


def test_until_it_is_accepted_the_releaser_answers_and_the_hand_over_is_open() -> None:
    case = case_of(UNC, RELEASED)
    assert (case.custody.custodian, case.state, case.custody.open_transfers) == ("unc", "in_open_hand_over", ("T-1",))


@pytest.mark.parametrize("order", list(permutations([UNC, RELEASED, ACCEPTED])))
def test_released_and_accepted_is_closed_in_any_order_of_arrival(order: tuple[CloudEvent, ...]) -> None:
    case = case_of(*order)
    assert (case.custody.custodian, case.state, found(case)) == ("usaf", "held", {})


def test_accepted_before_released_within_the_clocks_tolerance_is_no_discrepancy() -> None:
    late = facts.released(released_by="unc", released_to="usaf", at=at(14))
    case = case_of(UNC, ACCEPTED, late)
    assert (case.custody.custodian, case.custody.open_transfers, found(case)) == ("usaf", (), {})


def test_accepted_long_before_it_was_released_is_a_discrepancy_of_time() -> None:
    late = facts.released(released_by="unc", released_to="usaf", at=at(30))
    assert found(case_of(UNC, ACCEPTED, late)) == {"time/T-1": "accepted before released"}


def test_where_only_the_day_is_known_its_order_says_nothing() -> None:
    day = facts.accepted(accepted_by="usaf", at=at(10), precision="day", zone="UTC")
    assert found(case_of(UNC, facts.released(released_to="usaf", at=at(30)), day)) == {}


def test_a_release_of_a_case_that_has_moved_on_names_who_should_have_released_it() -> None:
    onward = facts.released(transfer="T-2", released_by="usaf", released_to="dpaa", at=at(12))
    taken = facts.accepted(transfer="T-2", accepted_by="dpaa", at=at(13))
    case = case_of(UNC, ACCEPTED, onward, taken, facts.released(released_to="usaf", at=at(14)))
    assert (case.custody.custodian, found(case)) == ("dpaa", {})


def test_an_acceptance_alone_moves_custody_and_leaves_the_hand_over_open() -> None:
    case = case_of(UNC, ACCEPTED)
    assert (case.custody.custodian, case.state, case.custody.since) == ("usaf", "in_open_hand_over", "T-1")
    assert found(case) == {}


def test_an_acceptance_said_twice_changes_nothing() -> None:
    case = case_of(UNC, RELEASED, ACCEPTED, facts.accepted(accepted_by="usaf", at=at(20), place="elsewhere"))
    assert (case.custody.place, found(case)) == ("Osan Air Base", {})


def test_two_parties_that_accept_one_hand_over_are_a_discrepancy_and_the_first_answers() -> None:
    case = case_of(UNC, RELEASED, ACCEPTED, facts.accepted(accepted_by="dpaa", at=at(20)))
    assert (case.custody.custodian, found(case)) == ("usaf", {"hand_over/T-1#accepted": "dpaa"})


def test_refused_is_closed_without_change() -> None:
    case = case_of(UNC, RELEASED, facts.refused(at=at(12)))
    assert (case.custody.custodian, case.state, found(case)) == ("unc", "held", {})


def test_a_refusal_before_its_release_closes_it_too() -> None:
    assert case_of(UNC, facts.refused(at=at(9)), RELEASED).custody.open_transfers == ()


def test_refused_after_accepted_gives_the_case_back_and_is_a_discrepancy() -> None:
    case = case_of(UNC, RELEASED, ACCEPTED, facts.refused(at=at(12)))
    assert (case.custody.custodian, case.state) == ("unc", "held")
    assert found(case) == {"hand_over/T-1": "both; refused stands"}


def test_accepted_after_refused_stands_and_is_a_discrepancy() -> None:
    case = case_of(UNC, RELEASED, facts.refused(at=at(10)), ACCEPTED)
    assert (case.custody.custodian, found(case)) == ("usaf", {"hand_over/T-1": "both; accepted stands"})


def test_accepted_again_after_a_refusal_counts() -> None:
    case = case_of(UNC, RELEASED, ACCEPTED, facts.refused(at=at(12)), facts.accepted(accepted_by="usaf", at=at(13)))
    assert (case.custody.custodian, found(case)) == ("usaf", {"hand_over/T-1": "both; accepted stands"})


@pytest.mark.parametrize("refusals", [("T-1", "T-2"), ("T-2", "T-1")])
def test_hand_overs_refused_in_any_order_give_the_case_back_to_whoever_answered_before(refusals: tuple[str, str]) -> None:
    second = facts.accepted(transfer="T-2", accepted_by="dpaa", at=at(12))
    taken_back = [facts.refused(transfer=one, at=at(20 + n)) for n, one in enumerate(refusals)]
    assert case_of(UNC, ACCEPTED, second, *taken_back).custody.custodian == "unc"


def test_a_refusal_does_not_undo_what_came_after_it() -> None:
    second = facts.accepted(transfer="T-2", accepted_by="dpaa", at=at(12))
    assert case_of(UNC, RELEASED, ACCEPTED, second, facts.refused(at=at(20))).custody.custodian == "dpaa"


def test_a_case_left_out_of_the_acceptance_stays_in_an_open_hand_over() -> None:
    both = facts.released(cases=["K55-01", "K55-02"], released_to="usaf", at=at(10))
    case = case_of(facts.registered("K55-02", at=at(0)), both, ACCEPTED, number="K55-02")
    assert (case.custody.custodian, case.state) == ("unc", "in_open_hand_over")


def test_released_and_accepted_by_parties_that_do_not_match_is_a_discrepancy_for_each_side() -> None:
    wrong = facts.accepted(accepted_by="navy", accepted_from="dpaa", at=at(11))
    case = case_of(UNC, RELEASED, wrong)
    assert found(case) == {"custodian/T-1#acceptor": "navy", "custodian/T-1#releaser": "dpaa"}


def test_released_by_one_who_does_not_hold_the_case_is_a_discrepancy() -> None:
    case = case_of(UNC, facts.released(released_by="usaf", released_to="dpaa", at=at(10)))
    assert found(case) == {"custodian/T-1#release": "usaf"}


def test_a_release_is_where_custody_starts_when_nobody_answered_yet() -> None:
    case = case_of(RELEASED)
    assert (case.custody.custodian, case.state, case.progress) == ("unc", "in_open_hand_over", "unregistered")
    assert found(case) == {"unregistered/registration": "custody of a case that nobody registered"}


def test_a_release_said_twice_counts_once() -> None:
    again = facts.released(released_by="unc", released_to="usaf", at=at(12), place="elsewhere")
    assert case_of(UNC, RELEASED, again).custody.place == "Osan Air Base"


def test_a_registration_that_is_late_changes_no_custodian() -> None:
    case = case_of(RELEASED, ACCEPTED, facts.registered(custodian="usaf", at=at(60)))
    assert (case.registered, case.custody.custodian, found(case)) == (True, "usaf", {})


def test_a_late_registration_that_names_another_custodian_is_a_discrepancy() -> None:
    case = case_of(RELEASED, ACCEPTED, facts.registered(custodian="unc", at=at(60)))
    assert (case.custody.custodian, found(case)) == ("usaf", {"custodian/registration": "unc"})


def test_a_second_registration_puts_the_identity_in_doubt() -> None:
    second = facts.registered(custodian="dpaa", id="R-2", at=at(5))
    assert found(case_of(UNC, second)) == {"identity/urn:example:unc#R-2": "another, as transfer_case with dpaa"}


def test_a_case_that_is_only_referred_to_is_unregistered() -> None:
    case = case_of(facts.turnover(expected_cases=["K55-01"], at=at(0)), facts.refused(at=at(1)))
    assert (case.state, case.progress, case.custody.since) == ("unregistered", "unregistered", None)


def test_custody_declared_by_the_custodian_is_a_start_and_by_another_a_discrepancy() -> None:
    assert found(case_of(facts.registered(custodian="unc", at=at(0)), facts.declared(custodian="unc", at=at(1)))) == {}
    assert case_of(facts.declared(custodian="unc", at=at(1))).custody.custodian == "unc"
    case = case_of(UNC, facts.declared(custodian="dpaa", id="E-decl", at=at(1)))
    assert (case.custody.custodian, found(case)) == ("dpaa", {"custodian/urn:example:unc#E-decl": "dpaa"})


def test_transport_moves_the_place_and_nobodys_custody() -> None:
    gone = case_of(UNC, facts.departed(at=at(1)))
    there = case_of(UNC, facts.departed(at=at(1)), facts.arrived(at=at(2)))
    assert (gone.custody.in_transit, gone.flags(()), gone.custody.custodian) == (True, frozenset({"in_transit"}), "unc")
    assert (there.custody.in_transit, there.custody.place) == (False, "Joint Base Pearl Harbor-Hickam")


# ------------------------------------------------------------------------------------------------- seals and condition
def seal(number: str, case: str | None = None) -> dict[str, str]:
    return {"number": number, "position": "lid"} | ({} if case is None else {"case": case})


def test_seals_that_differ_between_the_halves_are_a_discrepancy_until_it_is_resolved() -> None:
    released = facts.released(released_to="usaf", seals=[seal("S-1")], at=at(10))
    accepted = facts.accepted(accepted_by="usaf", seals_seen=[seal("S-2")], at=at(11))
    case = case_of(UNC, released, accepted)
    assert found(case) == {"seal/T-1": "S-2@lid"}
    assert case.custody.seals == ("S-2@lid",)
    settled = {"expected": "S-1@lid", "observed": "S-2@lid"}
    resolved = facts.discrepancy_resolved("case:K55-01/seal/T-1", settled=settled, at=at(20))
    closed = case_of(UNC, released, accepted, resolved)
    assert found(closed) == {}
    assert [one.resolution for one in closed.discrepancies(POLICY)] == ["counted again"]


def test_a_resolution_of_other_values_leaves_a_discrepancy_open() -> None:
    released = facts.released(released_to="usaf", seals=[seal("S-1")], at=at(10))
    accepted = facts.accepted(accepted_by="usaf", seals_seen=[], at=at(11))
    resolved = facts.discrepancy_resolved("case:K55-01/seal/T-1", settled={"expected": "S-1@lid", "observed": "S-9"})
    assert found(case_of(UNC, released, accepted, resolved)) == {"seal/T-1": "none"}


def test_a_release_with_other_seals_than_were_put_on_is_a_discrepancy() -> None:
    released = facts.released(released_to="usaf", seals=[seal("S-2")], at=at(10))
    case = case_of(UNC, facts.sealed(seal="S-1", at=at(1)), released)
    assert (found(case), case.progress) == ({"seal/T-1#release": "S-2@lid"}, "sealed")


def test_of_a_statement_over_several_cases_only_its_own_seals_count() -> None:
    cases = ["K55-01", "K55-02"]
    released = facts.released(cases=cases, released_to="usaf", seals=[seal("S-1", "K55-01")], at=at(10))
    accepted = facts.accepted(cases=cases, accepted_by="usaf", seals_seen=[seal("S-9", "K55-02")], at=at(11))
    case = case_of(UNC, facts.sealed(seal="S-1", at=at(1)), released, accepted)
    assert (found(case), case.custody.seals) == ({}, ("S-1@lid",))


def test_a_condition_that_changed_on_the_way_is_a_discrepancy() -> None:
    assert found(case_of(UNC, RELEASED, facts.accepted(condition="breached", at=at(11)))) == {"condition/T-1": "breached"}
