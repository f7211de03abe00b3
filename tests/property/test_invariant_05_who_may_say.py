"""Invariant 5: only the examiner determines, amends, rescinds, or corrects those; each other fact has its own roles."""

from typing import Final

import pytest
from hypothesis import given

from services.intake.admit import Submission, admit
from services.intake.grants import ANY, Source
from services.tracker.model.policy import Policy
from shared.events import BY_WIRE_NAME
from shared.terms import ROLES, Role
from tests import facts
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.stories import Story, stories

ALMIGHTY: Final = Source(
    slug="almighty",
    uris=tuple(facts.SOURCES.values()),
    roles=frozenset(ROLES),
    types=frozenset(BY_WIRE_NAME),
    parties=frozenset({ANY}),
)
"""A source whose grant covers everything: only the table of types and roles is left to refuse."""

LABORATORY: Final = (
    *("accession.created", "case.opened", "case.inventoried", "mni.estimated", "case.split", "case.merged", "case.associated"),
    *("case.dissociated", "sample.cut", "sample.reported", "evidence.added", "exclusion.recorded", "exclusion.withdrawn"),
    *("attribution.determined", "project.closed", "field_review.completed"),
)
EXAMINER: Final = ("identification.determined", "identification.amended", "identification.rescinded")
FAMILY: Final = (
    *("kin.registered", "kin.updated", "kin.deceased", "pnok.designated", "padd.designated"),
    *("liaison.assigned", "liaison.relieved", "election.recorded"),
)


def all_by(role: Role, names: tuple[str, ...]) -> dict[str, Role]:
    return dict.fromkeys(names, role)


ONLY: Final = all_by("medical_examiner", EXAMINER) | all_by("laboratory", LABORATORY) | all_by("casualty_office", FAMILY)
"""Type -> the one role that may say it."""

POLICY: Final = Policy()
CORRECTED = stories(
    *(what.determined_by_name, what.determined_by_name, what.rescinded_, what.restated),
    *[what.corrected_by_the_laboratory] * 3,
    begin=[what.all_registered, what.determined_by_name],
)


@pytest.mark.parametrize("name", ONLY)
def test_no_grant_lets_another_role_say_it(name: str) -> None:
    statement = facts.EVERY[f"org.rosette.{name}.v1"]
    for role in ROLES:
        said = statement() | {"source": facts.SOURCES[role]}
        said["data"] = said["data"] | {"actor": {"role": role, "ref": "desk-1"}}
        outcome = admit(Submission(said, "http", facts.RECORDED), ALMIGHTY)
        assert (type(outcome).__name__ == "Admitted") == (role == ONLY[name]), f"{name} said by {role}"


@judged
@given(story=CORRECTED)
def test_what_the_laboratory_says_of_a_determination_has_no_effect_and_is_a_discrepancy(story: Story) -> None:
    theirs = {each["id"] for each in story.said if each["type"].endswith("corrected.v1") and _role(each) == "laboratory"}
    without = folded([event for event in story.filed if event.id not in theirs])
    record = folded(story.filed)
    for number, case in record.cases.items():
        assert dict(case.standing()) == dict(without.cases[number].standing()), number
    for ref, person in record.persons.items():
        assert [one.id for one in person.standing()] == [one.id for one in without.persons[ref].standing()], ref
    flagged = {each.anchor.rpartition("#")[2] for case in record.cases.values() for each in case.discrepancies(POLICY)}
    assert theirs <= flagged


def _role(statement: facts.CloudEvent) -> str:
    return str(statement["data"]["actor"]["role"])
