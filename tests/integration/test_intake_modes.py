"""Binary mode and dry runs through the door itself: what is accepted, and that a rehearsal leaves no trace."""

import orjson
import pytest
from cloudevents.core.bindings import http as sdk
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from redis import Redis

from services.intake.doors.requests import BATCH
from shared.streams import EPCIS_WORKER, INBOX_READER, events_key
from shared.terms import STREAMS
from tests import facts
from tests.integration.following import until
from tests.integration.intake import Intake, entries, key_of


# ------------------------------------------------------------------------------------------------- binary mode
async def test_what_the_official_sdk_sends_in_binary_mode_is_a_duplicate_in_structured_mode(
    intake: Intake, redis: Redis
) -> None:
    statement = facts.released(id="E-1") | {"subject": "boxes of Osan, 오산", "traceparent": "00-1-2-03"}
    said = {name: value for name, value in statement.items() if name not in ("data", "time")}
    event = CloudEvent(said | {"time": facts.event(statement).occurred_at}, statement["data"])
    message = sdk.to_binary(event, JSONFormat())
    answer = await intake.client.post(
        "/v1/events", content=message.body, headers=message.headers | {"authorization": f"Bearer {key_of('custodian')}"}
    )
    assert answer.status_code == 202, answer.text
    again = await intake.submit(statement)
    assert again.json() == answer.json() | {"duplicate": True}
    [(_, fields)] = entries(redis, "custody")
    assert orjson.loads(fields[b"event"])["traceparent"] == "00-1-2-03"


# ------------------------------------------------------------------------------------------------- dry runs
async def test_a_dry_run_judges_all_and_writes_nothing(intake: Intake, redis: Redis) -> None:
    await intake.submit(facts.released(id="E-1"))

    async def all_turns_taken() -> bool:
        return redis.exists(INBOX_READER, EPCIS_WORKER) == 2

    await until(all_turns_taken)  # what intake writes by itself as it starts stands there before
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    batch = [
        facts.released(id="E-1"),
        facts.released(id="E-1", place="Wonsan"),
        facts.released(id="E-2"),
        facts.released(id="E-2"),
        facts.released(id="E-2", place="Wonsan"),
        facts.released(id="E-3", condition="unheard of"),
        facts.released(id="E-4", source="urn:example:elsewhere"),
    ]
    answer = await intake.post(orjson.dumps(batch), BATCH, query="?dry_run=true")
    items = answer.json()
    assert [item["status"] for item in items] == [200, 409, 200, 200, 409, 422, 403]
    assert [items[n]["rehearsal"]["duplicate"] for n in (0, 2, 3)] == [True, False, True]
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


async def test_a_dry_run_says_the_digest_that_the_receipt_will_have(intake: Intake) -> None:
    statement = facts.released(id="E-1")
    rehearsed = await intake.submit(statement, query="?dry_run=1")
    accepted = await intake.submit(statement)
    assert (rehearsed.status_code, rehearsed.json()["dry_run"]) == (200, True)
    assert rehearsed.json()["digest"] == accepted.json()["digest"]
    assert (await intake.submit(facts.released(id="E-1", place="Wonsan"), query="?dry_run=1")).status_code == 409


async def test_a_dry_run_that_is_neither_true_nor_false_is_refused(intake: Intake) -> None:
    answer = await intake.submit(facts.released(id="E-1"), query="?dry_run=perhaps")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:rosette:problem:parameter")
    assert answer.json()["detail"].startswith("dry_run: ")


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/v1/events", "there is dry_run"),
        ("/v1/imports", "there is mapping and dry_run"),
        ("/v1/epcis/capture", "there is dry_run"),
        ("/v1/epcis/events", "there are none"),
    ],
)
@pytest.mark.parametrize("query", ["dryrun=true", "dryrun=secret&dry_run=false", "dryrun"])
async def test_a_misspelt_parameter_is_refused_by_its_name_and_nothing_is_written(
    intake: Intake, redis: Redis, path: str, known: str, query: str
) -> None:
    headers = {"authorization": f"Bearer {key_of('custodian')}", "content-type": "application/cloudevents+json"}
    answer = await intake.client.post(f"{path}?{query}", json=facts.released(id="E-1"), headers=headers)
    said = answer.json()
    assert (answer.status_code, said["type"]) == (400, "urn:rosette:problem:parameter")
    assert said["detail"] == f"dryrun: not a parameter here; {known}"
    assert "secret" not in answer.text
    assert not any(redis.xlen(events_key(stream)) for stream in STREAMS)
