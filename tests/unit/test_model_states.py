"""Where a case is in its life: always in exactly one of the states of invariant 4, and nothing disappears silently."""

from typing import Any

from services.tracker.model.case import Case
from tests import facts
from tests.unit.stories import at
from tests.unit.test_model_custody import case_of, found

IN_HAND = facts.registered(custodian="unc", at=at(0))
DETERMINED = facts.determined(at=at(5))
RETURNED = facts.returned(at=at(10), id="E-1")
AT = "urn:example:casualty#E-1"
MINE = "2018-201:I-01"


def standing(case: Case) -> list[str]:
    return [id for id, _ in case.standing()]


def test_a_missing_case_stays_its_custodians_until_it_is_found() -> None:
    lost = facts.missing(at=at(10))
    case = case_of(IN_HAND, lost)
    assert (case.state, case.custody.custodian, len(case.custody.missing)) == ("missing", "unc", 1)
    assert case_of(IN_HAND, lost, facts.found(at=at(11))).state == "held"
    assert case_of(IN_HAND, lost, facts.declared(custodian="unc", at=at(11))).state == "held"


def test_a_case_transferred_abroad_is_nobodys_of_ours_until_it_is_recalled() -> None:
    abroad = facts.transferred_abroad(at=at(10))
    case = case_of(IN_HAND, abroad)
    assert (case.state, case.custody.custodian, case.custody.desk, found(case)) == ("transferred_abroad", None, "unc", {})
    recalled = case_of(IN_HAND, abroad, facts.declared(custodian="dpaa", at=at(20)))
    assert (recalled.state, recalled.custody.custodian, found(recalled)) == ("held", "dpaa", {})
    assert [each.custodian for each in recalled.custody.intervals()] == ["unc", "dpaa"]


def test_a_case_that_left_our_custody_and_is_handed_over_without_a_recall_is_held_and_a_discrepancy() -> None:
    given = facts.released(released_by="unc", released_to="usaf", at=at(20)), facts.accepted(at=at(21))
    case = case_of(IN_HAND, facts.transferred_abroad(at=at(10)), *given)
    assert (case.state, case.custody.custodian) == ("held", "usaf")
    assert found(case) == {"custodian/T-1#release": "unc"}


def test_what_is_cut_from_remains_abroad_has_the_custodian_who_last_answered() -> None:
    case = case_of(IN_HAND, facts.transferred_abroad(at=at(10)))
    assert case.custody.custodian_at(facts.event(facts.sealed(at=at(20))).occurred_at) == "unc"


def test_remains_returned_after_a_determination_are_returned() -> None:
    case = case_of(IN_HAND, DETERMINED, RETURNED)
    assert (case.state, found(case)) == ("returned", {})


def test_remains_returned_without_a_determination_of_that_day_are_a_discrepancy() -> None:
    assert found(case_of(IN_HAND, RETURNED)) == {f"return/{AT}": "returned without one"}
    assert found(case_of(IN_HAND, RETURNED, facts.determined(at=at(11)))) == {f"return/{AT}": "returned without one"}
    assert found(case_of(IN_HAND, DETERMINED, RETURNED, facts.rescinded(at=at(9)))).keys() >= {f"return/{AT}"}
    assert found(case_of(IN_HAND, DETERMINED, RETURNED, facts.rescinded(at=at(11)))) == {}


def test_remains_returned_under_a_hold_that_forbids_it_are_a_discrepancy() -> None:
    hold = facts.hold_placed("H-1", scope=["return"], at=at(1))
    assert found(case_of(IN_HAND, DETERMINED, hold, RETURNED)) == {f"return/H-1#{AT}": "returned"}


def test_an_opened_case_has_the_seals_that_are_left_and_one_it_was_not_known_to_bear_is_a_discrepancy() -> None:
    sealed = facts.sealed(seal="S-1", at=at(1))
    opened = facts.opened(seals_removed=[{"number": "S-1", "position": "lid"}], at=at(2))
    case = case_of(IN_HAND, sealed, opened)
    assert (case.progress, case.custody.seals, found(case)) == ("opened", (), {})
    other = facts.opened(seals_removed=[{"number": "S-2", "position": "lid"}], at=at(2), id="E-1")
    assert found(case_of(IN_HAND, sealed, other)) == {"seal/urn:example:laboratory#E-1": "S-2@lid"}
    assert found(case_of(IN_HAND, other)) == {}


def test_seals_that_a_case_was_released_with_are_known_though_its_acceptor_read_others() -> None:
    one, misread = [{"number": "S-12", "position": "lid"}], [{"number": "S-21", "position": "lid"}]
    given = (
        facts.released(released_by="unc", released_to="usaf", seals=one, at=at(1)),
        facts.accepted(seals_seen=misread, at=at(2)),
    )
    assert found(case_of(IN_HAND, *given, facts.opened(seals_removed=one, at=at(3)))) == {"seal/T-1": "S-21@lid"}


def test_storage_is_a_place_and_no_transit() -> None:
    case = case_of(IN_HAND, facts.departed(at=at(1)), facts.storage_moved(place="Vault 2", at=at(2)))
    assert (case.custody.place, case.custody.in_transit, case.custody.custodian) == ("Vault 2", False, "unc")


# --------------------------------------------------------------------------------------------------------- amendments
def added(**given: Any) -> facts.CloudEvent:
    return facts.amended(added={"cases": ["K55-01"]}, **given)


def taken(amendment: str = "A-1", **given: Any) -> facts.CloudEvent:
    return facts.amended(amendment=amendment, removed={"cases": ["K55-01"]}, **given)


def test_an_amendment_adds_a_case_to_a_determination_whatever_its_date() -> None:
    other = facts.determined("K55-02", at=at(5))
    for when in (1, 9):
        assert standing(case_of(IN_HAND, other, added(at=at(when)))) == ["D-1"]
    assert standing(case_of(IN_HAND, other)) == []


def test_what_an_amendment_removes_is_held_until_the_examiner_lifts_it() -> None:
    case = case_of(IN_HAND, DETERMINED, taken(at=at(9)))
    assert (standing(case), [id for id, _ in case.holds.active("return")]) == ([], ["removed:A-1"])
    lifted = facts.hold_lifted("removed:A-1", "identification", role="medical_examiner", at=at(12))
    assert not list(case_of(IN_HAND, DETERMINED, taken(at=at(9)), lifted).holds.active("notify"))


def test_what_a_rescinded_amendment_added_is_held_and_is_no_longer_of_that_determination() -> None:
    other, back = facts.determined("K55-02", at=at(5)), facts.rescinded("A-1", at=at(12))
    case = case_of(IN_HAND, other, added(at=at(9)), back)
    assert (standing(case), [id for id, _ in case.holds.active("notify")]) == ([], ["rescinded:A-1"])
    lifted = facts.hold_lifted("rescinded:A-1", "identification", role="medical_examiner", at=at(14))
    assert not case_of(IN_HAND, other, added(at=at(9)), back, lifted).holds.any_active()


def test_the_last_amendment_in_world_order_stands() -> None:
    again = added(amendment="A-2", at=at(12))
    assert standing(case_of(IN_HAND, DETERMINED, taken(at=at(9)), again)) == ["D-1"]


def test_an_amendment_of_an_individual_is_one_of_the_cases_associated_with_it() -> None:
    joined = facts.associated(individual=MINE, at=at(1))
    of_it = facts.determined(cases=[], individuals=[MINE], at=at(5))
    gone = facts.amended(removed={"individuals": [MINE]}, at=at(9))
    case = case_of(IN_HAND, joined, of_it, gone)
    assert (standing(case), [id for id, _ in case.holds.active("notify")]) == ([], ["removed:A-1"])
    come = facts.amended(added={"individuals": [MINE]}, at=at(9))
    assert standing(case_of(IN_HAND, joined, facts.determined("K55-02", at=at(5)), come)) == ["D-1"]


def test_a_case_taken_out_of_a_determination_does_not_come_back_through_its_individual() -> None:
    of_it = facts.determined(cases=[], individuals=[MINE], at=at(5))
    assert standing(case_of(IN_HAND, facts.associated(individual=MINE, at=at(1)), of_it, taken(at=at(9)))) == []


def test_an_addition_that_a_correction_took_back_holds_the_case() -> None:
    come = added(at=at(9))
    case = case_of(IN_HAND, facts.determined("K55-02", at=at(5)), come, facts.corrected(come, at=at(12)))
    assert (standing(case), [id for id, _ in case.holds.active("notify")]) == ([], ["removed:A-1"])


def test_an_amendment_of_other_remains_holds_nothing_here() -> None:
    case = case_of(IN_HAND, DETERMINED, facts.amended(removed={"cases": ["K55-02"]}, at=at(9)))
    assert (standing(case), case.holds.any_active()) == (["D-1"], False)


def test_the_id_of_an_amendment_is_used_once() -> None:
    assert found(case_of(IN_HAND, DETERMINED, taken(at=at(9)), taken(determination="D-2", at=at(10)))).keys() == {
        "id_used_twice/determination/A-1"
    }


# -------------------------------------------------------------------------------------------------------- attribution
def test_the_last_attribution_of_a_case_or_of_its_individual_is_its_nation_and_no_determination() -> None:
    joined = facts.associated(individual=MINE, at=at(1))
    case = case_of(IN_HAND, joined, facts.attributed(MINE, "KOR", at=at(5)))
    assert (case.nation, case.progress) == ("KOR", "associated")
    of_the_case = facts.attributed(individuals=[], cases=["K55-01"], nation="USA", at=at(6))
    assert case_of(IN_HAND, joined, facts.attributed(MINE, "KOR", at=at(5)), of_the_case).nation == "USA"
    assert case_of(IN_HAND, facts.attributed(MINE, at=at(5))).nation is None
