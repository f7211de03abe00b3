"""What an event names: every hub that it is about, and every id that ties it to others."""

from typing import Any

import pytest

from services.tracker.model.targets import Target, identity, subject_of, targets
from tests import facts
from tests.facts import CloudEvent


def named(statement: CloudEvent) -> set[tuple[str, str]]:
    return {tuple(target) for target in targets(facts.event(statement))}  # type: ignore[misc]


@pytest.mark.parametrize("wire_name", sorted(facts.EVERY))
def test_every_kind_of_event_names_something(wire_name: str) -> None:
    assert named(facts.EVERY[wire_name]())


def test_a_hand_over_names_its_cases_and_its_transfer() -> None:
    assert named(facts.released(cases=["K-1", "K-2"])) == {("case", "K-1"), ("case", "K-2"), ("transfer", "T-1")}


def test_a_manifest_names_the_cases_it_lists_and_none_where_it_only_counts() -> None:
    assert named(facts.turnover(expected_cases=["K-1"])) == {("turnover", "TO-2018"), ("case", "K-1")}
    assert named(facts.turnover(expected_cases=3)) == {("turnover", "TO-2018")}


def test_a_determination_and_its_rescission_name_the_hold_that_comes_from_its_being_taken_back() -> None:
    assert ("hold", "removed:D-1") in named(facts.determined())
    assert named(facts.rescinded()) == {("determination", "D-1"), ("hold", "rescinded:D-1")}
    assert named(facts.briefed()) == {("person", "P-0001"), ("determination", "D-1")}


def test_an_amendment_names_what_it_amends_itself_with_its_hold_and_what_it_adds_and_removes() -> None:
    amended = facts.amended(added={"cases": ["K-1"], "individuals": ["I-1"]}, removed={"cases": ["K-2"]})
    ids = {("determination", "D-1"), ("determination", "A-1"), ("hold", "removed:A-1")}
    assert named(amended) == ids | {("case", "K-1"), ("individual", "I-1"), ("case", "K-2")}


def test_lineage_names_the_cases_of_both_sides() -> None:
    three = {("case", "K-1"), ("case", "K-2"), ("case", "K-3")}
    assert named(facts.inventoried("K-1", "K-2", "K-3")) == three
    assert named(facts.split("K-1", "K-2", "K-3")) == three
    assert named(facts.merged("K-1", "K-2", "K-3")) == three


def test_the_scope_of_an_estimate_is_a_turnover_and_that_of_a_hold_is_none() -> None:
    assert named(facts.mni("TO-1")) == named(facts.project_closed("TO-1")) == {("turnover", "TO-1")}
    assert named(facts.published(scope="TO-1")) == {("turnover", "TO-1")}
    assert named(facts.hold_placed("H-1", "K-1")) == {("hold", "H-1"), ("case", "K-1")}


def test_kin_liaisons_and_the_references_of_information_are_no_targets() -> None:
    only_the_person = {("person", "P-0001")}
    for statement in (facts.kin_updated(), facts.kin_deceased(), facts.relieved(), facts.information(), facts.election()):
        assert named(statement) == only_the_person
    assert named(facts.returned("K-1", "KIN-1")) == {("case", "K-1"), ("person", "P-0001")}


def test_a_hold_of_a_person_names_the_person() -> None:
    assert named(facts.hold_placed(cases=[], person="P-0001")) == {("hold", "H-1"), ("person", "P-0001")}


def test_a_correction_names_what_it_corrects_and_all_that_its_replacement_names() -> None:
    original = facts.registered("K-1", turnover="TO-1", id="E-1")
    assert named(facts.corrected(original)) == {tuple(identity("urn:example:unc", "E-1"))}
    moved = facts.corrected(original, facts.registered("K-2", turnover="TO-2"))
    assert named(moved) == {tuple(identity("urn:example:unc", "E-1")), ("case", "K-2"), ("turnover", "TO-2")}


def test_a_discrepancy_names_what_it_is_about() -> None:
    assert named(facts.discrepancy_reported(subject={"kind": "turnover", "ref": "TO-1"})) == {("turnover", "TO-1")}
    assert named(facts.discrepancy_reported(subject={"kind": "scope", "ref": "korea"})) == set()
    id = "person:P-0001/report/E-1"
    assert named(facts.discrepancy_resolved(id)) == {("discrepancy", id), ("person", "P-0001")}
    assert subject_of("scope:korea/count/1") == Target("turnover", "korea")


def test_a_cut_and_an_exclusion_of_a_case_name_it_as_a_sample_too_so_that_their_histories_meet() -> None:
    both = {("case", "K-1"), ("sample", "K-1"), ("case", "S-1"), ("sample", "S-1")}
    assert named(facts.sample_cut("K-1", "S-1")) == both
    of_a_case: dict[str, Any] = {"individual": facts.ABSENT, "case": "S-1"}
    assert named(facts.excluded(**of_a_case)) >= {("case", "S-1"), ("sample", "S-1")}
