"""What a sender can do to intake and to others: too much, too fast, too slow, and words that mean something elsewhere."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import pytest
from redis import Redis
from structlog.testing import capture_logs

from services.intake.doors import requests
from services.intake.doors.imports import LINES
from services.intake.doors.requests import BATCH, STRUCTURED
from shared.streams import events_key, filed_key, seq_key
from shared.terms import STREAMS
from tests import facts
from tests.epcis import GRANT
from tests.integration.intake import Intake, answered, grant, key_of, process, running

INJECTED: Final = "evil\r\nX-Injected: 1\n{{7*7}}%0d%0aSet-Cookie: a=b\x1b[31m=HYPERLINK()"


# ------------------------------------------------------------------------------------------------- too much
def released_with(**data: Any) -> dict[str, Any]:
    said = facts.released(id="E-1")
    return said | {"data": said["data"] | data}


BOMBS: Final[dict[str, tuple[Any, int, str]]] = {
    "a hundred thousand members": (released_with(**{f"k{n}": 1 for n in range(100_000)}), 400, "too-many-members"),
    "a hundred thousand attributes": (facts.released() | {f"k{n}": 1 for n in range(100_000)}, 400, "too-many-members"),
    "a million items": (released_with(cases=[1] * 1_000_000), 413, "event-too-large"),
    "ten thousand items": (released_with(cases=[1] * 10_000), 400, "too-many-members"),
    "a thousand wrong items": (released_with(cases=[1] * 1000), 422, "invalid-event"),
    "an attribute of a megabyte": (facts.released() | {"subject": "x" * 1_000_000}, 400, "too-long"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_before_it_costs_anything(intake: Intake, redis: Redis, name: str) -> None:
    said, status, kind = BOMBS[name]
    answer = await intake.submit(said)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:rosette:problem:{kind}")
    assert len(answer.content) < 10_000
    assert [redis.xlen(events_key(stream)) for stream in STREAMS] == [0, 0, 0]


async def test_others_are_answered_while_a_batch_that_is_all_wrong_is_judged(intake: Intake) -> None:
    wrong = orjson.dumps([released_with(cases=[1] * 1900)] * 300)
    judging = asyncio.create_task(intake.post(wrong, BATCH))
    await asyncio.sleep(0)
    answer = await intake.submit(facts.released(id="E-2"))
    assert answer.status_code == 202
    assert not judging.done()
    assert {item["status"] for item in (await judging).json()} == {422}


# ------------------------------------------------------------------------------------------------- too slow
async def test_a_body_that_comes_too_slowly_is_not_waited_for(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_WITHIN_S", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    before = time.monotonic()
    answer = await intake.post(slow())
    assert (answer.status_code, answer.json()["type"]) == (408, "urn:rosette:problem:slow-body")
    assert answer.json()["then"] == "retry_same_id"
    assert answer.headers["connection"] == "close"
    assert time.monotonic() - before < 30


def test_a_sender_that_hangs_up_in_its_body_is_no_failure_of_intake_and_nothing_is_done(
    redis_url: str, redis: Redis, tmp_path: Path
) -> None:
    doors = {
        "/v1/events": STRUCTURED,
        "/v1/events?dry_run=true": STRUCTURED,
        "/v1/imports": LINES,
        "/v1/epcis/capture": "application/json",
        "/v1/epcis/events": "application/json",
    }
    body = orjson.dumps(facts.released())
    said = {"host": "intake", "authorization": f"Bearer {key_of('custodian')}", "content-length": f"{len(body) + 1}"}
    with process(redis_url, tmp_path) as (_, url):
        (tmp_path / "sources.toml").write_text(grant("custodian") + GRANT.format(source=facts.SOURCES["custodian"]))
        for path, media_type in doors.items():
            head = "".join(f"{name}: {value}\r\n" for name, value in (said | {"content-type": media_type}).items())
            with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as sender:
                sender.sendall(f"POST {path} HTTP/1.1\r\nexpect: 100-continue\r\n{head}\r\n".encode())
                assert sender.recv(100).startswith(b"HTTP/1.1 100 ")  # its body is being read
                sender.sendall(body)
    logged = (tmp_path / "intake.log").read_text()
    assert logged.count("a sender hung up") == len(doors)
    assert '"level": "error"' not in logged
    assert not any(redis.xlen(events_key(stream)) for stream in STREAMS)


# ------------------------------------------------------------------------------------------------- too fast
async def test_a_source_that_sends_too_fast_hears_when_to_come_again_and_others_are_taken(
    redis_url: str, tmp_path: Path
) -> None:
    async with running(redis_url, tmp_path, source_events_s=1) as intake:
        items = await intake.batch([facts.released(id=f"E-{n}", transfer=f"T-{n}") for n in range(10)])
        assert {item["status"] for item in items} == {202}
        answer = await intake.submit(facts.released(id="E-10"))
        assert (answer.status_code, answer.json()["type"]) == (429, "urn:rosette:problem:too-fast")
        assert answer.headers["retry-after"] == str(answer.json()["retry_after_s"])
        assert 1 <= answer.json()["retry_after_s"] <= 7
        assert (await intake.submit(facts.kin())).status_code == 202


async def test_while_the_tracker_lags_only_who_is_above_its_share_waits(redis_url: str, tmp_path: Path, redis: Redis) -> None:
    async with running(redis_url, tmp_path, lag_limit=100) as intake:
        redis.hset(seq_key("custody"), mapping={"epoch": facts.EPOCH, "n": 1000})
        redis.hset(filed_key("custody"), mapping={"epoch": facts.EPOCH, "through": 850})
        many = [facts.released(id=f"E-{n}", transfer=f"T-{n}") for n in range(400)]
        await answered(429, lambda: intake.post(orjson.dumps(many), BATCH))
        assert (await intake.submit(facts.kin())).status_code == 202
        redis.hset(filed_key("custody"), mapping={"epoch": facts.EPOCH, "through": 10_000})
        await answered(202, lambda: intake.submit(facts.released(id="E-0", transfer="T-0")))


async def test_near_the_end_of_the_servers_memory_nothing_is_taken(redis_url: str, tmp_path: Path, redis: Redis) -> None:
    async with running(redis_url, tmp_path) as intake:
        used = redis.info("memory")["used_memory"]
        redis.config_set("maxmemory", int(used * 1.09))
        try:
            answer = await answered(503, lambda: intake.submit(facts.released(id="E-1")))
        finally:
            redis.config_set("maxmemory", 0)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:rosette:problem:full")
        assert answer.headers["retry-after"] == "1"


# ------------------------------------------------------------------------------------------------- injected
@pytest.mark.parametrize("place", ["id", "source", "type", "time", "subject", "specversion", "datacontenttype", "ext"])
async def test_what_an_attribute_says_reaches_no_header_no_problem_and_no_log(intake: Intake, place: str) -> None:
    with capture_logs() as logged:
        answer = await intake.submit(facts.released() | {place: INJECTED})
    assert "x-injected" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "evil" not in answer.text
    assert "evil" not in str(logged)


async def test_what_a_header_says_reaches_no_header_no_problem_and_no_log(intake: Intake) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "evil%0d%0aX-Injected:1", "ce-subject": "evil", "traceparent": "evil"}
    key = {"authorization": f"Bearer {key_of('custodian')}", "content-type": "application/json"}
    with capture_logs() as logged:
        answer = await intake.client.post("/v1/events", content=b'{"place": "evil"}', headers=headers | key)
    assert answer.status_code == 422
    assert "x-injected" not in answer.headers
    assert "evil" not in answer.text
    assert "evil" not in str(logged)
