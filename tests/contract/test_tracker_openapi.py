"""What the tracker's read API answers is what its OpenAPI document says that it answers."""

import json
import re
from typing import Any

import jsonschema
import pytest

from services.tracker.web.api.app import document
from tests import facts
from tests.integration.looking import Looking, looking

JSON = "application/json"
ASKED = {"/v1/events": {"source": "urn:example:unc", "id": "E-1"}, "/v1/persons/{ref}/told": {"on": "2018-12-01"}}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


def test_every_page_of_the_record_may_answer_with_a_problem(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            if path not in ("/livez", "/readyz"):
                assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], path
                assert operation["security"], path


def test_every_reference_in_the_document_leads_somewhere(described: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert named == set(described["components"]["schemas"])


async def test_every_answer_is_as_it_is_described(described: dict[str, Any], database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_something_of_everything(reader)
        reference = (await reader.get("/v1/notices"))["items"][0]["reference"]
        for path in described["paths"]:
            schema = described["paths"][path].get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get(JSON)
            if path.startswith("/v1/clock") or schema is None:
                continue
            concrete = path.format(number="K55-01", ref="P-0001", turnover="TO-2018", reference=reference, no=1)
            answer = await reader.get(concrete, **ASKED.get(path, {}))
            components = {"components": described["components"]}
            jsonschema.Draft202012Validator({**schema["schema"], **components}).validate(answer)


async def file_something_of_everything(reader: Looking) -> None:
    statement = facts.registered(id="E-1")
    family = facts.kin(), facts.pnok(), facts.liaison(), facts.determined()
    await reader.file(facts.turnover(), statement, statement, facts.discrepancy_reported(stream="custody"), *family)
    await reader.register.file("custody", [(b"1-0", {})])
