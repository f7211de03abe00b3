"""Which case came out of which, and what follows it: custody, holds, exclusions, masses (invariants 3, 4 and 10)."""

from itertools import pairwise, permutations
from typing import Any

from services.tracker.model import descent
from services.tracker.model.case import Case
from services.tracker.model.lineage import pairs
from services.tracker.model.provenance import provenance
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at, histories
from tests.unit.test_model_custody import found

BOX = facts.registered("K-1", "unc", turnover="TO-1", at=at(0))
OPENED = facts.inventoried("K-1", "K-1-A", "K-1-B", at=at(20))
HANDED_OVER = (
    facts.released("K-1", released_by="unc", released_to="usaf", at=at(10)),
    facts.accepted("K-1", accepted_by="usaf", at=at(11)),
)
THE_CASE: dict[str, Any] = {"individual": facts.ABSENT}


def family(*statements: CloudEvent) -> dict[str, Case]:
    """All cases that the statements are about, each folded with what it came out of."""
    events = histories([facts.event(statement) for statement in statements])
    return descent.fold({target.ref: history for target, history in events.items() if target.kind == "case"})


# ------------------------------------------------------------------------------------------------------------- custody
def test_what_was_found_in_a_case_starts_with_the_custodian_turnover_and_place_of_the_case() -> None:
    one = family(BOX, *HANDED_OVER, OPENED)["K-1-A"]
    assert (one.registered, one.kind, one.turnover, one.state) == (True, "remains", "TO-1", "held")
    assert (one.custody.custodian, one.custody.place, found(one)) == ("usaf", "Osan Air Base", {})
    assert one.element is not None
    assert one.element.element == "femur"


def test_the_custodian_is_the_one_of_that_instant_and_what_comes_after_is_each_ones_own() -> None:
    cases = family(BOX, facts.inventoried("K-1", "K-1-A", at=at(5)), *HANDED_OVER)
    assert (cases["K-1"].custody.custodian, cases["K-1-A"].custody.custodian) == ("usaf", "unc")


def test_a_hand_over_that_becomes_known_late_reaches_what_came_out_of_the_case() -> None:
    statements = (BOX, OPENED, *HANDED_OVER)
    assert {family(*order)["K-1-A"].custody.custodian for order in permutations(statements)} == {"usaf"}


def test_what_came_out_of_a_case_that_nobody_registered_yet_is_not_registered_either() -> None:
    one = family(OPENED)["K-1-A"]
    assert (one.registered, one.state, found(one)) == (False, "unregistered", {})


def test_what_is_found_has_a_custodian_even_where_the_case_was_registered_with_a_later_clock() -> None:
    assert family(facts.registered("K-1", "unc", at=at(30)), OPENED)["K-1-A"].custody.custodian == "unc"


def test_custody_is_a_chain_of_intervals_without_gap_or_overlap() -> None:
    box = family(BOX, *HANDED_OVER, facts.split("K-1", at=at(20)))["K-1"]
    spans = box.custody.intervals()
    assert [each.custodian for each in spans] == ["unc", "usaf"]
    assert spans[0].until == spans[1].since
    assert (spans[1].until, box.custody.custodian, box.custody.desk) == (
        facts.event(facts.sealed(at=at(20))).occurred_at,
        None,
        "usaf",
    )


# ---------------------------------------------------------------------------------------------------- split and merge
def test_what_was_divided_is_superseded_and_a_statement_about_it_afterwards_is_a_discrepancy() -> None:
    divided = facts.split("K-1", "K-1-A", "K-1-B", at=at(20))
    late = facts.released("K-1", released_by="unc", released_to="usaf", at=at(30), id="E-late")
    cases = family(BOX, divided, late)
    assert (cases["K-1"].state, cases["K-1-B"].state, cases["K-1-B"].kind) == ("superseded", "held", "transfer_case")
    assert found(cases["K-1"]) == {"superseded/urn:example:unc#E-late": "custody.released"}
    assert cases["K-1"].custody.open_transfers == ()


def test_within_the_day_of_the_division_order_says_nothing() -> None:
    divided = facts.split("K-1", at=at(20), precision="day", zone="Asia/Seoul")
    moved = facts.departed("K-1", at=at(30))
    cases = family(BOX, divided, moved)
    assert (cases["K-1"].state, found(cases["K-1"])) == ("superseded", {})


def test_a_superseded_case_is_divided_sampled_or_emptied_no_more() -> None:
    after = (
        facts.split("K-1", "K-1-C", "K-1-D", at=at(30), id="E-1"),
        facts.sample_cut("K-1", "K-1-S", at=at(31), id="E-2"),
        facts.inventoried("K-1", "K-1-E", at=at(32), id="E-3"),
    )
    case = family(BOX, facts.split("K-1", at=at(20)), *after)["K-1"]
    assert set(found(case)) == {f"superseded/urn:example:laboratory#E-{n}" for n in (1, 2, 3)}


def test_what_is_said_of_a_part_is_not_said_of_the_superseded_whole() -> None:
    sampled = facts.sample_cut("K-1-A", "K-1-A-S", at=at(30))
    assert found(family(BOX, facts.split("K-1", at=at(20)), sampled)["K-1"]) == {}


def test_joined_cases_that_agree_go_on_with_their_custodian() -> None:
    cases = family(BOX, facts.registered("K-2", "unc", at=at(1)), facts.merged("K-M", "K-1", "K-2", at=at(9)))
    assert (cases["K-1"].state, cases["K-2"].state, cases["K-M"].custody.custodian) == ("superseded", "superseded", "unc")
    assert found(cases["K-M"]) == {}


def test_where_the_parents_custodians_differ_who_joined_them_answers_and_that_is_a_discrepancy() -> None:
    joined = facts.merged("K-M", "K-1", "K-2", at=at(9), ref="dpaa", id="E-1")
    one = family(BOX, facts.registered("K-2", "kpa", kind="remains", at=at(1)), joined)["K-M"]
    assert (one.custody.custodian, one.kind) == ("dpaa", "remains")
    assert found(one) == {"parents_differ/urn:example:laboratory#E-1": "kpa, unc"}


def test_a_division_that_did_not_occur_leaves_the_case_as_it_was() -> None:
    divided = facts.split("K-1", at=at(20))
    cases = family(BOX, divided, facts.corrected(divided, at=at(25)))
    assert (cases["K-1"].state, cases["K-1-A"].state) == ("held", "unregistered")


# ------------------------------------------------------------------------------------------------------------- origins
def test_a_case_that_comes_out_of_two_others_in_doubt_is_an_identity_discrepancy_and_the_first_stands() -> None:
    second = facts.inventoried("K-2", "K-1-A", at=at(30), id="E-2")
    one = family(BOX, OPENED, facts.registered("K-2", "kpa", at=at(1)), second)["K-1-A"]
    assert one.custody.custodian == "unc"
    assert found(one) == {"identity/urn:example:laboratory#E-2": "another, by inventory from K-2"}


def test_an_inventory_that_is_made_again_is_no_discrepancy() -> None:
    assert found(family(BOX, OPENED, facts.inventoried("K-1", "K-1-A", at=at(30)))["K-1-A"]) == {}


def test_a_registration_that_agrees_gives_what_was_found_its_label() -> None:
    agreed = facts.registered("K-1-A", "unc", kind="remains", at=at(30), label="left femur")
    one = family(BOX, OPENED, agreed)["K-1-A"]
    assert (one.label, one.turnover, found(one)) == ("left femur", "TO-1", {})


def test_a_registration_as_something_else_puts_the_identity_in_doubt_whichever_was_first() -> None:
    early = facts.registered("K-1-A", "unc", at=at(1), id="E-1")
    late = facts.registered("K-1-A", "unc", at=at(30), id="E-1")
    assert list(found(family(BOX, OPENED, late)["K-1-A"])) == ["identity/urn:example:unc#E-1"]
    [anchor] = found(family(BOX, OPENED, early)["K-1-A"])
    assert anchor.startswith("identity/urn:example:laboratory#")


def test_a_case_of_another_custodian_than_that_of_what_it_is_said_to_come_out_of_is_a_discrepancy() -> None:
    [anchor] = found(family(BOX, facts.registered("K-1-A", "kpa", kind="remains", at=at(1)), OPENED)["K-1-A"])
    assert anchor.startswith("custodian/urn:example:laboratory#")


def test_the_edge_that_closes_a_circle_is_left_out_and_seen() -> None:
    circle = facts.inventoried("K-1-A", "K-1", at=at(30))
    cases = family(facts.declared("K-1", "unc", at=at(0)), OPENED, circle)
    assert found(cases["K-1"]) == {"lineage/K-1-A": "it did"}
    assert (cases["K-1-A"].custody.custodian, cases["K-1"].heritage.parents) == ("unc", ())


# ---------------------------------------------------------------------------------------------- holds and exclusions
def test_holds_reach_what_came_out_of_the_case_whenever_they_become_known_and_so_do_their_lifts() -> None:
    placed = facts.hold_placed("H-1", cases=["K-1"], at=at(40), stream="custody")
    held = family(BOX, OPENED, facts.sample_cut("K-1-A", "K-1-A-S", at=at(30)), placed)
    assert all(list(held[each].holds.active("notify")) for each in ("K-1-A", "K-1-A-S"))
    lifted = facts.hold_lifted("H-1", "custody", at=at(41))
    free = family(BOX, OPENED, placed, lifted)
    assert not list(free["K-1-A"].holds.active("notify"))


def test_a_hold_of_both_parents_is_one_hold_of_what_came_out_of_them() -> None:
    placed = facts.hold_placed("H-1", cases=["K-1", "K-2"], at=at(2), stream="custody")
    lifted = facts.hold_lifted("H-1", "custody", at=at(41))
    other = facts.registered("K-2", "unc", at=at(1))
    joined = family(BOX, other, placed, lifted, facts.merged("K-M", "K-1", "K-2", at=at(9)))["K-M"]
    assert (set(joined.holds.placed), len(joined.holds.lifts["H-1"])) == ({"H-1"}, 1)


def test_an_exclusion_reaches_the_parts_and_a_determination_against_it_is_a_discrepancy() -> None:
    excluded = facts.excluded(**THE_CASE, case="K-1", at=at(50))
    determined = facts.determined("K-1-A", at=at(40))
    one = family(BOX, OPENED, determined, excluded)["K-1-A"]
    assert found(one) == {"exclusion/D-1#P-0001": "determined against an exclusion"}
    withdrawn = facts.exclusion_withdrawn(**THE_CASE, case="K-1", at=at(60))
    assert found(family(BOX, OPENED, determined, excluded, withdrawn)["K-1-A"]) == {}


def test_a_samples_exclusion_is_one_of_its_element_and_of_the_elements_other_samples_and_of_no_other_case() -> None:
    cuts = (facts.sample_cut("K-1-A", "S-1", at=at(30)), facts.sample_cut("K-1-A", "S-2", at=at(31)))
    cases = family(BOX, OPENED, *cuts, facts.excluded(**THE_CASE, case="S-1", at=at(40)))
    assert {number for number, case in cases.items() if case.excluded()} == {"K-1-A", "S-1", "S-2"}


def test_an_exclusion_of_a_sample_that_was_never_cut_is_not_one_of_the_element() -> None:
    cut = facts.sample_cut("K-1-A", "S-1", at=at(30))
    cases = family(BOX, OPENED, cut, facts.corrected(cut, at=at(41)), facts.excluded(**THE_CASE, case="S-1", at=at(40)))
    assert not cases["K-1-A"].excluded()


def test_an_exclusion_of_a_sample_that_was_cut_too_late_still_binds_all_that_the_superseded_case_became() -> None:
    cut = facts.sample_cut("K-1", "S-1", at=at(30))
    cases = family(BOX, facts.split("K-1", at=at(20)), cut, facts.excluded(**THE_CASE, case="S-1", at=at(40)))
    assert {number for number, case in cases.items() if case.excluded()} == {"K-1", "K-1-A", "K-1-B", "S-1"}


# ------------------------------------------------------------------------------------------------------------ samples
def test_a_sample_has_the_mass_that_was_cut_and_a_consumed_one_is_no_more() -> None:
    cut = facts.sample_cut("K-1", "S-1", at=at(30))
    cases = family(BOX, cut, facts.sample_reported("S-1", "consumed", at=at(40)), facts.sample_reported("S-1", at=at(41)))
    assert (cases["S-1"].kind, cases["S-1"].state, cases["S-1"].sample_status) == ("sample", "consumed", "profile")
    assert cases["K-1"].state == "held"


def test_more_than_there_was_cannot_be_cut() -> None:
    first = facts.sample_cut("K-1", "S-1", mass_mg=100, remaining_mg=500, at=at(30))
    again = facts.sample_cut("K-1", "S-2", mass_mg=100, remaining_mg=401, at=at(31))
    from_the_sample = facts.sample_cut("S-1", "S-1-1", mass_mg=101, remaining_mg=0, at=at(32))
    cases = family(BOX, first, again, from_the_sample)
    assert found(cases["K-1"]) == {"mass/S-2": "100 mg cut and 401 mg left"}
    assert found(cases["S-1"]) == {"mass/S-1-1": "101 mg cut and 0 mg left"}


def test_masses_of_one_day_are_not_held_against_each_other() -> None:
    first = facts.sample_cut("K-1", "S-1", mass_mg=1, remaining_mg=5, at=at(30), precision="day", zone="Asia/Seoul")
    again = facts.sample_cut("K-1", "S-2", mass_mg=1, remaining_mg=6, at=at(31))
    assert found(family(BOX, first, again)["K-1"]) == {}


def test_a_case_that_holds_no_remains_is_flagged_as_emptied() -> None:
    case = family(BOX, facts.inventoried("K-1", "K-1-A", emptied=True, at=at(20)))["K-1"]
    assert case.flags(()) == {"emptied"}
    assert family(BOX, OPENED)["K-1"].flags(()) == frozenset()


# --------------------------------------------------------------------------------------------- what is read besides
def test_every_pair_that_a_statement_names_is_told_whether_or_not_it_stands() -> None:
    def told(statement: CloudEvent) -> set[tuple[str, str]]:
        return set(pairs(facts.event(statement).data))

    assert told(OPENED) == {("K-1", "K-1-A"), ("K-1", "K-1-B")}
    assert told(facts.split("K-1")) == {("K-1", "K-1-A"), ("K-1", "K-1-B")}
    assert told(facts.merged("K-M", "K-1", "K-2")) == {("K-1", "K-M"), ("K-2", "K-M")}
    assert told(facts.sample_cut("K-1", "S-1")) == {("K-1", "S-1")}
    assert told(BOX) == set()


def test_a_case_was_with_its_parents_custodians_until_it_came_out_of_them() -> None:
    later = facts.declared("K-1", "dpaa", at=at(50)), facts.declared("K-1-A-S", "kpa", at=at(60))
    cases = family(BOX, *HANDED_OVER, OPENED, facts.sample_cut("K-1-A", "K-1-A-S", at=at(30)), *later)
    assert [(each.case, each.custodian) for each in provenance("K-1-A-S", cases)] == [
        ("K-1", "unc"),
        ("K-1", "usaf"),
        ("K-1-A", "usaf"),
        ("K-1-A-S", "usaf"),
        ("K-1-A-S", "kpa"),
    ]
    spans = provenance("K-1-A-S", cases)
    assert all(one.until == then.since for one, then in pairwise(spans))
    assert spans[-1].until is None


def test_what_nobody_knows_of_a_parent_is_left_out() -> None:
    assert provenance("K-1-A", {}) == []


def test_custody_that_began_after_a_part_was_found_is_none_of_the_parts() -> None:
    cases = family(facts.registered("K-1", "unc", at=at(30)), OPENED)
    assert [(each.case, each.custodian) for each in provenance("K-1-A", cases)] == [("K-1-A", "unc")]
