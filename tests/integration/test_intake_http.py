"""The HTTP door on a real server: what is accepted stands in its stream, once, and its receipt says what became of it."""

import asyncio
from collections import Counter

import jsonschema
import orjson
import pytest
from redis import Redis

from services.intake.doors.requests import STRUCTURED
from shared import wire
from shared.streams import events_key, filed_key, index_key, quarantined_key
from tests import facts
from tests.integration.intake import Intake, entries, key_of

CUSTODY = events_key("custody")


def seqs(redis: Redis) -> list[int]:
    return [int(fields[b"seq"]) for _, fields in entries(redis, "custody")]


# ------------------------------------------------------------------------------------------------- accepted
async def test_an_accepted_event_stands_in_its_stream_as_the_tracker_reads_it(intake: Intake, redis: Redis) -> None:
    answer = await intake.submit(facts.released(id="E-1"))
    assert answer.status_code == 202
    [(entry, fields)] = entries(redis, "custody")
    decoded = wire.decode("custody", fields)
    assert isinstance(decoded, wire.Decoded)
    receipt = answer.json()
    assert receipt["entry"] == entry.decode()
    assert (receipt["epoch"], receipt["seq"]) == (decoded.position.epoch, 1)
    assert receipt["digest"] == decoded.event.digest
    assert not receipt["duplicate"]
    assert decoded.event.submitter == "custodian"
    assert orjson.loads(decoded.body)["submitterrole"] == "custodian"


@pytest.mark.parametrize("wire_name", facts.EVERY)
async def test_every_type_of_the_catalogue_is_accepted_on_its_stream(intake: Intake, redis: Redis, wire_name: str) -> None:
    statement = facts.EVERY[wire_name]()
    answer = await intake.submit(statement)
    assert answer.status_code == 202, answer.text
    [(_, fields)] = entries(redis, answer.json()["stream"])
    assert isinstance(wire.decode(answer.json()["stream"], fields), wire.Decoded)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 401),
        ("POST", {"authorization": ""}, 401),
        ("POST", {"authorization": "Bearer"}, 401),
        ("POST", {"authorization": f"Basic {key_of('custodian')}"}, 401),
        ("POST", {"authorization": f"bearer {key_of('custodian')}"}, 202),
        ("POST", {"authorization": f"Bearer {key_of('custodian')}", "content-type": "text/plain"}, 415),
        ("GET", {"authorization": f"Bearer {key_of('custodian')}"}, 405),
    ],
)
async def test_a_request_without_a_query_is_answered_as_one_with_a_query(
    intake: Intake, method: str, headers: dict[str, str], status: int
) -> None:
    body, sent = orjson.dumps(facts.released(id="E-1")), {"content-type": STRUCTURED} | headers
    await intake.submit(facts.released(id="E-1"))
    straight, described = [
        await intake.client.request(method, f"/v1/events{query}", content=body, headers=sent)
        for query in ("", "?dry_run=false")
    ]
    assert straight.status_code == described.status_code == status
    assert (straight.content, straight.headers) == (described.content, described.headers)


async def test_the_same_statement_again_gets_the_receipt_it_got_first(intake: Intake, redis: Redis) -> None:
    first = (await intake.submit(facts.released(id="E-1"))).json()
    again = await intake.submit(facts.released(id="E-1", at="2018-07-26T20:55:00Z") | {"traceparent": "00-1-2-03"})
    assert again.status_code == 202
    assert again.json() == first | {"duplicate": True}
    assert redis.xlen(CUSTODY) == 1


async def test_the_same_id_with_another_body_is_a_conflict(intake: Intake, redis: Redis) -> None:
    await intake.submit(facts.released(id="E-1"))
    answer = await intake.submit(facts.released(id="E-1", place="Wonsan"))
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:rosette:problem:identity-conflict"
    assert (answer.json()["pointer"], answer.json()["then"]) == ("/id", "never_resend")
    assert redis.xlen(CUSTODY) == 1


async def test_a_batch_answers_for_each_event_and_numbers_what_it_accepts_without_a_gap(intake: Intake, redis: Redis) -> None:
    items = await intake.batch(
        [
            facts.released(id="E-1"),
            facts.released(id="E-2", condition="unheard of"),
            facts.released(id="E-1"),
            facts.released(id="E-1", place="Wonsan"),
            facts.accepted(id="E-3"),
            "no event",
        ]
    )
    assert [item["status"] for item in items] == [202, 422, 202, 409, 202, 400]
    assert items[2]["receipt"] == items[0]["receipt"] | {"duplicate": True}
    assert seqs(redis) == [1, 2]


async def test_a_batch_may_hold_events_of_several_streams(intake: Intake, redis: Redis) -> None:
    file = intake.sources
    file.write_text(file.read_text().replace('roles = ["operator"]', 'roles = ["operator", "custodian", "laboratory"]'))
    source = facts.SOURCES["operator"]
    statements = [facts.released(source=source), facts.reviewed(source=source), facts.accepted(source=source)]
    items = await intake.batch(statements, role="operator")
    assert [item["receipt"]["stream"] for item in items] == ["custody", "identification", "custody"]
    assert [item["receipt"]["seq"] for item in items] == [1, 1, 2]


async def test_an_empty_batch_is_answered_by_an_empty_list(intake: Intake) -> None:
    assert await intake.batch([]) == []


async def test_many_clients_that_send_the_same_ids_make_each_a_fact_once(intake: Intake, redis: Redis) -> None:
    statements = [facts.released(id=f"E-{n}", transfer=f"T-{n}") for n in range(50)]
    answers = await asyncio.gather(*(intake.batch(statements) for _ in range(16)))
    fresh = Counter(item["receipt"]["id"] for items in answers for item in items if not item["receipt"]["duplicate"])
    assert fresh == {f"E-{n}": 1 for n in range(50)}
    assert seqs(redis) == list(range(1, 51))
    assert len({orjson.dumps([item["receipt"]["entry"] for item in items]) for items in answers}) == 1


async def test_the_index_lists_a_sources_events_in_the_order_of_acceptance(intake: Intake, redis: Redis) -> None:
    await intake.batch([facts.released(id=f"E-{n}", transfer=f"T-{n}") for n in (3, 1, 2)])
    source = facts.SOURCES["custodian"]
    found = redis.zrange(index_key("custody", "custodian"), 0, -1)
    assert found == [f"{source} E-{n}".encode() for n in (3, 1, 2)]


# ------------------------------------------------------------------------------------------------- receipts
async def test_a_receipt_says_what_became_of_the_event(intake: Intake, redis: Redis) -> None:
    receipts = [(await intake.submit(facts.released(id=f"E-{n}", transfer=f"T-{n}"))).json() for n in (1, 2, 3)]
    epoch = receipts[0]["epoch"]
    redis.hset(quarantined_key("custody"), f"{epoch} 2", "identity_conflict")
    redis.hset(filed_key("custody"), mapping={"epoch": epoch, "through": 2})
    states = []
    for n in (1, 2, 3):
        answer = await intake.receipts(facts.SOURCES["custodian"], f"E-{n}")
        [receipt] = answer.json()["receipts"]
        states.append((receipt["seq"], receipt["state"], receipt.get("reason")))
    assert states == [(1, "filed", None), (2, "quarantined", "identity_conflict"), (3, "accepted", None)]


async def test_a_watermark_of_another_epoch_says_nothing_about_a_receipt(intake: Intake, redis: Redis) -> None:
    await intake.submit(facts.released(id="E-1"))
    redis.hset(filed_key("custody"), mapping={"epoch": facts.EPOCH, "through": 99})
    answer = await intake.receipts(facts.SOURCES["custodian"], "E-1")
    assert answer.json()["receipts"][0]["state"] == "accepted"


async def test_receipts_are_shown_to_holders_of_the_source_alone(intake: Intake) -> None:
    await intake.submit(facts.released(id="E-1"))
    source = facts.SOURCES["custodian"]
    assert (await intake.receipts(source, "E-1", role="liaison")).status_code == 403
    assert (await intake.receipts(source, "E-2")).json()["type"] == "urn:rosette:problem:no-receipt"
    assert (await intake.receipts(source, "E 2")).json()["type"] == "urn:rosette:problem:parameter"


# ------------------------------------------------------------------------------------------------- documents
async def test_answers_have_the_shapes_that_openapi_promises(intake: Intake) -> None:
    described = (await intake.client.get("/v1/openapi.json")).json()
    components = described["components"]

    def holds(name: str, document: object) -> None:
        jsonschema.validate(document, {"$ref": f"#/components/schemas/{name}", "components": components})

    answer = await intake.submit(facts.released(id="E-1"))
    holds("Receipt", answer.json())
    holds("Problem", (await intake.submit(facts.released(id="E-1", place="Wonsan"))).json())
    holds("Problem", (await intake.submit(facts.released(condition="unheard of"))).json())
    for item in await intake.batch([facts.released(id="E-1"), facts.released(role="liaison")]):
        holds("Item", item)
    holds("Receipts", (await intake.receipts(facts.SOURCES["custodian"], "E-1")).json())


async def test_what_the_framework_refuses_is_a_problem_document_too(intake: Intake) -> None:
    for method, path, kind in (("GET", "/v1/events", "method"), ("GET", "/nowhere", "not-found")):
        answer = await intake.client.request(method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == f"urn:rosette:problem:{kind}"
