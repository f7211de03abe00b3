"""Bad input: each kind is a problem with a type that never changes and a pointer, and nothing of it is in a stream."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from services.intake.doors.requests import BATCH, LARGEST_BODY_BYTES, MOST_EVENTS, STRUCTURED
from shared.events.custody import CustodyRecordCorrected
from shared.streams import events_key
from shared.terms import STREAMS
from tests import facts
from tests.integration.intake import Intake, running


@pytest.fixture
async def intake(redis_url: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running(redis_url, tmp_path) as intake:
        file = intake.sources
        narrow = file.read_text().replace('types = ["*"]\nparties = ["*"]', 'types = ["custody.*"]\nparties = ["unc"]', 1)
        file.write_text(narrow)
        yield intake


@dataclass(frozen=True)
class Bad:
    """What is sent, and the problem that answers it."""

    body: bytes
    status: int
    type: str
    pointer: str = ""
    rule: str | None = None


def text(**given: Any) -> bytes:
    return orjson.dumps(facts.released(**given))


def swapped(old: str, new: str) -> bytes:
    """A valid event, with a piece of its JSON text exchanged."""
    whole = text(id="E-1").decode()
    assert old in whole
    return whole.replace(old, new).encode()


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return value


def across_streams() -> dict[str, Any]:
    return facts.said(
        CustodyRecordCorrected,
        "custodian",
        {
            "corrects": {"source": facts.SOURCES["custodian"], "id": "E-0", "type": facts.pnok()["type"]},
            "reason": "did_not_occur",
        },
        {},
    )


def of_another_role() -> dict[str, Any]:
    resolved = facts.discrepancy_resolved("case:K55-01/count/T-1", source=facts.SOURCES["custodian"])
    return facts.corrected(resolved, role="custodian")


def of_another_source() -> dict[str, Any]:
    return facts.corrected(facts.released(source="urn:example:elsewhere"), source=facts.SOURCES["custodian"])


def in_anothers_name() -> dict[str, Any]:
    return facts.corrected(facts.released(), facts.released(released_by="kpa"))


LARGE = "x" * 65_000
BAD: dict[str, Bad] = {
    # ---- as text
    "not UTF-8": Bad(b'{"id": "\xff"}', 400, "not-utf-8"),
    "malformed JSON": Bad(b'{"id": "E-1",}', 400, "not-json"),
    "nothing at all": Bad(b"", 400, "not-json"),
    "two values": Bad(b"{} {}", 400, "not-json"),
    "not an object": Bad(b'"event"', 400, "batch"),
    "a batch in structured mode": Bad(b"[]", 400, "batch"),
    "a member twice": Bad(swapped('"id":"E-1"', '"id":"E-0","id":"E-1"'), 400, "duplicate-key", "/id"),
    "a member twice, deep": Bad(swapped('"ref":"desk-1"', '"ref":"a","ref":"b"'), 400, "duplicate-key", "/data/actor/ref"),
    "NaN": Bad(swapped('"seals":[]', '"seals":NaN'), 400, "number", "/data/seals"),
    "infinity": Bad(swapped('"seals":[]', '"seals":[-Infinity]'), 400, "number", "/data/seals/0"),
    "a fraction": Bad(swapped('"seals":[]', '"seals":1.0'), 400, "number", "/data/seals"),
    "an integer too large for a digest": Bad(swapped('"seals":[]', '"seals":9007199254740992'), 400, "number", "/data/seals"),
    "an endless integer": Bad(swapped('"seals":[]', f'"seals":{"9" * 5000}'), 400, "number", "/data/seals"),
    "an endless integer beside an escape": Bad(
        swapped('"seals":[]', f'"seals":["\\u00e9",-{"9" * 5000}]'), 400, "number", "/data/seals/1"
    ),
    "U+0000": Bad(swapped("Osan Air Base", "Osan\\u0000"), 400, "character", "/data/place"),
    "U+0000 in a name": Bad(swapped('"place"', '"pl\\u0000ce"'), 400, "character", "/data/pl\0ce"),
    "a raw control character": Bad(swapped("Osan Air Base", "Osan\0"), 400, "not-json"),
    "a lone surrogate": Bad(swapped("Osan Air Base", "Osan \\uD83D"), 400, "character", "/data/place"),
    "41 levels": Bad(text(seals=nested(39)), 400, "too-deep", "/data/seals" + "/0" * 38),
    "a hundred thousand levels": Bad(b"[" * 100_000, 400, "too-deep"),
    # ---- as an event
    "over 64 KiB": Bad(text(purpose=LARGE + "x" * 1000), 413, "event-too-large"),
    "an unknown type": Bad(swapped("custody.released.v1", "custody.lost.v1"), 422, "unknown-type", "/type"),
    "an unknown field": Bad(text(colour="grey"), 422, "invalid-event", "/data/colour"),
    "a missing field": Bad(text(condition=facts.ABSENT), 422, "invalid-event", "/data/condition"),
    "a naive time": Bad(text(at="2018-07-27T05:55:00"), 422, "invalid-event", "/time"),
    "a day that is none": Bad(text(at="2018-02-30T05:55:00Z"), 422, "invalid-event", "/time"),
    "the first instant of all, in the far east": Bad(text(at="0001-01-01T00:00:00+14:00"), 422, "invalid-event", "/time"),
    "the last instant of all, in the far west": Bad(text(at="9999-12-31T23:59:59-14:00"), 422, "invalid-event", "/time"),
    "an assignment in no year of ours": Bad(
        orjson.dumps(facts.liaison(**{"from": "9999-12-31T23:59:59-14:00"})), 422, "invalid-event", "/data/from"
    ),
    "a name for a reference": Bad(text(transfer="Jane Roe"), 422, "invalid-event", "/data/transfer"),
    "another specversion": Bad(swapped('"specversion":"1.0"', '"specversion":"0.3"'), 422, "invalid-event", "/specversion"),
    "an id with a space": Bad(text(id="E 1"), 422, "invalid-event", "/id"),
    "releaser is acceptor": Bad(text(released_to="unc"), 422, "invalid-event", "/data/released_to"),
    **{
        f"{name}, which only intake writes": Bad(
            orjson.dumps(facts.released() | {name: "x"}), 422, "reserved-attribute", f"/{name}"
        )
        for name in ("recordedtime", "receivedvia", "submitter", "submitterrole")
    },
    "a hold with the name of one that a rescission places": Bad(
        orjson.dumps(facts.hold_placed("rescinded:D-1")), 422, "invalid-event", "/data/hold"
    ),
    "a hold with the name of one that a correction places": Bad(
        orjson.dumps(facts.hold_placed("removed:D-1")), 422, "invalid-event", "/data/hold"
    ),
    # ---- outside the grant
    "another source": Bad(text(source="urn:example:uncle"), 403, "not-granted", "/source", "source"),
    "another role": Bad(
        text(role="laboratory", source=facts.SOURCES["custodian"]), 403, "not-granted", "/data/actor/role", "role"
    ),
    "a role that may not say this": Bad(
        orjson.dumps(facts.pnok(role="custodian")), 403, "not-granted", "/data/actor/role", "role_of_type"
    ),
    "another type": Bad(orjson.dumps(facts.sealed()), 403, "not-granted", "/type", "type"),
    "in another party's name": Bad(text(released_by="kpa"), 403, "not-granted", "/data/released_by", "party"),
    "a hold in another authority's name": Bad(
        orjson.dumps(facts.hold_placed()),
        403,
        "not-granted",
        "/data/authority",
        "party",
    ),
    "a lift in another authority's name": Bad(
        orjson.dumps(facts.hold_lifted()), 403, "not-granted", "/data/authority", "party"
    ),
    # ---- corrections
    "a correction across streams": Bad(orjson.dumps(across_streams()), 422, "correction", "/data/corrects/type"),
    "a correction of a type whose role it lacks": Bad(
        orjson.dumps(of_another_role()), 403, "not-granted", "/data/actor/role", "role"
    ),
    "a correction of another's source": Bad(
        orjson.dumps(of_another_source()), 403, "not-granted", "/data/corrects/source", "may_correct"
    ),
    "a correction in another's name": Bad(
        orjson.dumps(in_anothers_name()), 403, "not-granted", "/data/replacement/data/released_by", "party"
    ),
    "a correction that does not fit its type": Bad(
        orjson.dumps(facts.corrected(facts.released(), facts.released(condition="unheard of"))),
        422,
        "invalid-event",
        "/data/replacement/data/condition",
    ),
}


@pytest.fixture
def nothing_in_a_stream(redis: Redis) -> Iterator[None]:
    yield
    assert [redis.xlen(events_key(stream)) for stream in STREAMS] == [0, 0, 0]


@pytest.mark.usefixtures("nothing_in_a_stream")
@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_a_problem_and_leaves_no_trace(intake: Intake, name: str) -> None:
    bad = BAD[name]
    answer = await intake.post(bad.body)
    said = answer.json()
    assert (answer.status_code, said["type"], said["pointer"], said.get("rule")) == (
        bad.status,
        f"urn:rosette:problem:{bad.type}",
        bad.pointer,
        bad.rule,
    )
    assert said["status"] == bad.status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name", [name for name, bad in BAD.items() if bad.body[:1] == b"{" and bad.type not in ("not-json", "not-utf-8")]
)
async def test_one_bad_event_of_a_batch_costs_the_others_nothing(intake: Intake, redis: Redis, name: str) -> None:
    bad = BAD[name]
    good = text(id="E-good", transfer="T-good")
    answer = await intake.post(b"[" + good + b"," + bad.body + b"]", BATCH)
    first, second = answer.json()
    assert first["status"] == 202
    assert (second["status"], second["problem"]["pointer"]) == (bad.status, bad.pointer)
    assert redis.xlen(events_key("custody")) == 1


@pytest.mark.usefixtures("nothing_in_a_stream")
async def test_a_problem_never_repeats_what_was_said(intake: Intake) -> None:
    secret = "Zx81-must-not-come-back"
    for given in ({"transfer": f"{secret} !"}, {"condition": secret}, {"released_by": secret}, {"at": secret}):
        answer = await intake.submit(facts.released(**given))
        assert answer.status_code in (403, 422)
        assert secret not in answer.text


# ------------------------------------------------------------------------------------------------- as a request
async def a_body_over_8_mib(intake: Intake) -> Any:
    return await intake.post(b" " * (LARGEST_BODY_BYTES + 1))


async def an_endless_body(intake: Intake) -> Any:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" " * 1024 * 1024
        pytest.fail("all of a body far over the limit was read")

    return await intake.post(endless())


async def too_many_events(intake: Intake) -> Any:
    return await intake.post(b"[" + b",".join([b"{}"] * (MOST_EVENTS + 1)) + b"]", BATCH)


async def a_wrong_key(intake: Intake) -> Any:
    return await intake.post(text(), authorization="Bearer wrong")


async def no_key(intake: Intake) -> Any:
    return await intake.post(text(), authorization="")


async def compressed(intake: Intake) -> Any:
    return await intake.post(text(), content_encoding="gzip")


async def plain_json(intake: Intake) -> Any:
    return await intake.post(text(), "application/json")


async def another_charset(intake: Intake) -> Any:
    return await intake.post(text(), f"{STRUCTURED}; charset=utf-16")


async def an_object_for_a_batch(intake: Intake) -> Any:
    return await intake.post(text(), BATCH)


@pytest.mark.usefixtures("nothing_in_a_stream")
@pytest.mark.parametrize(
    ("send", "status", "kind"),
    [
        (a_body_over_8_mib, 413, "body-too-large"),
        (an_endless_body, 413, "body-too-large"),
        (too_many_events, 413, "too-many-events"),
        (a_wrong_key, 401, "unauthenticated"),
        (no_key, 401, "unauthenticated"),
        (compressed, 415, "encoding"),
        (plain_json, 415, "media-type"),
        (another_charset, 415, "media-type"),
        (an_object_for_a_batch, 400, "batch"),
    ],
)
async def test_a_bad_request_is_a_problem_and_leaves_no_trace(
    intake: Intake, send: Callable[[Intake], Any], status: int, kind: str
) -> None:
    answer = await send(intake)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:rosette:problem:{kind}")


async def test_a_charset_that_says_utf_8_changes_nothing(intake: Intake) -> None:
    assert (await intake.post(text(), f"{STRUCTURED}; charset=UTF-8")).status_code == 202
