"""Who may see what through the API: every role at every route, over what is their own, another's and unknown (invariant 19)."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from fastapi.routing import iter_route_contexts

from services.tracker.model.case_state import PROGRESS
from services.tracker.model.view import GENERAL, Reader
from services.tracker.web.api.access import OF_FAMILIES, OPEN_TO_ALL, ROUTES
from services.tracker.web.api.app import routes
from services.tracker.web.readers import Readers
from shared.credential_files import hash_of
from tests import facts
from tests.integration.looking import Looking, looking

ROLES: Final[tuple[Reader, ...]] = get_args(Reader)
OBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "{number:path}": ("K55-01", "K55-02", "K55-99"),
    "{ref:path}": ("P-0001", "P-0002", "P-9999"),
    "{turnover:path}": ("TO-2018",),
    "{no}": ("9",),
    "": ("",),
}
"""Parameter -> what is the liaison's own, another family's, and unknown."""
ASKED: Final = {"/v1/events": {"source": "urn:example:unc", "id": "E-1"}, "/v1/persons/{ref:path}/told": {"on": "2018-12-01"}}


def token_of(role: str) -> str:
    return f"token-of-{role}-0123456789"


def readers_file(folder: Path) -> Path:
    """A reader of every role; the liaison is L-1."""
    file = folder / "readers.toml"
    entries = []
    for role in ROLES:
        liaison = 'liaison = "L-1"\n' if role == "liaison" else ""
        entries.append(f'[[readers]]\nname = "{role}-1"\nrole = "{role}"\n{liaison}tokens = ["{hash_of(token_of(role))}"]\n')
    file.write_text("".join(entries))
    return file


@asynccontextmanager
async def two_families(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Looking]:
    """L-1 speaks to the family of P-0001 (K55-01), L-2 to that of P-0002 (K55-02)."""
    async with looking(database_url, redis_url, readers=Readers(readers_file(folder))) as reader:
        await reader.file(facts.turnover(), facts.registered(id="E-1"), facts.registered("K55-02"), facts.sealed())
        await reader.file(facts.associated(), facts.excluded(person="P-0002"))
        for n, case in (("1", "K55-01"), ("2", "K55-02")):
            person, kin = f"P-000{n}", f"KIN-{n}"
            await reader.file(facts.kin(person, kin), facts.pnok(person, kin), facts.liaison(person, f"L-{n}"))
            await reader.file(facts.determined(case, person, f"D-{n}"))
        yield reader


def described() -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(routes(with_clock=True).routes):
        yield from ((method, route.path or "") for method in sorted(route.methods or ()))


def test_every_route_has_a_row_in_the_matrix_and_no_row_is_without_a_route() -> None:
    """A new page is shut until somebody says whose it is."""
    paths = {path for _, path in described()}
    assert paths - OPEN_TO_ALL == set(ROUTES)
    assert set(OF_FAMILIES) <= set(ROUTES)


async def ask(reader: Looking, role: str, path: str, **asked: Any) -> Any:
    return await reader.client.get(path, params=asked, headers={"Authorization": f"Bearer {token_of(role)}"})


async def test_the_matrix_every_role_at_every_route_over_own_other_and_unknown(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        objects = OBJECTS | {"{reference}": (await reference(reader, "P-0001"), await reference(reader, "P-0002"), "NONE")}
        for path in pages():
            named = max((name for name in objects if name in path), key=len)
            for role in ROLES:
                concretes = [path.replace(named, each) for each in objects[named]]
                answers = [await ask(reader, role, each, **ASKED.get(path, {})) for each in concretes]
                found, at = [each.status_code for each in answers], (role, path)
                if role not in ROUTES[path]:
                    assert found == [403] * len(found), at
                    assert len({each.text for each in answers}) == 1, at
                    continue
                assert found == expected(role, named), at
                unseen = [each for each in answers if each.status_code == 404]
                assert len({(each.text, *each.headers.items()) for each in unseen}) <= 1, at


def pages() -> list[str]:
    """Every route that is read and is not for everybody; the clock is a story's alone."""
    return [path for method, path in described() if method == "GET" and path not in OPEN_TO_ALL | {"/v1/clock"}]


def expected(role: str, named: str) -> list[int]:
    """Of what is the liaison's own, another family's, and unknown."""
    match role, named:
        case _, "" | "{turnover:path}":
            return [200]
        case "liaison", _:
            return [200, 404, 404]
        case "public_affairs", "{reference}":
            return [404, 404, 404]
        case _, "{no}":
            return [404]
        case _:
            return [200, 200, 404]


async def reference(reader: Looking, person: str) -> str:
    """Of the notice that tells a family of its identification."""
    asked = "SELECT reference FROM notice WHERE person = %s AND kind = 'identification'"
    async with reader.register.pool.connection() as conn:
        [found] = await (await conn.execute(asked, (person,))).fetchall()
    return str(found[0])


async def test_without_a_credential_or_with_one_of_nobody_every_route_is_shut(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        for path in pages():
            for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Bearer a.b.c"}):
                answer = await reader.client.get(path, headers=headers)
                assert (answer.status_code, answer.json()["type"]) == (401, "urn:rosette:problem:unauthenticated"), path


async def test_a_liaison_lists_their_own_families_and_no_others(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        persons = (await ask(reader, "liaison", "/v1/persons")).json()
        cases = (await ask(reader, "liaison", "/v1/cases", limit=1)).json()
        notices = (await ask(reader, "liaison", "/v1/notices")).json()["items"]
        assert [each["ref"] for each in persons["items"]] == ["P-0001"]
        assert ([each["number"] for each in cases["items"]], cases["next"]) == (["K55-01"], None)
        assert {each["person"] for each in notices} == {"P-0001"}
        mine = notices[0]["reference"]
        assert (await ask(reader, "liaison", f"/v1/notices/{mine}")).json()["kin"] == "KIN-1"
        await reader.file(facts.relieved("P-0001", "L-1"))
        assert (await ask(reader, "liaison", "/v1/persons")).json()["items"] == []
        assert (await ask(reader, "liaison", "/v1/persons/P-0001")).status_code == 404
        gone = await ask(reader, "liaison", f"/v1/notices/{mine}")
        assert (gone.status_code, gone.text) == (404, (await ask(reader, "liaison", "/v1/notices/NONE")).text)


async def test_no_filter_and_no_next_page_tells_a_liaison_of_what_is_withheld(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        await reader.file(facts.kin("P-0002", "KIN-3", required=True))
        theirs, nobodys = [
            (await ask(reader, "liaison", "/v1/notices", person=person, limit=1)).json() for person in ("P-0002", "P-9999")
        ]
        assert theirs == nobodys == {"items": [], "next": None}
        first = (await ask(reader, "operator", "/v1/notices", limit=1)).json()
        rest = (await ask(reader, "operator", "/v1/notices", after=first["next"])).json()
        assert (len(first["items"]), len(rest["items"]) > 1, rest["next"]) == (1, True, None)
        by_progress = [(await ask(reader, "liaison", "/v1/cases", progress=each)).json()["items"] for each in PROGRESS]
        assert by_progress == [[] for _ in PROGRESS]


async def test_what_a_correction_moved_between_families_is_read_by_neither_liaison(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        wrong = facts.election("P-0001", signed_by="KIN-1")
        moved = facts.corrected(wrong, facts.election("P-0002", signed_by="KIN-2"))
        await reader.file(wrong, moved)
        seen = await ask(reader, "liaison", "/v1/persons/P-0001")
    assert "P-0002" not in seen.text
    assert "KIN-2" not in seen.text
    said = {each["id"]: each["data"] for each in seen.json()["timeline"]}
    assert (said[wrong["id"]], said[moved["id"]]) == ({}, {})


async def test_neither_laboratory_nor_operator_nor_public_affairs_ever_reads_of_kin(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        for role in ("laboratory", "operator", "public_affairs", "administrator"):
            for path in pages():
                named = max((name for name in OBJECTS if name in path), key=len)
                concrete = path.replace(named, OBJECTS[named][0])
                answer = await ask(reader, role, concrete, **ASKED.get(path, {}))
                assert "KIN-" not in answer.text, (role, path)
                assert "L-1" not in answer.text, (role, path)


async def test_of_candidates_only_the_laboratory_and_the_auditor_read(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """The laboratory excluded P-0002 from K55-01: what was thought possible never leaves it."""
    async with two_families(database_url, redis_url, tmp_path) as reader:
        readers = "operator", "laboratory", "liaison", "auditor"
        seen = {role: (await ask(reader, role, "/v1/cases/K55-01")).text for role in readers}
    assert {role: "P-0002" in text for role, text in seen.items()} == {
        "operator": False,
        "laboratory": True,
        "liaison": False,
        "auditor": True,
    }
    assert json.loads(seen["liaison"])["custodian"] == "unc"
    assert json.loads(seen["liaison"])["timeline"] == []


async def test_of_a_family_an_auditor_reads_references_and_that_something_was_said(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        seen = (await ask(reader, "auditor", "/v1/persons/P-0001")).json()
        mine = (await ask(reader, "liaison", "/v1/persons/P-0001")).json()
    assert [(kin["ref"], kin["relation"]) for kin in seen["kin"]] == [("KIN-1", "withheld")]
    assert all(each["data"] == {} for each in seen["timeline"] if each["stream"] == "family")
    assert mine["kin"][0]["relation"] != "withheld"
    assert {each["stream"] for each in mine["timeline"]} == {"family"}


async def test_reasons_are_told_in_the_terms_that_the_reader_may_see(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        acts = {role: (await ask(reader, role, "/v1/persons/P-0001/gates")).json()["acts"] for role in ROUTES_OF_GATES}
    assert {each["act"].partition("_")[0] for each in acts["public_affairs"]} == {"publish"}
    told = {role: {block["text"] for act in acts[role] for block in act["blocks"]} for role in acts}
    assert GENERAL in told["public_affairs"]
    assert GENERAL not in told["auditor"]


ROUTES_OF_GATES: Final = ("operator", "public_affairs", "auditor")


async def test_every_read_of_a_person_or_family_is_an_act_in_the_record(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        await ask(reader, "liaison", "/v1/persons/P-0001")
        await ask(reader, "liaison", "/v1/persons/P-0002")
        await ask(reader, "operator", "/v1/notices")
        await ask(reader, "operator", "/v1/streams")
        await ask(reader, "laboratory", "/v1/persons/P-0001/told", on="2018-12-01")
        async with reader.register.pool.connection() as conn:
            acts = await (
                await conn.execute("SELECT who, subject, detail FROM action WHERE act = 'read' ORDER BY no")
            ).fetchall()
    person, page = {"page": "/v1/persons/{ref:path}", "role": "liaison"}, {"page": "/v1/notices", "role": "operator"}
    assert acts == [("liaison-1", "P-0001", person), ("liaison-1", "P-0002", person), ("operator-1", None, page)]


async def test_where_the_act_cannot_be_written_nothing_is_shown(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        async with reader.register.pool.connection() as conn:
            await conn.execute("ALTER TABLE action ADD CONSTRAINT full_up CHECK (act <> 'read') NOT VALID")
        for path in ("/v1/persons/P-0001", "/v1/persons", "/v1/notices", "/v1/cases/K55-01"):
            with pytest.raises(Exception, match="full_up"):
                await ask(reader, "auditor", path)
        assert (await ask(reader, "auditor", "/v1/cases")).status_code == 200


async def test_a_reader_who_is_taken_from_the_file_is_shut_out_with_the_next_request(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with two_families(database_url, redis_url, tmp_path) as reader:
        assert (await ask(reader, "operator", "/v1/streams")).status_code == 200
        file = tmp_path / "readers.toml"
        file.write_text(file.read_text().replace(hash_of(token_of("operator")), hash_of("another")))
        assert (await ask(reader, "operator", "/v1/streams")).status_code == 401
        assert (await ask(reader, "auditor", "/v1/streams")).status_code == 200
