"""Two thousand requests that a machine made from OpenAPI, half of them wrong on purpose: no server error, and no answer that
the document does not describe. A case that fails is shown by Schemathesis as a curl command."""

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from services.intake.doors.imports import LINES
from services.intake.doors.requests import STRUCTURED
from tests import facts
from tests.integration.intake import key_of, process

CASES: Final = 2000
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
KEYS: Final = {"authorization": f"Bearer {key_of('custodian')}"}


VALUES: Final[st.SearchStrategy[Any]] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.lists(st.text()),
    st.just({}),
)


@schemathesis.serializer(LINES)
def lines_of(_: Any, value: Any) -> bytes:
    """Schemathesis itself writes no NDJSON."""
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


@st.composite
def almost_facts(draw: st.DrawFn) -> Any:
    said = copy.deepcopy(draw(st.sampled_from(list(facts.EVERY.values())))())
    inside = draw(st.sampled_from([said, said["data"], said["data"]["actor"]]))
    if draw(st.booleans()):
        inside[draw(st.sampled_from(sorted(inside)))] = draw(VALUES)
    return said


@pytest.fixture
def intake(redis_url: str) -> Iterator[str]:
    """A process of its own, so that what is tested is what is served."""
    with (
        tempfile.TemporaryDirectory() as folder,
        process(redis_url, Path(folder), INTAKE_SOURCE_EVENTS_S="1000000") as (_, url),
    ):
        yield url


@pytest.mark.timeout(400)
def test_openapi_describes_every_answer_to_two_thousand_requests_and_none_is_a_server_error(intake: str) -> None:
    """A fifth of them are facts of the catalogue with one place exchanged, as chance alone never comes near an event."""
    schema = schemathesis.openapi.from_url(f"{intake}/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    kinds = [
        operation.as_strategy(generation_mode=mode)
        for operation in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]

    submit = schema["/v1/events"]["POST"]
    kinds.append(almost_facts().map(lambda said: submit.Case(body=said, media_type=STRUCTURED)))
    bring = schema["/v1/imports"]["POST"]
    lines = st.lists(almost_facts().map(json.dumps) | st.text(), max_size=4).map("\n".join)
    kinds.append(lines.map(lambda said: bring.Case(body=said, media_type=LINES)))

    @settings(max_examples=CASES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(case=st.one_of(kinds))
    def judge(case: Any) -> None:
        answer = case.call(headers=KEYS)
        seen.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    seen: list[int] = []
    judge()
    assert len(seen) >= CASES
    assert {202, 200, 400, 401, 415, 422} <= set(seen)
