"""What a grant does not cover is refused with the rule and the place, and nothing of it is admitted."""

from typing import Any

import pytest

from services.intake.admit import Admitted
from services.intake.grants import types_named
from services.intake.problems import ProblemType, Refused
from shared.events import BY_WIRE_NAME, RecordCorrected
from shared.terms import ROLES
from tests import facts
from tests.unit.test_admit import judged, refusal, source

RELEASED = facts.released(released_by="unc", released_to="usaf")
DETERMINED = facts.determined()


@pytest.mark.parametrize(
    ("given", "rule", "pointer"),
    [
        ({"uris": ("urn:other",)}, "source", "/source"),
        ({"roles": frozenset({"laboratory"})}, "role", "/data/actor/role"),
        ({"types": types_named(["custody.accepted"])}, "type", "/type"),
        ({"parties": frozenset({"usaf"})}, "party", "/data/released_by"),
    ],
)
def test_each_part_of_a_grant_must_cover_the_event(given: dict[str, Any], rule: str, pointer: str) -> None:
    refused = refusal(RELEASED, source(**given))
    assert (refused.type, refused.rule, refused.pointer) == (ProblemType.NOT_GRANTED, rule, pointer)


def test_an_event_is_an_object() -> None:
    assert refusal([RELEASED]).type is ProblemType.BATCH


def test_what_only_intake_writes_may_not_be_sent() -> None:
    refused = refusal(RELEASED | {"submitter": "somebody"})
    assert (refused.type, refused.pointer) == (ProblemType.RESERVED_ATTRIBUTE, "/submitter")


def test_a_correction_stays_on_the_stream_of_what_it_corrects() -> None:
    astray = facts.corrected(RELEASED, id="E-astray")
    astray["data"]["corrects"]["type"] = DETERMINED["type"]
    refused = refusal(astray)
    assert (refused.type, refused.pointer) == (ProblemType.CORRECTION, "/data/corrects/type")


def test_a_correction_needs_a_role_that_may_say_what_it_corrects() -> None:
    refused = refusal(facts.corrected(DETERMINED, role="laboratory"))
    assert (refused.rule, refused.pointer) == ("role", "/data/actor/role")


def test_a_correction_of_another_sources_statement_needs_a_grant_of_its_own() -> None:
    refused = refusal(facts.corrected(RELEASED), source(uris=("urn:example:usaf",)))
    assert refused.rule == "source"


def test_what_a_correction_says_instead_must_be_covered_too() -> None:
    instead = facts.corrected(RELEASED, facts.released(released_by="dpaa", released_to="usaf"))
    refused = refusal(instead, source(parties=frozenset({"unc"})))
    assert (refused.rule, refused.pointer) == ("party", "/data/replacement/data/released_by")


# ------------------------------------------------------------------------------------------------- case prefixes
@pytest.mark.parametrize(
    ("statement", "pointer"),
    [
        (facts.sealed("K56-01"), "/data/case"),
        (facts.released(cases=["K55-01", "K56-01"]), "/data/cases/1"),
        (facts.turnover(expected_cases=["K56-01"]), "/data/expected_cases/0"),
        (facts.discrepancy_reported("K56-01"), "/data/subject/ref"),
        (facts.inventoried("K56-01", "K55-02"), "/data/parent"),
        (facts.inventoried("K55-01", "K55-02", "K56-02"), "/data/cases/1/case"),
        (facts.split("K55-01", "K55-02", "K56-03"), "/data/children/1"),
        (facts.merged("K55-03", "K55-01", "K56-02"), "/data/parents/1"),
        (facts.sample_cut(sample="K56-S1"), "/data/sample"),
        (facts.amended(removed={"cases": ["K56-01"]}), "/data/removed/cases/0"),
        (facts.opened(seals_removed=[{"number": "S-1", "position": "lid", "case": "K56-01"}]), "/data/seals_removed/0/case"),
        (facts.corrected(facts.sealed("K55-01"), facts.sealed("K56-01")), "/data/replacement/data/case"),
    ],
    ids=lambda given: given if isinstance(given, str) else given["type"].split(".", 2)[2],
)
def test_a_source_speaks_of_no_case_whose_number_begins_otherwise(statement: Any, pointer: str) -> None:
    refused = refusal(statement, source(case_prefixes=("K55-",)))
    assert (refused.type, refused.rule, refused.pointer) == (ProblemType.NOT_GRANTED, "case", pointer)


@pytest.mark.parametrize("wire_name", sorted(facts.EVERY))
def test_a_source_of_the_right_prefix_says_every_type(wire_name: str) -> None:
    assert isinstance(judged(facts.EVERY[wire_name](), source(case_prefixes=("J19-", "K55-"))), Admitted)


# ------------------------------------------------------------------------------------------------- every type
RESTATED = sorted(name for name in facts.EVERY if not issubclass(BY_WIRE_NAME[name], RecordCorrected))


@pytest.mark.parametrize("wire_name", RESTATED)
def test_no_role_but_those_of_a_type_says_it(wire_name: str) -> None:
    roles = BY_WIRE_NAME[wire_name].roles
    for role in ROLES:
        found = judged(facts.EVERY[wire_name](role=role))
        assert isinstance(found, Admitted) if role in roles else isinstance(found, Refused), role


@pytest.mark.parametrize("wire_name", RESTATED)
def test_every_type_can_be_corrected_and_its_replacement_is_judged_as_that_type(wire_name: str) -> None:
    original = facts.EVERY[wire_name]()
    correction = facts.corrected(original, facts.EVERY[wire_name](precision="day"))
    admitted = judged(correction)
    assert isinstance(admitted, Admitted)
    assert admitted.event.restated is not None
    assert type(admitted.event.restated.data) is BY_WIRE_NAME[wire_name]
    astray = facts.corrected(original, facts.EVERY[wire_name](unheard_of="x"))
    assert [each.pointer for each in refusal(astray).errors] == ["/data/replacement/data/unheard_of"]
