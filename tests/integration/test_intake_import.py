"""A manifest into the streams: shown first, then each row once, whatever happens in between."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer
from redis import Redis
from typer.testing import CliRunner, Result

from embedded.handle import CHECKOUT
from services.intake.__main__ import app
from shared.streams import events_key
from tests.integration.intake import sources_file
from tests.unit.test_intake_files import AT, MAPPING, table

Cli = Callable[..., Result]


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def environment(redis_url: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return {"INTAKE_REDIS_URL": redis_url, "INTAKE_SOURCES": str(sources_file(tmp_path)), "COLUMNS": "200"}


@pytest.fixture
def bring(environment: dict[str, str]) -> Cli:
    def call(file: Path, *args: str, answer: str = "") -> Result:
        words = ["import", str(file), "--as", "custodian", *args]
        return CliRunner().invoke(app, words, env=environment, input=answer)

    return call


def boxes(first: int, last: int) -> list[str]:
    return [f"K55-{n:03},{AT},Box {n}" for n in range(first, last + 1)]


def report(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.outcome.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def accepted(redis: Redis) -> list[Any]:
    found = cast("list[Any]", redis.xrange(events_key("custody")))
    return [json.loads(fields["event"]) for _, fields in found]


def test_a_manifest_is_shown_then_imported_and_each_row_has_its_outcome(bring: Cli, redis: Redis, tmp_path: Path) -> None:
    file, mapping = table(tmp_path, *boxes(1, 4), "K55-005,yesterday,Box 5"), ("--mapping", str(tmp_path / "mapping.toml"))
    shown = bring(file, *mapping, "--dry-run")
    assert (shown.exit_code, accepted(redis)) == (1, [])
    assert "acceptable  4" in shown.stdout
    assert bring(file, *mapping, answer="n\n").exit_code == 2
    assert accepted(redis) == []
    said = bring(file, *mapping, answer="y\n")
    assert said.exit_code == 1
    assert 'row 2: {"specversion": "1.0", "id": "case.registered/K55-001"' in said.stdout
    assert "row 6, id case.registered/K55-005" in said.stdout
    assert [each["receivedvia"] for each in accepted(redis)] == ["files"] * 4
    assert [each["outcome"] for each in report(tmp_path)] == ["accepted"] * 4 + ["invalid-event"]
    assert [each["seq"] for each in report(tmp_path)] == ["1", "2", "3", "4", ""]


def test_the_next_file_of_its_kind_needs_no_mapping(bring: Cli, redis: Redis, tmp_path: Path) -> None:
    file = table(tmp_path, *boxes(1, 2))
    without = bring(file, "--yes")
    assert (without.exit_code, without.stderr) == (
        2,
        f"{file}: a table needs --mapping; its columns are: Box, At, Label\n",
    )
    assert bring(file, "--mapping", str(tmp_path / "mapping.toml"), "--yes").exit_code == 0
    again = bring(table(tmp_path, *boxes(1, 3)), "--yes", "--json")
    assert json.loads(again.stdout)["outcomes"] == {"duplicate": 2, "accepted": 1}
    assert len(accepted(redis)) == 3


def test_a_row_that_changed_under_its_key_is_shown_beside_what_was_said_before(
    bring: Cli, redis: Redis, tmp_path: Path
) -> None:
    mapping = ("--mapping", str(tmp_path / "mapping.toml"), "--yes")
    bring(table(tmp_path, *boxes(1, 2)), *mapping)
    said = bring(table(tmp_path, *boxes(1, 1), f"K55-002,{AT},Box two"), *mapping)
    assert said.exit_code == 1
    assert "row 3: /data/label: was 'Box 2', is now 'Box two'" in said.stdout
    assert [each["outcome"] for each in report(tmp_path)] == ["duplicate", "identity-conflict"]
    assert len(accepted(redis)) == 2


def test_an_import_that_is_killed_goes_on_where_it_was(
    bring: Cli, redis: Redis, tmp_path: Path, environment: dict[str, str]
) -> None:
    file, hit = table(tmp_path, *boxes(1, 250)), tmp_path / "hit"
    words = ["import", str(file), "--as", "custodian", "--mapping", str(tmp_path / "mapping.toml"), "--yes"]
    killed = subprocess.run(
        [sys.executable, "-m", "services.intake", *words],
        cwd=CHECKOUT,
        env={**os.environ, **environment, "ROSETTE_FAILPOINT": f"files.imported@{hit}"},
        capture_output=True,
        check=False,
    )
    assert (killed.returncode, hit.exists(), len(accepted(redis))) == (-signal.SIGKILL, True, 100)
    assert json.loads(bring(file, "--yes", "--json").stdout)["outcomes"] == {"duplicate": 100, "accepted": 150}
    assert len(accepted(redis)) == len(report(tmp_path)) == 250


def test_an_import_that_is_interrupted_says_how_it_goes_on_and_goes_on(
    bring: Cli, redis: Redis, tmp_path: Path, environment: dict[str, str]
) -> None:
    total = 6000
    file = table(tmp_path, *boxes(1, total))
    words = ["import", str(file), "--as", "custodian", "--mapping", str(tmp_path / "mapping.toml"), "--yes"]
    with subprocess.Popen(
        [sys.executable, "-m", "services.intake", *words],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        while not redis.xlen(events_key("custody")):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in said) == (130, False)
    assert said == "Interrupted. What had become a fact stays one: run the same again, and it goes on from there.\n"
    before = redis.xlen(events_key("custody"))
    assert 0 < before < total
    outcomes = json.loads(bring(file, "--yes", "--json").stdout)["outcomes"]
    assert outcomes == {"duplicate": before, "accepted": total - before}


def test_who_interrupts_the_question_has_imported_nothing(
    bring: Cli, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.confirm", interrupted)
    said = bring(table(tmp_path, *boxes(1, 1)), "--mapping", str(tmp_path / "mapping.toml"))
    assert (said.exit_code, accepted(redis)) == (130, [])


def interrupted(*_: Any) -> bool:
    raise typer.Abort


def test_while_nothing_can_be_promised_nothing_is_imported(bring: Cli, redis: Redis, tmp_path: Path) -> None:
    mapping = ("--mapping", str(tmp_path / "mapping.toml"), "--yes")
    file = table(tmp_path, *boxes(1, 1))
    redis.config_set("appendfsync", "everysec")
    try:
        unsafe = bring(file, *mapping)
    finally:
        redis.config_set("appendfsync", "always")
    assert unsafe.exit_code == 1
    assert "appendfsync is everysec, not always" in unsafe.stderr
    assert accepted(redis) == []
    assert bring(file, *mapping[:2], "--as", "nobody").exit_code == 2
