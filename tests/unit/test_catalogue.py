"""The catalogue: every fact of the field once, ranked as listed, and refused where it contradicts itself."""

from typing import Any

import pytest

from shared import wire
from shared.events import CATALOGUE_ORDER
from tests import facts
from tests.facts import ABSENT, CloudEvent


def refused(statement: CloudEvent) -> set[str]:
    """The codes of all that is wrong with a statement."""
    with pytest.raises(wire.Invalid) as raised:
        wire.read(statement)
    return {problem.code for problem in raised.value.problems}


def test_the_catalogue_has_seventy_two_facts_and_a_builder_for_each() -> None:
    assert len(CATALOGUE_ORDER) == 72
    assert facts.EVERY.keys() == {fact.wire_name() for fact in CATALOGUE_ORDER}


def test_at_one_instant_what_makes_a_case_comes_before_what_is_said_of_it() -> None:
    names = [fact.name for fact in CATALOGUE_ORDER]
    chain = [
        "custody.accepted", "storage.moved", "case.missing_reported", "case.opened", "case.inventoried", "mni.estimated",
        "case.split", "case.associated", "sample.cut", "attribution.determined", "identification.determined",
        "identification.amended", "identification.rescinded", "project.closed", "custody.transferred_abroad",
        "kin.registered", "kin.updated", "padd.designated", "liaison.relieved", "election.recorded",
        "notification.delivered", "information.recorded", "remains.returned", "publication.approved", "rosette.placed",
    ]  # fmt: skip
    assert [names.index(name) for name in chain] == sorted(names.index(name) for name in chain)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (facts.opened(opened_by=["analyst-1", "analyst-1"]), "repeated"),
        (facts.opened(opened_by=["analyst-1"]), "too_short"),
        (facts.inventoried("K-1", "K-1"), "own_parent"),
        (facts.inventoried("K-1", "K-2", "K-2"), "repeated"),
        (facts.inventoried("K-1", cases=[]), "inventory_of_nothing"),
        (facts.split("K-1", "K-2"), "too_short"),
        (facts.split("K-1", "K-2", "K-2"), "repeated"),
        (facts.split("K-1", "K-1", "K-2"), "own_parent"),
        (facts.merged("K-3", "K-1"), "too_short"),
        (facts.merged("K-3", "K-1", "K-2", children=["K-3", "K-4"]), "too_long"),
        (facts.merged("K-1", "K-1", "K-2"), "own_parent"),
        (facts.sample_cut(mass_mg=0), "greater_than_equal"),
        (facts.sample_cut(remaining_mg=-1), "greater_than_equal"),
        (facts.sample_cut("K-1", "K-1"), "own_parent"),
        (facts.sample_reported(status="matched"), "literal_error"),
        (facts.attributed(individuals=[]), "attribution_of_nothing"),
        (facts.amended("D-1", "D-1"), "amendment"),
        (facts.amended(added={}), "amendment_of_nothing"),
        (facts.amended(added={"cases": ["K-1"]}, removed={"cases": ["K-1"]}), "added_and_removed"),
        (facts.amended(added={"individuals": ["I-1"]}, removed={"individuals": ["I-1"]}), "added_and_removed"),
        (facts.kin_updated(zone=ABSENT), "update_of_nothing"),
        (facts.election(choice="perhaps"), "literal_error"),
        (facts.information(reference="a/b"), "string_pattern_mismatch"),
        (facts.information(approvers=["officer-1", "officer-1"]), "repeated"),
        (facts.override(authorized_by=["officer-1", "officer-1"]), "repeated"),
        (facts.published(**{"class": "aggregate"}), "publication"),
        (facts.published(period="2018-09"), "publication"),
        (facts.published(scope="TO-2018", count=ABSENT), "publication"),
        (facts.published(scope="TO-2018", **{"class": "name"}), "publication"),
        (facts.published(approvers=["officer-1"]), "too_short"),
        (facts.publication_corrected(reason=ABSENT), "missing"),
    ],
)  # fmt: skip
def test_a_fact_that_contradicts_itself_is_refused(statement: CloudEvent, code: str) -> None:
    assert refused(statement) == {code}


@pytest.mark.parametrize(
    "statement",
    [
        facts.inventoried("K-1", cases=[], emptied=True),
        facts.inventoried("K-1", cases=[facts.listed("K-2", side=None)], emptied=True),
        facts.attributed(individuals=[], cases=["K-1"]),
        facts.amended(removed={"individuals": ["I-1"]}),
        facts.kin_updated(contact_hours=[]),
        facts.election(determination="A-1"),
        facts.published(scope="TO-2018", count=0),
        facts.publication_corrected(scope="TO-2018"),
        facts.published(**{"class": "funeral"}),
    ],
)  # fmt: skip
def test_the_lesser_forms_of_a_fact_can_be_read(statement: dict[str, Any]) -> None:
    assert wire.read(statement).data.name in statement["type"]


def test_an_aggregate_names_nobody() -> None:
    aggregate = facts.published(scope="TO-2018")
    aggregate["data"]["person"] = "P-0001"
    assert refused(aggregate) == {"publication"}
