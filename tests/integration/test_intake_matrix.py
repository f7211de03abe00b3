"""Who may do what at intake's door: every kind of source at every route, over what is its own, another's and unknown."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import httpx2
import orjson
from fastapi.routing import iter_route_contexts

from services.intake.app import create
from services.intake.doors.imports import LINES
from services.intake.settings import Settings
from shared.terms import ROLES, Role
from tests import facts
from tests.facts import CloudEvent
from tests.integration.intake import Intake, key_of, running, sources_file

OPEN_TO_ALL: Final = frozenset({"/livez", "/readyz", "/metrics", "/v1/openapi.json"})
UNKNOWN: Final = "urn:example:unheard-of"
SAYS: Final[dict[Role, Callable[..., CloudEvent]]] = {
    "custodian": facts.released,
    "laboratory": facts.associated,
    "medical_examiner": facts.determined,
    "casualty_office": facts.kin,
    "liaison": facts.delivered,
    "public_affairs": facts.publication_approved,
    "operator": facts.discrepancy_reported,
}
"""Something that each role may say."""


async def submits(intake: Intake, role: Role, uri: str) -> httpx2.Response:
    return await intake.submit(SAYS[role](id=f"M-{role}", source=uri, role=role), role=role)


async def asks(intake: Intake, role: Role, uri: str) -> httpx2.Response:
    return await intake.receipts(uri, f"M-{role}", role=role)


async def lists(intake: Intake, role: Role, uri: str) -> httpx2.Response:
    return await intake.client.get("/v1/receipts", params={"source": uri, "after": ""}, headers=intake_key(role))


async def brings(intake: Intake, role: Role, uri: str) -> httpx2.Response:
    """What the report of a file says of its one row."""
    said = SAYS[role](id=f"F-{role}", source=uri, role=role)
    headers = intake_key(role) | {"content-type": LINES}
    answer = await intake.client.post("/v1/imports", content=orjson.dumps(said), headers=headers)
    [row] = answer.json()["answers"]
    return httpx2.Response(row["status"], json=row.get("problem"))


Try = Callable[[Intake, Role, str], Awaitable[httpx2.Response]]
MATRIX: Final[dict[tuple[str, str], tuple[tuple[Try, int], ...]]] = {
    ("POST", "/v1/events"): ((submits, 202),),
    ("POST", "/v1/imports"): ((brings, 202),),
    ("GET", "/v1/receipts"): ((asks, 200), (lists, 200)),
}
"""Route -> the ways to use it, each with what its own source gets; another's, and one that is unknown, are 403."""

WITHOUT_TEMPLATES: Final[dict[tuple[str, str], int]] = {
    ("POST", "/v1/epcis/capture"): 403,
    ("POST", "/v1/epcis/events"): 403,
    ("GET", "/v1/epcis/capture/{job}"): 403,
    ("OPTIONS", "/v1/epcis/capture"): 204,
    ("OPTIONS", "/v1/epcis/events"): 204,
    ("OPTIONS", "/v1/epcis/capture/{job}"): 204,
}
"""What a source gets at the door of EPCIS whose grant has no templates; what one with them may do: test_intake_epcis."""


def intake_key(role: Role) -> dict[str, str]:
    return {"authorization": f"Bearer {key_of(role)}"}


def test_every_route_has_a_row_in_the_matrix(tmp_path: Path) -> None:
    app = create(Settings(sources=sources_file(tmp_path)))
    found = iter_route_contexts(app.routes)
    routes = {(method, each.path or "") for each in found for method in each.methods or ()}
    assert {(method, path) for method, path in routes if path not in OPEN_TO_ALL} == {*MATRIX, *WITHOUT_TEMPLATES}


async def test_a_source_without_templates_captures_nothing_and_sees_no_job(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        for (method, path), status in WITHOUT_TEMPLATES.items():
            for role in ROLES:
                body = {"type": "EPCISDocument"} if method == "POST" else None
                route = path.replace("{job}", "J-1")
                answer = await intake.client.request(method, route, headers=intake_key(role), json=body)
                assert answer.status_code == status, (method, path, role, answer.text)


async def test_the_matrix_every_source_at_every_route_over_own_other_and_unknown(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        for route, ways in MATRIX.items():
            for way, own in ways:
                for role in ROLES:
                    other = facts.SOURCES["laboratory" if role == "custodian" else "custodian"]
                    answers = [await way(intake, role, uri) for uri in (facts.SOURCES[role], other, UNKNOWN)]
                    assert [each.status_code for each in answers] == [own, 403, 403], (route, role, answers[0].text)
                    assert answers[1].json() == answers[2].json(), "another's source says no more than one that is unknown"


async def test_a_source_may_say_no_other_role_though_it_says_its_own_of_it(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        for role in ROLES:
            for another in set(ROLES) - {role}:
                statement = SAYS[another](source=facts.SOURCES[role], role=another)
                answer = await intake.submit(statement, role=role)
                assert (answer.status_code, answer.json()["rule"]) == (403, "role"), (role, another)


async def test_without_a_credential_every_route_is_shut(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        for method, path in MATRIX:
            for headers in ({}, {"authorization": "Bearer nobody"}, {"authorization": "Basic nobody"}):
                answer = await intake.client.request(method, path, headers=headers)
                assert (answer.status_code, answer.json()["type"]) == (401, "urn:rosette:problem:unauthenticated"), path
