"""Files over HTTP: the same as `import` does, for a sender with a credential, and within the limits of every door."""

import re
import signal
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from redis import Redis

from services.intake import mapping as mappings
from services.intake.doors import imports
from services.intake.doors.files import named
from services.intake.doors.imports import LINES, TABLE
from services.intake.doors.requests import LARGEST_BODY_BYTES, MOST_EVENTS
from shared.credential_files import hash_of
from shared.streams import events_key
from shared.terms import STREAMS, Role
from tests import facts
from tests.integration.intake import Intake, entries, grant, key_of, process, running
from tests.unit.test_intake_files import AT, MAPPING

HEADER = "Box,At,Label"


def manifest(first: int, last: int, *more: str) -> str:
    return "\n".join([HEADER, *(f"K55-{n:03},{AT},Box {n}" for n in range(first, last + 1)), *more]) + "\n"


def headers(media_type: str = TABLE, role: Role = "custodian") -> dict[str, str]:
    return {"authorization": f"Bearer {key_of(role)}", "content-type": media_type}


async def bring(
    intake: Intake, content: str | bytes, media_type: str = TABLE, role: Role = "custodian", **asked: Any
) -> httpx2.Response:
    return await intake.client.post("/v1/imports", params=asked, content=content, headers=headers(media_type, role))


async def reported(intake: Intake, content: str | bytes, media_type: str = TABLE, **asked: Any) -> Any:
    answer = await bring(intake, content, media_type, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def nothing_written(redis: Redis) -> bool:
    return not any(redis.xlen(events_key(stream)) for stream in STREAMS)


# ------------------------------------------------------------------------------------------------- a table
async def test_each_row_of_a_table_has_its_outcome_and_those_that_may_be_are_facts(intake: Intake, redis: Redis) -> None:
    said = await reported(intake, manifest(1, 2, "K55-003,yesterday,Box 3"), mapping=MAPPING)
    assert (said["rows"], said["answered"], said["complete"]) == (3, 3, True)
    assert said["outcomes"] == {"accepted": 2, "invalid-event": 1}
    first, _, third = said["answers"]
    assert (first["row"], first["id"], first["receipt"]["seq"]) == (2, "case.registered/K55-001", 1)
    assert (third["row"], third["status"], third["problem"]["pointer"]) == (4, 422, "/time")
    assert [orjson.loads(fields[b"event"])["receivedvia"] for _, fields in entries(redis, "custody")] == ["files"] * 2


async def test_a_dry_run_shows_what_a_mapping_reads_and_writes_nothing(intake: Intake, redis: Redis, tmp_path: Path) -> None:
    said = await reported(intake, manifest(1, 5), mapping=MAPPING, dry_run="true")
    assert said["outcomes"] == {"acceptable": 5}
    assert [each["row"] for each in said["preview"]] == [2, 3, 4]
    assert facts.event(said["preview"][0]["event"]).id == "case.registered/K55-001"
    assert nothing_written(redis)
    assert not (tmp_path / "mappings").exists()


async def test_the_next_table_of_its_kind_needs_no_mapping_and_another_sources_is_not_used(intake: Intake) -> None:
    assert (await bring(intake, manifest(1, 1))).json()["type"] == "urn:rosette:problem:mapping"
    await reported(intake, manifest(1, 1), mapping=MAPPING)
    assert (await reported(intake, manifest(1, 3)))["outcomes"] == {"duplicate": 1, "accepted": 2}
    assert (await bring(intake, manifest(1, 1), role="laboratory")).json()["type"] == "urn:rosette:problem:mapping"


async def test_a_mapping_that_the_command_kept_is_used_here_too(intake: Intake, tmp_path: Path) -> None:
    mappings.keep(mappings.parse(MAPPING), mappings.kept_at(tmp_path, "custodian", HEADER.split(",")))
    assert (await reported(intake, manifest(1, 1)))["outcomes"] == {"accepted": 1}


async def test_of_one_source_so_many_mappings_are_kept_and_no_more(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAPPINGS_KEPT", 2)
    for n in range(4):
        said = await reported(
            intake, manifest(n, n).replace(HEADER, f"{HEADER},x{n}").replace("Box ", "x,Box "), mapping=MAPPING
        )
        assert said["rows"] == 1
    assert len(list((tmp_path / "mappings").iterdir())) == 2


async def test_where_a_mapping_cannot_be_kept_the_rows_are_facts_all_the_same(intake: Intake, tmp_path: Path) -> None:
    (tmp_path / "mappings").write_text("no folder")
    assert (await reported(intake, manifest(1, 1), mapping=MAPPING))["outcomes"] == {"accepted": 1}


# ------------------------------------------------------------------------------------------------- events, line by line
async def test_events_line_by_line_are_taken_and_what_is_no_event_costs_only_its_line(intake: Intake, redis: Redis) -> None:
    lines = [orjson.dumps(facts.released(id="E-1")), b"", b'{"id": NaN}', b"{", orjson.dumps(facts.released(id="E-2"))]
    said = await reported(intake, b"\n".join(lines), LINES)
    assert [(each["row"], each["outcome"]) for each in said["answers"]] == [
        (1, "accepted"), (3, "number"), (4, "not-json"), (5, "accepted"),
    ]  # fmt: skip
    assert len(entries(redis, "custody")) == 2
    again = await reported(intake, b"\n".join(lines), LINES, dry_run="true")
    assert again["outcomes"] == {"duplicate": 2, "number": 1, "not-json": 1}
    assert "preview" not in again


async def test_a_file_says_the_same_as_http_does(intake: Intake) -> None:
    await intake.submit(facts.released(id="E-1"))
    said = await reported(intake, orjson.dumps(facts.released(id="E-1")), LINES)
    assert said["outcomes"] == {"duplicate": 1}


# ------------------------------------------------------------------------------------------------- again
async def test_a_row_that_changed_under_its_key_is_shown_beside_what_was_said_before(intake: Intake, redis: Redis) -> None:
    await reported(intake, manifest(1, 2), mapping=MAPPING)
    for asked in ({"dry_run": "true"}, {}):
        said = await reported(intake, manifest(1, 1, f"K55-002,{AT},Box two"), **asked)
        assert said["outcomes"] == {"duplicate": 1, "identity-conflict": 1}
        assert said["conflicts"] == [{"row": 3, "changes": [{"pointer": "/data/label", "was": "Box 2", "now": "Box two"}]}]
    assert len(entries(redis, "custody")) == 2


async def test_what_another_source_said_under_the_same_key_is_not_shown(intake: Intake) -> None:
    intake.sources.write_text(grant("custodian") + grant("custodian", slug="second", key=hash_of(key_of("laboratory"))))
    await reported(intake, manifest(1, 1), mapping=MAPPING)
    answer = await bring(intake, f"{HEADER}\nK55-001,{AT},other\n", role="laboratory", mapping=MAPPING)
    assert answer.json()["conflicts"] == [{"row": 2, "changes": None}]
    assert "Box 1" not in answer.text


def test_an_import_that_was_cut_off_by_a_kill_goes_on_when_the_same_request_comes_again(
    redis_url: str, redis: Redis, tmp_path: Path
) -> None:
    hit, asked = tmp_path / "hit", {"mapping": MAPPING}
    with process(redis_url, tmp_path, ROSETTE_FAILPOINT=f"files.imported@{hit}") as (intake, url):
        with pytest.raises(httpx2.TransportError):
            httpx2.post(f"{url}/v1/imports", params=asked, content=manifest(1, 250), headers=headers(), timeout=30)
        assert intake.wait(timeout=20) == -signal.SIGKILL
    assert (hit.exists(), len(entries(redis, "custody"))) == (True, 100)
    with process(redis_url, tmp_path) as (_, url):
        answer = httpx2.post(f"{url}/v1/imports", content=manifest(1, 250), headers=headers(), timeout=30)
    assert answer.json()["outcomes"] == {"duplicate": 100, "accepted": 150}
    assert len(entries(redis, "custody")) == 250


async def test_where_nothing_can_be_promised_the_report_says_that_it_is_not_complete(
    intake: Intake, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    redis.config_set("appendfsync", "everysec")
    try:
        async with running(redis_url, tmp_path) as unsafe:
            answer = await bring(unsafe, manifest(1, 150), mapping=MAPPING)
    finally:
        redis.config_set("appendfsync", "always")
    said = answer.json()
    assert (answer.status_code, said["complete"], said["rows"], said["answered"]) == (200, False, 150, 100)
    assert said["outcomes"] == {"unsafe": 100}
    assert answer.headers["retry-after"] == "1"
    assert nothing_written(redis)


# ------------------------------------------------------------------------------------------------- at the door
ROW = f"K55-001,{AT},Box 1"
REFUSED: dict[str, tuple[str, str | bytes, dict[str, Any], int, str, str]] = {
    "json": ("application/json", b"{}", {}, 415, "media-type", ""),
    "another charset": (f"{TABLE}; charset=utf-16", b"", {}, 415, "media-type", ""),
    "not utf-8": (LINES, b"\xff", {}, 400, "not-utf-8", ""),
    "no mapping": (TABLE, manifest(1, 1), {}, 400, "mapping", ""),
    "not toml": (TABLE, manifest(1, 1), {"mapping": "[columns"}, 400, "mapping", ""),
    "a mapping of nothing": (TABLE, manifest(1, 1), {"mapping": MAPPING.replace('["Box"]', "[]")}, 400, "mapping", "/key"),
    "a mapping too long": (TABLE, manifest(1, 1), {"mapping": MAPPING + "#" * 16_384}, 400, "mapping", ""),
    "a column missing": (TABLE, f"Box,At\nK55-001,{AT}\n", {"mapping": MAPPING}, 400, "mapping", ""),
    "a column twice": (TABLE, f"Box,At,At\n{ROW}\n", {"mapping": MAPPING}, 400, "table", ""),
    "an open quote": (TABLE, f'{HEADER}\n"K55-001,{AT},Box\n', {"mapping": MAPPING}, 400, "table", ""),
    "too large": (LINES, b" " * (LARGEST_BODY_BYTES + 1), {}, 413, "body-too-large", ""),
    "too many rows": (TABLE, manifest(0, MOST_EVENTS), {"mapping": MAPPING}, 413, "too-many-events", ""),
    "too many lines": (LINES, b"{}\n" * (MOST_EVENTS + 1), {}, 413, "too-many-events", ""),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_file_that_can_be_taken_is_refused_whole(intake: Intake, redis: Redis, what: str) -> None:
    media_type, content, asked, status, kind, pointer = REFUSED[what]
    answer = await bring(intake, content, media_type, **asked)
    said = answer.json()
    assert (answer.status_code, said["type"], said["pointer"]) == (status, f"urn:rosette:problem:{kind}", pointer)
    assert "K55" not in answer.text
    assert nothing_written(redis)


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        (f"Box,At\nK55-001,{AT}\n", MAPPING, "the table has no column Label; its columns are: Box, At"),
        ("", MAPPING, "it is empty: the first line of a table names its columns"),
        (" \n\n", None, "it is empty: the first line of a table names its columns"),
        (f"\n{HEADER}\n{ROW}\n", MAPPING, "the first line of a table names each of its columns, each once"),
        (manifest(1, 1), 'key = ["Box"]\n[columns\n', "not TOML at line 2, column 9"),
        (manifest(1, 1), "key =", "not TOML at end of document"),
        (manifest(1, 1), "key = " + "[" * 9000, "not TOML"),
    ],
    ids=["a column missing", "empty", "white space", "an empty line first", "not toml", "cut off", "too deep"],
)
async def test_a_table_or_a_mapping_that_is_refused_is_told_where_it_is_wrong(
    intake: Intake, content: str, mapping: str | None, words: str
) -> None:
    asked: dict[str, Any] = {} if mapping is None else {"mapping": mapping}
    assert (await bring(intake, content, **asked)).json()["detail"] == words


def test_of_many_columns_not_all_are_named() -> None:
    assert named(["x" * 70] * 42) == ", ".join(["x" * 60] * 40) + " and 2 more"


async def test_nobody_brings_a_file_without_a_credential_or_compressed(intake: Intake) -> None:
    assert (await intake.client.post("/v1/imports", content=b"", headers={"content-type": LINES})).status_code == 401
    packed = headers(LINES) | {"content-encoding": "gzip"}
    assert (await intake.client.post("/v1/imports", content=b"", headers=packed)).json()["type"].endswith(":encoding")


async def test_a_file_costs_its_source_as_many_events_as_it_has_rows(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path, source_events_s=10) as intake:
        await reported(intake, manifest(1, 100), mapping=MAPPING)
        answer = await bring(intake, manifest(1, 1))
        assert (answer.status_code, answer.json()["type"]) == (429, "urn:rosette:problem:too-fast")
        assert re.fullmatch(r"[1-9]\d*", answer.headers["retry-after"])
