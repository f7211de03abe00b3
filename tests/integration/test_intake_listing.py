"""All receipts of a source in order: nothing left out and nothing twice, whatever is accepted while somebody reads."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from redis import Redis

from services.intake.accept import call_of
from services.intake.admit import Admitted, Submission, admit
from services.intake.grants import Source
from services.intake.listing import PAGE
from shared.events import BY_WIRE_NAME
from shared.streams import filed_key, quarantined_key, receipt_field, receipts_key, seq_key
from shared.terms import ROLES
from tests import facts
from tests.integration.intake import Intake, key_of

UNC = facts.SOURCES["custodian"]
OF_BEFORE = Path(__file__).parent / "accept_v1.lua"
"""The library of the release before, which an intake that is not yet replaced still calls."""


async def page(intake: Intake, after: str = "", source: str = UNC, role: Any = "custodian") -> dict[str, Any]:
    answer = await intake.client.get(
        "/v1/receipts", params={"source": source, "after": after}, headers={"authorization": f"Bearer {key_of(role)}"}
    )
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def say(intake: Intake, *ids: str) -> None:
    items = await intake.batch([facts.released(id=id, transfer=f"T-{id}") for id in ids])
    assert [item["status"] for item in items] == [202] * len(ids)


def ids_of(document: dict[str, Any]) -> list[str]:
    return [receipt["id"] for receipt in document["receipts"]]


async def test_pages_hold_every_receipt_once_and_in_order_and_go_on_with_what_came_since(intake: Intake) -> None:
    ids = [f"E-{n}" for n in range(PAGE + 5)]
    await say(intake, *ids)
    first = await page(intake)
    assert (ids_of(first), first["more"]) == (ids[:PAGE], True)
    second = await page(intake, first["next"])
    assert (ids_of(second), second["more"]) == (ids[PAGE:], False)
    assert ids_of(await page(intake, second["next"])) == []
    await say(intake, "E-later", "E-0")
    assert ids_of(await page(intake, second["next"])) == ["E-later"]


async def test_a_page_says_what_became_of_each(intake: Intake, redis: Redis) -> None:
    await say(intake, "E-1", "E-2", "E-3")
    epoch = (await page(intake))["receipts"][0]["epoch"]
    redis.hset(quarantined_key("custody"), f"{epoch} 2", "identity_conflict")
    redis.hset(filed_key("custody"), mapping={"epoch": epoch, "through": 2})
    receipts = (await page(intake))["receipts"]
    assert [(each["state"], each.get("reason")) for each in receipts] == [
        ("filed", None),
        ("quarantined", "identity_conflict"),
        ("accepted", None),
    ]


async def test_what_another_credential_submitted_is_not_in_it(intake: Intake) -> None:
    file = intake.sources
    file.write_text(file.read_text().replace('uris = ["urn:example:operators"]', f'uris = ["{UNC}"]'))
    await say(intake, "E-1")
    assert ids_of(await page(intake, role="operator")) == []


async def test_a_new_epoch_goes_on_behind_the_old_one(intake: Intake, redis: Redis) -> None:
    await say(intake, "E-1", "E-2")
    before = await page(intake)
    redis.delete(seq_key("custody"))
    redis.hdel(receipts_key("custody", UNC, "E-1"), receipt_field(UNC, "E-1"))
    await say(intake, "E-3", "E-1")
    assert ids_of(await page(intake, before["next"])) == ["E-3", "E-1"]
    assert ids_of(await page(intake)) == ["E-2", "E-3", "E-1"]


async def test_the_library_of_the_release_before_is_called_beside_this_one_and_shares_its_numbers_and_places(
    intake: Intake, redis: Redis
) -> None:
    redis.function_load(OF_BEFORE.read_text())
    source = Source("custodian", (UNC,), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({"*"}))
    for n in (1, 2):
        await say(intake, f"E-new-{n}")
        said = facts.released(id=f"E-old-{n}", transfer=f"T-old-{n}")
        admitted = admit(Submission(said, "http", facts.RECORDED), source)
        assert isinstance(admitted, Admitted)
        fcall, _, *call = call_of("custody", "custodian", [admitted])
        redis.execute_command(fcall, "accept_v1", *call)  # type: ignore[no-untyped-call]
    found = await page(intake)
    assert ids_of(found) == ["E-new-1", "E-old-1", "E-new-2", "E-old-2"]
    assert [receipt["seq"] for receipt in found["receipts"]] == [1, 2, 3, 4]
    assert not (await page(intake, found["next"]))["receipts"]


@pytest.mark.parametrize(
    "query",
    [
        "?after=",
        "?source=urn:x&after=custody:1",
        "?source=urn:x&after=custody:1,custody:2,family:3",
        "?source=urn:x&id=E&after=",
    ],
)
async def test_a_listing_that_is_asked_for_wrongly_is_a_problem(intake: Intake, query: str) -> None:
    answer = await intake.client.get(f"/v1/receipts{query}", headers={"authorization": f"Bearer {key_of('custodian')}"})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:rosette:problem:parameter")


async def test_a_listing_is_for_who_may_speak_as_the_source_and_has_the_shape_of_openapi(intake: Intake) -> None:
    headers = {"authorization": f"Bearer {key_of('liaison')}"}
    assert (await intake.client.get("/v1/receipts", params={"source": UNC, "after": ""}, headers=headers)).status_code == 403
    await say(intake, "E-1")
    described = (await intake.client.get("/v1/openapi.json")).json()
    jsonschema.validate(await page(intake), {"$ref": "#/components/schemas/Page", "components": described["components"]})
