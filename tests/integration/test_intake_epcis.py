"""The EPCIS door as a logistics system sees it: jobs, what each behaviour promises, and what survives a crash."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from embedded.handle import CHECKOUT
from services.intake.accept import Acceptor
from services.intake.doors.epcis.capturing import Capture, Waits, judged, summary
from services.intake.doors.epcis.document import document_of
from services.intake.doors.epcis.jobs import Jobs, Worker
from services.intake.preflight import Watch
from services.intake.pressure import Pressure, Shares
from services.intake.sources import Register
from services.intake.turns import Turn
from shared.clock import machine_now
from shared.streams import EPCIS_WORKER
from shared.terms import Role
from tests import facts
from tests.epcis import ABSENT, CONTEXT, GRANT, Json, accepting, document, event
from tests.integration.intake import Intake, entries, grant, key_of, process, running

ROLES: tuple[Role, ...] = ("custodian", "laboratory", "operator")
FACTS = 2
"""Of one hand-over whose sender speaks for both parties."""


@pytest.fixture
async def intake(redis_url: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running(redis_url, tmp_path) as intake:
        sources(tmp_path)
        yield intake


def sources(folder: Path) -> Path:
    """A source for each of `ROLES`, all but the operator with a grant for EPCIS."""
    file = folder / "sources.toml"
    file.write_text(
        "".join(grant(role) + (GRANT.format(source=facts.SOURCES[role]) if role != "operator" else "") for role in ROLES)
    )
    return file


BEHAVIOUR = "GS1-Capture-Error-Behaviour"


def headers(role: Role = "custodian", media_type: str = "application/ld+json", behaviour: str = "rollback") -> dict[str, str]:
    return {"authorization": f"Bearer {key_of(role)}", "content-type": media_type, BEHAVIOUR: behaviour}


async def capture(intake: Intake, said: Json, behaviour: str = "rollback") -> Json:
    """Hand in a document and wait until its job has ended."""
    answer = await intake.client.post("/v1/epcis/capture", content=orjson.dumps(said), headers=headers(behaviour=behaviour))
    assert answer.status_code == 202, answer.text
    assert answer.json()["running"] is True
    return await ended(intake, answer.headers["location"])


async def ended(intake: Intake, location: str) -> Json:
    while True:
        answer = await intake.client.get(location, headers=headers())
        job: Json = answer.json()
        if not job["running"]:
            return job
        await asyncio.sleep(0.02)


def outcomes(job: Json) -> list[str]:
    return [each["outcome"] for each in job["events"]]


# ------------------------------------------------------------------------------------------------- a document
async def test_a_document_becomes_facts_with_a_receipt_each(intake: Intake, redis: Redis) -> None:
    job = await capture(intake, document(accepting("K55-01", eventID="urn:example:event:1"), accepting("K55-02")))
    assert (job["state"], job["success"], job["errors"]) == ("complete", True, [])
    assert outcomes(job) == ["captured", "captured"]
    first = job["events"][0]
    assert [each["id"] for each in first["facts"]] == ["urn:example:event:1#1", "urn:example:event:1#2"]
    kept = [orjson.loads(fields[b"event"]) for _, fields in entries(redis, "custody")]
    assert len(kept) == 2 * FACTS
    assert {each["receivedvia"] for each in kept} == {"epcis"}
    receipts = await intake.receipts(facts.SOURCES["custodian"], "urn:example:event:1#1")
    assert receipts.status_code == 200


async def test_the_same_document_again_repeats_nothing(intake: Intake, redis: Redis) -> None:
    said = document(accepting("K55-01"), accepting("K55-02", eventID="urn:example:event:2"))
    await capture(intake, said)
    job = await capture(intake, said)
    assert job["state"] == "complete"
    assert all(fact["duplicate"] for each in job["events"] for fact in each["facts"])
    assert len(entries(redis, "custody")) == 2 * FACTS


async def test_by_default_one_event_that_is_refused_keeps_all_others_out(intake: Intake, redis: Redis) -> None:
    job = await capture(intake, document(accepting("K55-01"), accepting("K55-02", rosette_condition=ABSENT)))
    assert (job["state"], job["success"]) == ("rolled_back", False)
    assert outcomes(job) == ["rolled_back", "refused"]
    assert job["errors"][0]["pointer"] == "/epcisBody/eventList/1/rosette:condition"
    assert entries(redis, "custody") == []


async def test_proceed_keeps_out_what_is_refused_alone(intake: Intake, redis: Redis) -> None:
    wrong = accepting("K55-02", eventTimeZoneOffset=ABSENT)
    job = await capture(intake, document(accepting("K55-01"), wrong, accepting("K55-03")), "proceed")
    assert (job["state"], job["success"]) == ("partial", False)
    assert outcomes(job) == ["captured", "refused", "captured"]
    assert job["errors"][0]["pointer"] == "/epcisBody/eventList/1/eventTimeZoneOffset"
    assert len(entries(redis, "custody")) == 2 * FACTS


async def test_an_id_that_says_something_else_already_is_found_before_anything_is_appended(
    intake: Intake, redis: Redis
) -> None:
    await capture(intake, document(accepting("K55-01", eventID="urn:example:event:1")))
    job = await capture(intake, document(accepting("K55-09"), accepting("K55-02", eventID="urn:example:event:1")))
    assert outcomes(job) == ["rolled_back", "refused"]
    assert job["errors"][0]["type"] == "urn:rosette:problem:identity-conflict"
    assert job["errors"][0]["pointer"] == "/epcisBody/eventList/1/eventID"
    assert len(entries(redis, "custody")) == FACTS


async def test_a_conflict_that_only_then_appears_ends_the_job_as_partial(
    redis_url: str, intake: Intake, tmp_path: Path
) -> None:
    [source, _] = Register(sources(tmp_path)).epcis()
    assert source.epcis is not None
    events = document_of(orjson.dumps(document(accepting("K55-01"), accepting("K55-02", eventID="urn:example:event:1"))))
    assert isinstance(events, list)
    client = AsyncRedis.from_url(redis_url)
    acceptor, watch = Acceptor(client), Watch(client, "checked")
    doing = Capture(source, source.epcis, "rollback", "2018-07-27T00:00:00Z")
    await watch.look()
    checked = await doing.rehearsed(judged_of(doing, events), client)
    assert isinstance(checked, list)
    await intake.submit(facts.released(id="urn:example:event:1#1"))
    done = await doing.appended(checked, acceptor, watch)
    await client.aclose()
    assert not isinstance(done, Waits)
    job = summary(done, "rollback")
    assert (job["state"], outcomes(dict(job))) == ("partial", ["captured", "refused"])
    assert len(job["events"][1]["facts"]) == 1


def judged_of(doing: Capture, events: Any) -> Any:
    return [judged(each, doing.source, doing.grant) for each in events]


async def test_valid_events_about_nothing_of_ours_make_no_fact_and_no_error(intake: Intake, redis: Redis) -> None:
    pallet = event(epcList=["urn:epc:id:sscc:4012345.0111111111"], bizStep="https://example.org/BizStep-wrapping")
    job = await capture(intake, document(pallet))
    assert (job["state"], job["success"]) == ("complete", True)
    [outcome] = job["events"]
    assert outcome["outcome"] == "not_applicable"
    assert outcome["reason"]
    assert [each["pointer"] for each in outcome["warnings"]] == ["/bizStep"]
    assert entries(redis, "custody") == []


async def test_a_dry_run_judges_all_and_writes_nothing(intake: Intake, redis: Redis) -> None:
    said = orjson.dumps(document(accepting("K55-01"), accepting("K55-02", rosette_seals=ABSENT)))
    answer = await intake.client.post("/v1/epcis/capture?dry_run=true", content=said, headers=headers())
    assert answer.status_code == 200, answer.text
    assert outcomes(answer.json()) == ["would_be_captured", "refused"]
    assert not [key for key in redis.scan_iter() if b":job:" in key or b":events" in key]


# ------------------------------------------------------------------------------------------------- one event
async def test_one_event_is_accepted_at_once_and_again_is_a_duplicate(intake: Intake, redis: Redis) -> None:
    said = orjson.dumps({"@context": CONTEXT, **accepting()})
    first = await intake.client.post("/v1/epcis/events", content=said, headers=headers())
    assert first.status_code == 201, first.text
    receipts = await intake.client.get(first.headers["location"], headers=headers())
    assert receipts.status_code == 200
    again = await intake.client.post("/v1/epcis/events", content=said, headers=headers())
    assert all(each["duplicate"] for each in again.json()["facts"])
    assert len(entries(redis, "custody")) == FACTS


async def test_an_error_declaration_is_not_taken_for_a_repeat(intake: Intake, redis: Redis) -> None:
    said = accepting(eventID="urn:example:event:1")
    declared = said | {"errorDeclaration": {"declarationTime": "2018-07-28T00:00:00Z", "reason": "did_not_occur"}}
    job = await capture(intake, document(said, declared, declared))
    assert job["state"] == "complete"
    kept = [orjson.loads(fields[b"event"])["type"] for _, fields in entries(redis, "custody")]
    assert kept.count("org.rosette.custody.record.corrected.v1") == FACTS


async def test_one_event_without_a_context_or_with_a_wrong_date_is_refused(intake: Intake) -> None:
    for said, pointer in (
        (accepting(), "/@context"),
        ({"@context": CONTEXT, **accepting(eventTime="2018-07-32T05:55:00Z")}, "/eventTime"),
    ):
        answer = await intake.client.post("/v1/epcis/events", content=orjson.dumps(said), headers=headers())
        assert (answer.status_code, answer.json()["pointer"]) == (422, pointer)


# ------------------------------------------------------------------------------------------------- at the door
async def test_the_door_says_what_it_is(intake: Intake) -> None:
    answer = await intake.client.options("/v1/epcis/capture")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "POST, OPTIONS"
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    assert answer.headers["gs1-capture-error-behaviour"] == "rollback, proceed"


async def test_a_job_of_another_source_answers_as_one_that_there_is_not(intake: Intake) -> None:
    said = orjson.dumps(document(accepting()))
    location = (await intake.client.post("/v1/epcis/capture", content=said, headers=headers())).headers["location"]
    others = await intake.client.get(location, headers=headers("laboratory"))
    unknown = await intake.client.get("/v1/epcis/capture/0000", headers=headers("laboratory"))
    assert (others.status_code, others.content) == (unknown.status_code, unknown.content)
    assert others.status_code == 404


@pytest.mark.parametrize(
    ("role", "media_type", "behaviour", "body", "status"),
    [
        ("operator", "application/json", "rollback", b"{}", 403),
        ("custodian", "application/xml", "rollback", b"<x/>", 415),
        ("custodian", "application/json", "rollback", b"{", 400),
        ("custodian", "application/json", "rollback", b"[]", 422),
        ("custodian", "application/json", "maybe", b"{}", 400),
        ("custodian", "application/json", "rollback", b'{"type": 1, "type": 2}', 400),
    ],
)
async def test_what_is_no_document_is_refused_at_once(
    intake: Intake, role: Role, media_type: str, behaviour: str, body: bytes, status: int
) -> None:
    given = headers(role, media_type, behaviour)
    answer = await intake.client.post("/v1/epcis/capture", content=body, headers=given)
    assert answer.status_code == status, answer.text


async def test_what_the_page_sends_is_captured_by_the_grant_that_the_page_shows(intake: Intake, tmp_path: Path) -> None:
    page = (CHECKOUT / "docs/epcis.md").read_text()
    [table] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    [said] = re.findall(r"-d '(.*?)'\n```", page, re.DOTALL)
    (tmp_path / "sources.toml").write_text(grant("custodian") + table)
    job = await capture(intake, orjson.loads(said))
    assert outcomes(job) == ["captured"]


# ------------------------------------------------------------------------------------------------- back-pressure
async def test_documents_that_wait_are_done_as_fast_as_their_source_may_send_and_not_while_there_is_no_room(
    redis_url: str, redis: Redis, tmp_path: Path
) -> None:
    register = Register(sources(tmp_path))
    source, _ = register.epcis()
    client = AsyncRedis.from_url(redis_url)
    acceptor, watch, jobs = Acceptor(client), Watch(client, "checked"), Jobs(client, 0)
    await watch.look()
    seconds = 0.0
    pressure = Pressure(client, Shares(rate_s=1), lag_limit=1000, now=lambda: seconds)
    worker = Worker(register, jobs, acceptor, watch, pressure, machine_now, Turn(client, EPCIS_WORKER))
    for n in range(3):
        said = document(*(accepting(f"K55-{n}{m}", eventID=f"urn:example:event:{n}-{m}") for m in range(6)))
        await jobs.open(source, orjson.dumps(said), "rollback", "2018-07-28T00:00:00Z")

    def facts_made() -> int:
        return len(entries(redis, "custody")) // FACTS

    pressure.full = True
    assert (await worker.round(), facts_made()) == (0, 0)
    pressure.full = False
    assert (await worker.round(), facts_made()) == (1, 6), "a full bucket holds four"
    assert (await worker.round(), facts_made()) == (0, 6), "two too many are owed"
    seconds = 2.5
    assert (await worker.round(), facts_made()) == (1, 12)
    assert await worker.round() == 0
    seconds = 10.0
    assert (await worker.round(), facts_made()) == (1, 18)
    assert await worker.round() == 0
    await client.aclose()


async def test_a_source_without_documents_is_none_of_those_that_share(redis_url: str, tmp_path: Path) -> None:
    client = AsyncRedis.from_url(redis_url)
    pressure = Pressure(client, Shares(rate_s=1), lag_limit=1000)
    watch, turn = Watch(client, "checked"), Turn(client, EPCIS_WORKER)
    worker = Worker(Register(sources(tmp_path)), Jobs(client, 0), Acceptor(client), watch, pressure, machine_now, turn)
    assert await worker.round() == 0
    assert pressure.shares.buckets == {}
    await client.aclose()


# ------------------------------------------------------------------------------------------------- crashes
@pytest.mark.parametrize("point", ["epcis.promised", "epcis.appended"])
def test_a_job_survives_a_crash_and_each_fact_stands_once(redis_url: str, redis: Redis, tmp_path: Path, point: str) -> None:
    """More facts than one call appends, so that the crash is between two calls."""
    hit = tmp_path / "hit"
    said = document(*(accepting(f"K55-{n:02}", eventID=f"urn:example:event:{n}") for n in range(55)))
    with process(redis_url, tmp_path, ROSETTE_FAILPOINT=f"{point}@{hit}") as (intake, url):
        sources(tmp_path)
        try:
            httpx2.post(f"{url}/v1/epcis/capture", content=orjson.dumps(said), headers=headers())
        except httpx2.TransportError:
            assert point == "epcis.promised"
        intake.wait(timeout=20)
    assert hit.exists()
    before = len(entries(redis, "custody"))
    with process(redis_url, tmp_path):
        sources(tmp_path)
        ends = time.monotonic() + 20
        while redis.llen("{epcis}:pending:custodian") and time.monotonic() < ends:
            time.sleep(0.05)
    kept = [orjson.loads(fields[b"event"])["id"] for _, fields in entries(redis, "custody")]
    assert before < len(kept)
    assert sorted(kept) == sorted(f"urn:example:event:{n}#{half}" for n in range(55) for half in (1, 2))
    [key] = [key for key in redis.scan_iter() if b":job:" in key]
    assert orjson.loads(redis.hget(key, "outcome") or b"{}")["state"] == "complete"
