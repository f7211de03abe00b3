"""The tracker as a process: when it starts, when it refuses to, how it stops, and how a story is told through it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import orjson
import psycopg
import pytest
from typer.testing import CliRunner

from embedded import Mailbox, Servers, services
from services.tracker.__main__ import app
from tests import facts
from tests.integration.filing import Writer
from tests.integration.following import pending

PATIENCE_S = 60.0
STOP_S = 25.0
"""Less than what an orchestrator gives before it kills."""
DIRECTORY = facts.directory({"L-1": "first@liaisons.example.org"}, hours=("08:00", "17:00"))


@dataclass
class Process:
    """`python -m services.tracker` with settings of its own; what it logs goes to a file."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=services.free_port)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TRACKER_PORT": str(self.port), **self.settings}

    def run(self, *arguments: str, code: int = 0) -> str:
        """A command that ends by itself, with `code`."""
        ended = subprocess.run(
            services.command("tracker", *arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        with services.running("tracker", self.port, self.environment, self.folder / "log") as process:
            yield process

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.02)

    def log(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in (self.folder / "log").read_bytes().splitlines()]


@pytest.fixture
def tracker(database_url: str, redis_url: str, mailbox: Mailbox, tmp_path: Path) -> Process:
    settings = {
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_REDIS_URL": redis_url,
        "TRACKER_SMTP_URL": mailbox.url,
        "TRACKER_DELIVERY": "live",
    }
    return Process(tmp_path, settings)


def prepared(tracker: Process) -> None:
    """A record with a directory; made in this process, as starting another takes longest of all."""
    file = tracker.folder / "directory.toml"
    file.write_text(DIRECTORY)
    for command in (["migrate"], ["directory", "import", str(file)]):
        made = CliRunner().invoke(app, command, env=tracker.settings)
        assert made.exit_code == 0, made.output


def test_it_follows_shows_and_stops_in_good_order(tracker: Process, redis_url: str) -> None:
    prepared(tracker)
    writer = Writer(redis_url)
    writer.append(facts.registered())  # before the first start
    with tracker.running() as process:
        writer.append(facts.released())
        url = f"http://127.0.0.1:{tracker.port}/v1/cases/K55-01"
        tracker.until(lambda: httpx2.get(url).status_code == 200 and httpx2.get(url).json()["custody"] == "in_open_hand_over")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert "tracker.started" in {line["event"] for line in tracker.log()}


def test_it_ends_when_told_to_though_the_record_is_away_and_leaves_what_it_read_to_the_next(
    tracker: Process, redis_url: str, servers: Servers
) -> None:
    """More than it can hold: one batch at its commit, one that waits, and one that nobody has room for."""
    prepared(tracker)
    tracker.settings["TRACKER_RECLAIM_IDLE_MS"] = "500"
    writer = Writer(redis_url)
    with tracker.running() as process:
        servers.stop_postgres()
        for n in range(1, 5):
            writer.append(facts.registered(f"K-{n}"))
            until_pending(tracker, writer, min(n, 3))
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S) == 0
    servers.start_postgres()
    assert "left_pending" in {line["event"] for line in tracker.log()}
    with tracker.running(), httpx2.Client(base_url=f"http://127.0.0.1:{tracker.port}") as client:
        tracker.until(lambda: len(client.get("/v1/cases").json()["items"]) == 4)


def until_pending(tracker: Process, writer: Writer, entries: int) -> None:
    tracker.until(lambda: pending(writer.client, "custody") >= entries)


def test_it_refuses_a_record_that_is_not_its_own(tracker: Process, database_url: str) -> None:
    assert "migrate" in tracker.run("run", code=1)
    assert CliRunner().invoke(app, ["migrate"], env=tracker.settings).exit_code == 0
    assert "directory import" in tracker.run("run", code=1)
    with psycopg.connect(database_url) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "schema 9999" in tracker.run("run", code=1)


def test_it_says_what_it_cannot_reach_or_have(tracker: Process) -> None:
    prepared(tracker)
    with socket.create_server(("127.0.0.1", tracker.port)):
        assert "port" in tracker.run("run", code=1)
    tracker.settings["TRACKER_REDIS_URL"] = "redis://127.0.0.1:1/0"
    assert "Redis" in tracker.run("run", code=3)
    tracker.settings["TRACKER_TOKEN_FILE"] = str(tracker.folder / "missing")
    assert "TRACKER_TOKEN_FILE" in tracker.run("run", code=2)


def test_a_story_stops_at_every_mail_and_rests_where_it_was_to_go(tracker: Process, redis_url: str, mailbox: Mailbox) -> None:
    """A determination in the evening: the mail leaves when the liaison's office opens, after nothing but steps of the story."""
    prepared(tracker)
    clock = tracker.folder / "clock"
    clock.write_text("2018-09-18T20:00:00Z")
    tracker.settings["TRACKER_CLOCK"] = str(clock)
    writer = Writer(redis_url)
    writer.append(facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    with tracker.running(), httpx2.Client(base_url=f"http://127.0.0.1:{tracker.port}", timeout=PATIENCE_S) as client:

        def advance(to: str) -> Any:
            return client.post("/v1/clock", json={"to": to}).json()

        assert advance("2018-09-18T23:00:00Z") == {"now": "2018-09-18T23:00:00Z", "mails": [], "at_rest": True}
        step = advance("2018-09-20T00:00:00Z")
        assert (step["now"], step["at_rest"]) == ("2018-09-19T08:00:30Z", False)
        assert [str(mail.message["to"]) for mail in mailbox.messages] == ["first@liaisons.example.org"]
        assert step["mails"][0] in str(mailbox.messages[0].message["subject"])
        assert advance("2018-09-19T09:00:00Z") == {"now": "2018-09-19T09:00:00Z", "mails": [], "at_rest": True}
        writer.append(facts.rescinded(at="2018-09-19T08:30:00Z"))
        assert advance("2018-09-19T09:00:00Z")["at_rest"] is False  # a stop leaves at once, at any hour
        backwards = client.post("/v1/clock", json={"to": "2018-09-19T00:00:00Z"})
        assert (backwards.status_code, backwards.json()["type"]) == (409, "urn:rosette:problem:clock-backwards")
        assert client.post("/v1/clock", json={"to": "2018-09-19"}).status_code == 400
    assert len(mailbox.messages) == 2
    logged = (tracker.folder / "log").read_text()
    assert "liaisons.example.org" not in logged
