"""What a grant does not cover is refused with the rule and the place, and nothing of it is admitted."""

from typing import Any

import pytest

from services.intake.grants import types_named
from services.intake.problems import ProblemType
from tests import facts
from tests.unit.test_admit import refusal, source

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
