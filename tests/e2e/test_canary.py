"""Names, addresses and keys are planted wherever somebody outside may put them; where operators look, none of them is found."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import httpx2
import orjson
import pytest
from redis import Redis

from embedded.handle import CHECKOUT
from embedded.services import SERVICES, free_ports
from embedded.up import SAMPLE_KEY, standing
from services.intake.doors.imports import LINES, TABLE
from services.intake.doors.requests import BATCH, STRUCTURED
from shared.streams import events_key, inbox_key, refused_key
from tests import facts

NAME: Final = "Zebulon Canary"
ADDRESS: Final = "12 Canary Lane"
MAIL: Final = "canary@example.org"
KEY: Final = "canary-key-1f3a9c02d5"
TOKEN: Final = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canary"
PLANTED: Final = re.compile(r"canary|eyJzdWIiOiJ", re.IGNORECASE)
"""Whatever was planted holds the word, or the body of the token."""

pytestmark = pytest.mark.timeout(240)


def statements() -> list[Any]:
    """What a sender may get wrong, each with something planted in it."""
    registered = facts.registered("K55-01", label=f"{NAME}, {ADDRESS}", source="urn:example:unc")
    return [
        registered,
        facts.released(id="P-1", purpose=NAME, released_to=f"{NAME} <{MAIL}>"),
        facts.released(id="P-2", condition=ADDRESS, place=NAME),
        facts.released(id=f"{NAME}"),
        facts.released(id="P-3", source=f"urn:elsewhere:{NAME}"),
        facts.released(id="P-4", at=f"born 1930, {NAME}"),
        facts.released(id="P-5", ref=f"{NAME}, {MAIL}"),
        facts.released(id="P-6") | {"type": f"org.rosette.{NAME}"},
        facts.released(id="P-7") | {"subject": NAME, "specversion": NAME},
        facts.released(id="P-8") | {"submitter": NAME},
        facts.released(id="P-9", seals=[{"number": NAME, "position": ADDRESS}]),
        facts.kin(relationship=NAME, id="P-10"),
        facts.corrected(facts.released(id="P-11"), facts.released(purpose=NAME, condition=NAME)),
        NAME,
        [NAME],
        {NAME: ADDRESS},
    ]


@dataclass
class Standing:
    data: Path
    urls: dict[str, str]
    environment: dict[str, str]
    redis: Redis
    key: str

    def logs(self) -> str:
        return "\n".join(file.read_text() for file in (self.data / "logs").iterdir())

    def command(self, service: str, *words: str) -> str:
        given = {**os.environ, **self.environment, "COLUMNS": "200"}
        ran = subprocess.run(
            [sys.executable, "-m", f"services.{service}", *words],
            cwd=CHECKOUT,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    data, ports = tmp_path_factory.mktemp("canary"), free_ports(*SERVICES)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    with standing(data, ports) as (_, environment), Redis.from_url(environment["INTAKE_REDIS_URL"]) as redis:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sources = data / "sources.toml"
        sources.write_text(sources.read_text().replace('slug = "sample"\n', 'slug = "sample"\ninbox = true\n'))
        urls = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
        yield Standing(data, urls, dict(environment), redis, (data / SAMPLE_KEY).read_text().strip())


def test_what_was_planted_is_found_in_no_problem_no_log_and_no_metric(there: Standing) -> None:
    with httpx2.Client(base_url=there.urls["intake"], headers={"authorization": f"Bearer {there.key}"}) as client:
        answers = [client.post("/v1/events", content=body(each), headers={"content-type": STRUCTURED}) for each in statements()]
        answers.append(client.post("/v1/events", content=body(statements()), headers={"content-type": BATCH}))
        answers.append(client.post("/v1/events", content=f'{{"id": "{NAME}'.encode(), headers={"content-type": STRUCTURED}))
        answers.append(client.post("/v1/events", content=body({}), headers={"content-type": f"application/{KEY}"}))
        headers = {"ce-specversion": "1.0", "ce-id": quote(NAME), "ce-Canary": ADDRESS, "content-type": "application/json"}
        answers.append(client.post("/v1/events", content=body({"place": NAME}), headers=headers))
        lines = b"\n".join([*map(body, statements()), f'{{"id": "{NAME}'.encode()])
        answers.append(client.post("/v1/imports", content=lines, headers={"content-type": LINES}))
        for mapping in (f'key = ["{NAME}"]', f'"{NAME}" = 1', f"{NAME} ["):
            table = f"{NAME},{MAIL}\n{ADDRESS},{NAME}\n"
            asked = {"mapping": mapping}
            answers.append(client.post("/v1/imports", content=table, params=asked, headers={"content-type": TABLE}))
        answers += [client.get(f"/v1/{quote(NAME)}"), client.get("/v1/receipts", params={"source": NAME, "id": MAIL})]
        answers.append(client.get("/v1/receipts", params={"source": "urn:canary", "after": NAME}))
        for credential in (KEY, TOKEN, f"{NAME} {KEY}"):
            answers.append(client.get("/v1/receipts", headers={"authorization": f"Bearer {credential}"}))
    with httpx2.Client(base_url=there.urls["tracker"]) as client:
        answers += [
            client.get(f"/v1/persons/{quote(NAME)}"),
            client.get("/v1/cases", params={"custodian": MAIL, "limit": NAME}),
        ]
        answers.append(client.get("/v1/cases/K55-99", headers={"authorization": f"Bearer {KEY}"}))
    problems = [text for answer in answers for text in problems_of(answer)]
    assert len(problems) >= len(statements())
    assert [text for text in map(without_member, problems) if PLANTED.search(text) or there.key in text] == []
    nowhere_to_be_seen(there)


def test_what_was_planted_in_an_inbox_is_found_in_no_refused_entry(there: Standing) -> None:
    for each in statements():
        there.redis.xadd(inbox_key("sample"), {"event": body(each)})
    there.redis.xadd(inbox_key("sample"), {NAME: ADDRESS})
    while there.redis.xlen(inbox_key("sample")):
        time.sleep(0.05)
    refused = cast("list[Any]", there.redis.xrange(refused_key("sample")))
    assert len(refused) >= 10
    assert [fields for _, fields in refused if PLANTED.search(without_member(str(fields)))] == []
    nowhere_to_be_seen(there)


def test_what_was_planted_in_a_stream_is_found_in_no_quarantine_listing(there: Standing) -> None:
    for each in (*statements(), {"id": NAME}):
        there.redis.xadd(events_key("custody"), {"epoch": NAME, "seq": ADDRESS, "digest": KEY, "event": body(each)})
    forged = facts.admitted(facts.released(id="Q-1", purpose=NAME, condition=ADDRESS))
    there.redis.xadd(events_key("custody"), {"epoch": facts.EPOCH, "seq": "1", "digest": KEY, "event": body(forged)})
    while "condition" not in (listing := there.command("tracker", "quarantine", "list", "--json")):
        time.sleep(0.1)
    assert len(json.loads(listing)["items"]) >= 10
    shown = listing + there.command("tracker", "quarantine", "list") + there.command("tracker", "streams", "--json")
    assert PLANTED.search(shown) is None
    nowhere_to_be_seen(there)


def nowhere_to_be_seen(there: Standing) -> None:
    metrics = "".join(httpx2.get(f"{url}/metrics").text for url in there.urls.values())
    assert "rosette_intake_statements_total" in metrics
    for text in (metrics, there.logs()):
        assert [line for line in text.splitlines() if PLANTED.search(line) or there.key in line] == []


def without_member(text: str) -> str:
    """Without the one thing that goes back to who sent it: a pointer to a member that it named itself."""
    return text.replace(f"/{NAME}", "")


def body(said: Any) -> bytes:
    return orjson.dumps(said)


def problems_of(answer: httpx2.Response) -> list[str]:
    """The problem documents of an answer, those of a batch or a file included."""
    if answer.headers["content-type"].startswith("application/problem+json"):
        return [answer.text]
    said = answer.json()
    said = said.get("answers", said) if isinstance(said, dict) else said
    return [json.dumps(item["problem"]) for item in said if "problem" in item] if isinstance(said, list) else []
