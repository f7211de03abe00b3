"""A turnover: what was sent, declared, registered and reviewed."""

from services.tracker.model import turnover as turnover_
from services.tracker.model.turnover import Turnover
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at


def turnover_of(*statements: CloudEvent) -> Turnover:
    return turnover_.fold("TO-2018", [facts.event(statement) for statement in statements])


def found(*statements: CloudEvent) -> dict[str, str]:
    return {f"{one.kind}/{one.anchor}": one.observed for one in turnover_of(*statements).discrepancies() if one.open}


def cases(count: int, start: int = 1) -> list[CloudEvent]:
    return [facts.registered(f"K55-{n:02}", turnover="TO-2018", at=at(n)) for n in range(start, start + count)]


REVIEWED = facts.reviewed(turnover="TO-2018", at=at(500))


def test_a_turnover_knows_what_was_declared() -> None:
    known = turnover_of(facts.turnover(expected_cases=55, containers_sent=55, at=at(0)))
    assert (known.declared, known.kind, known.from_party, known.to_party, known.expected) == (
        True,
        "unilateral",
        "kpa",
        "unc",
        55,
    )


def test_fewer_boxes_back_than_were_sent_is_a_discrepancy() -> None:
    assert found(facts.turnover(containers_sent=200, at=at(0))) == {"count/containers": "55 declared"}


def test_a_case_too_few_is_a_discrepancy_only_once_the_whole_turnover_was_reviewed() -> None:
    declared = facts.turnover(expected_cases=3, at=at(0))
    assert found(declared, *cases(2)) == {}
    assert found(declared, *cases(2), REVIEWED) == {"count/cases": "2 registered"}
    assert found(declared, *cases(3), REVIEWED) == {}


def test_a_case_too_many_is_a_discrepancy_at_once() -> None:
    assert found(facts.turnover(expected_cases=1, at=at(0)), *cases(2)) == {"count/cases": "2 registered"}


def test_a_case_that_is_not_on_the_list_is_a_discrepancy_of_its_own() -> None:
    declared = facts.turnover(expected_cases=["K55-01", "K55-02"], at=at(0))
    assert found(declared, *cases(2)) == {}
    assert found(declared, *cases(2, start=2)) == {"count/case/K55-03": "registered, not on the manifest"}


def test_what_was_registered_before_anything_was_declared_is_no_discrepancy() -> None:
    assert found(*cases(2)) == {}


def test_a_registration_that_did_not_occur_is_not_counted() -> None:
    [first, second] = cases(2)
    assert turnover_of(first, second, facts.corrected(second, at=at(9))).registered == {"K55-01"}


def test_two_declarations_under_one_id_are_a_discrepancy_and_the_first_counts() -> None:
    first = facts.turnover(expected_cases=1, at=at(0))
    second = facts.turnover(expected_cases=2, at=at(1), id="E-second")
    assert turnover_of(second, first).expected == 1
    assert found(second, first) == {"id_used_twice/turnover/TO-2018": "urn:example:unc#E-second"}


def test_a_reported_discrepancy_of_the_turnover_can_be_resolved() -> None:
    reported = facts.discrepancy_reported(subject={"kind": "turnover", "ref": "TO-2018"}, anchor="boxes", at=at(1))
    assert found(reported) == {"count/boxes": "2"}
    assert found(reported, facts.discrepancy_resolved("turnover:TO-2018/count/boxes", at=at(2))) == {}
    assert found(facts.discrepancy_reported(at=at(1))) == {}


def test_a_closed_project_says_by_which_event() -> None:
    assert turnover_of(facts.project_closed(id="E-1", at=at(1)), facts.project_closed(at=at(2))).closed == (
        "urn:example:laboratory",
        "E-1",
    )
