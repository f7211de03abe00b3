"""The account of a turnover, from what was said of it and of all that came out of it."""

from itertools import permutations

import pytest

from services.tracker.model.account import Account, account, discrepancies
from services.tracker.model.discrepancies import Settled
from services.tracker.model.scope import fold
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at

ONE, TWO, THREE = "2018-201:I-01", "2018-201:I-02", "2018-201:I-03"
BOX = facts.registered("K55-01", turnover="TO-2018", at=at(1))
FOUND = facts.inventoried("K55-01", "E-1", "E-2", "E-3", at=at(2))
THREE_PEOPLE = (
    facts.turnover(expected_cases=1, at=at(0)),
    BOX,
    FOUND,
    facts.associated("E-1", ONE, at=at(3)),
    facts.associated("E-2", TWO, at=at(3)),
    facts.associated("E-3", THREE, at=at(3)),
    facts.mni(value=3, at=at(4)),
)


def of(*statements: CloudEvent) -> Account:
    return account(fold("TO-2018", [facts.event(one) for one in statements]))


def test_nothing_said_is_an_account_of_nothing() -> None:
    empty = of()
    assert (empty.expected, empty.mni, empty.remaining) == (None, (), None)
    assert empty.received.value == empty.elements.value == empty.identified.value == 0


def test_identified_and_attributed_and_remaining_are_the_current_estimate() -> None:
    here = of(
        *THREE_PEOPLE,
        facts.determined(cases=[], individuals=[ONE], at=at(10)),
        facts.attributed(TWO, at=at(11)),
    )
    assert (here.identified.of, here.attributed.of, here.remaining) == (("P-0001",), (TWO,), 1)
    assert (here.received.value, here.elements.value) == (1, 3)
    assert here.expected is not None
    assert here.expected.value == 1


def test_a_manifest_that_lists_its_cases_expects_as_many() -> None:
    expected = of(facts.turnover(expected_cases=["K55-01", "K55-02"])).expected
    assert expected is not None
    assert expected.value == 2


def test_a_figure_names_the_events_behind_it() -> None:
    determined = facts.determined("E-1", id="D", at=at(10))
    amended = facts.amended(added={"cases": ["E-2"]}, id="A", at=at(12))
    here = of(*THREE_PEOPLE, determined, amended)
    source = determined["source"]
    assert here.identified.events == ((source, "A"), (source, "D"))
    assert here.received.events == ((BOX["source"], BOX["id"]),)


def test_an_individual_identified_and_attributed_counts_as_identified() -> None:
    here = of(*THREE_PEOPLE, facts.determined("E-1", at=at(10)), facts.attributed(ONE, at=at(11)))
    assert (here.identified.value, here.attributed.value, here.remaining) == (1, 0, 2)


def test_two_individuals_of_one_person_count_once() -> None:
    here = of(*THREE_PEOPLE, facts.determined("E-1", at=at(10)), facts.determined("E-2", determination="D-2", at=at(11)))
    assert (here.identified.of, here.remaining) == (("P-0001",), 2)


def test_a_rescission_takes_its_persons_out_of_every_figure_whatever_its_date() -> None:
    """What was said of the person stays said; nobody who is not identified is counted by it."""
    identified = (
        facts.determined("E-1", at=at(10)),
        facts.accounted_for(at=at(11)),
        facts.interred(at=at(12)),
    )
    before, after = of(*THREE_PEOPLE, *identified), of(*THREE_PEOPLE, *identified, facts.rescinded(at=at(5)))
    assert (before.identified.value, before.accounted_for.value, before.interred.value) == (1, 1, 1)
    assert (after.identified.value, after.accounted_for.value, after.interred.value) == (0, 0, 0)


def test_an_amendment_moves_remains_whatever_its_date() -> None:
    moved = facts.amended(added={"cases": ["E-2"]}, removed={"cases": ["E-1"]}, at=at(5))
    here = of(*THREE_PEOPLE, facts.determined("E-1", at=at(10)), facts.attributed(ONE, at=at(11)), moved)
    assert (here.identified.value, here.attributed.of) == (1, (ONE,))


def test_a_rescinded_amendment_moves_nothing() -> None:
    moved = facts.amended(added={"cases": ["E-2"]}, removed={"cases": ["E-1"]}, at=at(5))
    here = of(
        *THREE_PEOPLE, facts.determined("E-1", at=at(10)), facts.attributed(ONE, at=at(11)), moved, facts.rescinded("A-1")
    )
    assert (here.identified.value, here.attributed.of) == (1, ())


def test_an_amendment_of_a_determination_that_is_not_on_file_changes_nothing() -> None:
    assert of(*THREE_PEOPLE, facts.amended("D-9")).identified.value == 0


def test_a_case_may_be_attributed_instead_of_its_individual() -> None:
    here = of(*THREE_PEOPLE, facts.attributed(individuals=[], cases=["E-2", "K55-01"], at=at(11)))
    assert here.attributed.of == (TWO,)


def test_a_case_that_is_of_nobody_any_more_attributes_nobody() -> None:
    apart = facts.dissociated("E-2", TWO, at=at(5)), facts.dissociated("E-2", ONE, at=at(5))
    assert of(*THREE_PEOPLE, *apart, facts.attributed(individuals=[], cases=["E-2"], at=at(11))).attributed.value == 0


def test_the_estimate_has_a_history_and_its_last_version_counts() -> None:
    here = of(*THREE_PEOPLE, facts.mni(value=7, at=at(20)), facts.mni(scope="TO-1990", value=90, at=at(30)))
    assert [each.value for each in here.mni] == [3, 7]
    assert here.remaining == 7
    late = of(*THREE_PEOPLE, facts.mni(value=7, at=at(20)), facts.mni(value=5, at=at(2)))
    assert [each.value for each in late.mni] == [5, 3, 7]


def test_what_a_field_review_saw_is_no_estimate_of_the_laboratory() -> None:
    here = of(*THREE_PEOPLE, facts.reviewed("E-1", turnover="TO-2018", mni=70, at=at(20)))
    assert [each.value for each in here.mni] == [3]


def test_a_split_leaves_its_children_in_place_of_its_parent() -> None:
    here = of(*THREE_PEOPLE, facts.split("E-1", "E-1-A", "E-1-B", at=at(5)))
    assert here.elements.of == ("E-1-A", "E-1-B", "E-2", "E-3")


def test_samples_and_material_evidence_are_no_elements_and_neither_is_what_they_are_split_into() -> None:
    boot = facts.inventoried("K55-01", at=at(2), cases=[facts.listed("M-1", kind="material_evidence")])
    here = of(
        BOX,
        FOUND,
        boot,
        facts.sample_cut("E-1", "S-1", at=at(3)),
        facts.split("M-1", "M-1-A", "M-1-B", at=at(4)),
        facts.split("S-1", "S-1-A", "S-1-B", at=at(4)),
    )
    assert here.elements.of == ("E-1", "E-2", "E-3")


def test_cases_that_left_are_counted_until_they_are_recalled() -> None:
    left = facts.returned("E-1", at=at(10)), facts.transferred_abroad("E-2", at=at(10)), facts.returned("X-1", at=at(10))
    here = of(*THREE_PEOPLE, *left)
    recalled = of(*THREE_PEOPLE, *left, facts.declared("E-1", at=at(20)))
    assert (here.returned.of, here.transferred_abroad.of) == (("E-1",), ("E-2",))
    assert recalled.returned.value == 0


def test_what_is_of_another_turnover_counts_nowhere() -> None:
    elsewhere = (
        facts.registered("X-1", turnover="TO-1990", at=at(1)),
        facts.associated("X-1", "1990-1:I-01", at=at(3)),
        facts.determined("X-1", at=at(10)),
        facts.attributed("1990-1:I-01", at=at(11)),
    )
    here = of(*THREE_PEOPLE, *elsewhere)
    assert (here.received.value, here.identified.value, here.attributed.value) == (1, 0, 0)


def test_a_remainder_below_zero_is_a_discrepancy_until_somebody_settles_those_values() -> None:
    here = of(*THREE_PEOPLE, facts.mni(value=1, at=at(20)), facts.attributed(individuals=[ONE, TWO], at=at(21)))
    [found] = discrepancies(here, {})
    assert (here.remaining, found.id, found.open) == (-1, "scope:TO-2018/remaining/mni", True)
    [settled] = discrepancies(here, {found.id: (Settled(found.expected, found.observed, "recounted"),)})
    assert not settled.open
    assert discrepancies(of(*THREE_PEOPLE), {}) == ()


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_any_order_ends_in_the_same_account(order: tuple[int, ...]) -> None:
    late = [
        facts.determined("E-1", id="D", at=at(10)),
        facts.amended(added={"cases": ["E-2"]}, id="A", at=at(5)),
        facts.split("E-1", id="S", at=at(6)),
        facts.attributed(THREE, id="T", at=at(9)),
    ]
    assert of(*(late[place] for place in order), *THREE_PEOPLE) == of(*THREE_PEOPLE, *late)


def test_a_case_that_came_out_of_two_is_counted_once() -> None:
    assert of(*THREE_PEOPLE, facts.merged("E-M", "E-1", "E-2", at=at(5))).elements.of == ("E-3", "E-M")


def test_what_somebody_settled_is_known_from_what_was_said_of_the_turnover() -> None:
    here = [*THREE_PEOPLE, facts.mni(value=0, at=at(20)), facts.attributed(individuals=[ONE], at=at(21))]
    [found] = discrepancies(of(*here), {})
    values = {"expected": found.expected, "observed": found.observed}
    said = [facts.event(one) for one in (*here, facts.discrepancy_resolved(found.id, settled=values, resolution="recounted"))]
    scope = fold("TO-2018", said)
    assert [each.resolution for each in discrepancies(account(scope), scope.resolutions)] == ["recounted"]
    assert scope.to_party == "unc"
