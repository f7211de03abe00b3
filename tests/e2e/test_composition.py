"""What `docker-compose up` starts does the main job: over HTTP in, by mail out."""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx2
import orjson
import pytest

from tests import facts
from tests.e2e.containers import UP_S, Composition, composition

WAIT_S: Final = 150
"""The settling time of the policy (30 s) and room for a slow start."""

DIRECTORY: Final = facts.directory({"CACO-E2E": "caco-e2e@liaisons.example.org"})


@pytest.mark.docker
@pytest.mark.timeout(UP_S + 2 * WAIT_S + 180)
def test_the_composition_takes_events_over_http_and_writes_to_the_liaison_once() -> None:
    with composition() as running:
        running.inside("tracker", "python", "-m", "services.tracker", "directory", "import", "/dev/stdin", given=DIRECTORY)
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{running.intake_port}", headers=authorized(source_key(running))
        ) as intake:
            until(lambda: answers(intake))
            receipts = intake.post("/v1/events", json=story(), headers={"Content-Type": BATCH})
            assert [item["status"] for item in receipts.json()] == [202] * len(story())
            until(lambda: mails(running), WAIT_S)
        token = running.inside("tracker", "cat", "/keys/tracker-token")
        with httpx2.Client(base_url=f"http://127.0.0.1:{running.tracker_port}", headers=authorized(token)) as tracker:
            assert tracker.get("/v1/cases/E2E-01").json()["custody"] == "held"
        assert len(mails(running)) == 1
        assert "To: caco-e2e@liaisons.example.org" in running.inside("mailbox", "cat", mails(running)[0])


@pytest.mark.docker
@pytest.mark.timeout(UP_S)
def test_an_image_runs_as_an_ordinary_user_and_holds_only_its_own_service() -> None:
    with composition() as running:
        for service, other in (("intake", "tracker"), ("tracker", "intake")):
            seen = running.beside(service, "id -u && find services -maxdepth 1").split()
            assert seen[0] == "10001"
            assert f"services/{service}" in seen
            assert f"services/{other}" not in seen


BATCH: Final = "application/cloudevents-batch+json"


def story() -> list[dict[str, Any]]:
    """One case, one person, one determination."""
    person = {"person": "P-E2E", "kin": "K-E2E"}
    return [
        facts.registered(case="E2E-01", custodian="UNC", id="e2e-1"),
        facts.kin(**person, id="e2e-2"),
        facts.pnok(**person, id="e2e-3"),
        facts.liaison(person="P-E2E", liaison="CACO-E2E", id="e2e-4"),
        facts.determined(case="E2E-01", person="P-E2E", determination="D-E2E", id="e2e-5"),
    ]


def source_key(running: Composition) -> str:
    """A source that may say everything in the story. Intake waits for the first one, so it is added beside it."""
    roles = [argument for role in facts.SOURCES for argument in ("--role", role)]
    grant = ("--uri", "urn:example", *roles, "--type", "*", "--party", "*")
    added = running.compose("run", "--rm", "-T", "intake", "sources", "add", "e2e", *grant, "--json")
    return str(orjson.loads(added)["key"])


def authorized(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.strip()}"}


def answers(intake: httpx2.Client) -> bool:
    try:
        return intake.get("/v1/receipts", params={"source": "urn:example:unc", "id": "none"}).status_code != 401
    except httpx2.HTTPError:
        return False


def mails(running: Composition) -> list[str]:
    return running.inside("mailbox", "sh", "-c", "ls /mail/new/* 2>/dev/null || true").split()


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.5)
