"""What an operator types: tables, JSON, exit codes, and acts that the record keeps with who did them."""

import asyncio
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from services.tracker.__main__ import app
from tests import facts
from tests.facts import CloudEvent
from tests.integration import filing

Run = Callable[..., Result]
DIRECTORY = "deploy/directory.example.toml"


@pytest.fixture
def tracker(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a record of its own; `code` is what it must end with."""
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    monkeypatch.setenv("TRACKER_REDIS_URL", redis_url)
    monkeypatch.setenv("USER", "desk-7")

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == code, result.output + repr(result.exception)
        return result

    return run


def file(database_url: str, *statements: CloudEvent) -> None:
    async def do() -> None:
        async with filing.a_register(database_url) as register:
            for n, statement in enumerate(statements, 1):
                await filing.file(register, statement, first=n)

    asyncio.run(do())


def rows(database_url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as conn:
        return conn.execute(query).fetchall()


def acts(database_url: str) -> list[tuple[str, str, str | None]]:
    return rows(database_url, "SELECT who, act, subject FROM action ORDER BY no")


# ------------------------------------------------------------------------------------------------- making the record
def test_migrating_twice_makes_one_record_with_one_policy(tracker: Run, database_url: str) -> None:
    assert "first policy recorded" in tracker("migrate").stdout
    assert "first policy recorded" not in tracker("migrate").stdout
    assert rows(database_url, "SELECT applied_by FROM policy") == [("desk-7",)]
    assert acts(database_url)[0][:2] == ("desk-7", "policy apply")
    assert json.loads(tracker("policy", "show", "--json").stdout)["body"] == Path("deploy/policy.toml").read_text()


def test_a_policy_file_that_changed_is_not_obeyed_by_migrating(
    tracker: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker("migrate")
    file = tmp_path / "policy.toml"
    file.write_text("settling_s = 1\n")
    monkeypatch.setenv("TRACKER_POLICY", str(file))
    tracker("migrate")
    assert len(rows(database_url, "SELECT no FROM policy")) == 1


def test_a_policy_is_applied_by_its_command_and_a_wrong_one_is_refused_with_its_line(
    tracker: Run, database_url: str, tmp_path: Path
) -> None:
    tracker("migrate")
    file = tmp_path / "policy.toml"
    file.write_text("\nsettling_s = 1\n")
    assert "line 2: settling_s: its source is missing" in tracker("policy", "apply", str(file), code=1).output
    file.write_text("settling_s = 1  # [ours] a test\n")
    assert json.loads(tracker("policy", "apply", str(file), "--preview", "--json").stdout) == []
    assert len(rows(database_url, "SELECT no FROM policy")) == 1
    assert json.loads(tracker("policy", "apply", str(file), "--json").stdout) == {"applied": True}
    assert json.loads(tracker("policy", "apply", str(file), "--json").stdout) == {"applied": False}
    assert "settling_s = 1" in tracker("policy", "show").stdout
    assert json.loads(tracker("notices", "held", "--because", "policy", "--json").stdout) == []
    tracker("policy", "apply", str(tmp_path / "nowhere.toml"), code=2)


def test_before_the_record_is_made_commands_say_so(tracker: Run) -> None:
    for command in (["cases"], ["notices"], ["streams"], ["freeze", "--reason", "x"]):
        assert "migrate" in tracker(*command, code=1).output


def test_what_does_not_answer_ends_with_3_and_what_is_mistyped_with_2(tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker("cases", "--custody", "lost", code=2)
    tracker("run", "--host", "0.0.0.0", code=2)
    tracker("run", "--roles", "cook", code=2)
    monkeypatch.setenv("TRACKER_DATABASE_URL", "postgresql://127.0.0.1:1/nothing?user=secret")
    result = tracker("cases", code=3)
    assert "secret" not in result.output
    tracker("migrate", code=3)


def test_what_was_done_is_json_for_programs_too(tracker: Run) -> None:
    def told(*command: str) -> Any:
        return json.loads(tracker(*command, "--json").stdout)

    assert told("migrate")["first_policy_recorded"] is True
    assert told("directory", "import", DIRECTORY) == {"imported": True, "added": 8, "changed": 0, "removed": 0}
    assert told("directory", "import", "--if-empty", DIRECTORY) == {"imported": False}
    assert told("freeze", "--reason", "x") == {"frozen": 1}
    assert told("unfreeze", "--reason", "x") == {"lifted": [1]}


# ------------------------------------------------------------------------------------------------- looking
def test_cases_are_a_table_for_people_and_json_for_programs(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.released())
    assert "in_open_hand_over" in tracker("cases").output
    assert json.loads(tracker("cases", "--json").stdout)["items"][0]["number"] == "K55-01"
    assert "custody.released" in tracker("cases", "K55-01").output
    assert json.loads(tracker("cases", "K55-01", "--json").stdout)["timeline"][0]["name"] == "case.registered"
    assert "no case K99" in tracker("cases", "K99", code=1).output


def test_a_table_shows_references_whole_where_nobody_looks(tracker: Run, database_url: str) -> None:
    file(database_url, facts.determined())
    ((reference,),) = rows(database_url, "SELECT reference FROM notice WHERE kind = 'unassigned'")
    assert reference in tracker("notices").output
    assert reference in tracker("notices", "list", "--kind", "unassigned").output
    assert json.loads(tracker("notices", "show", reference, "--json").stdout)["kind"] == "unassigned"
    assert "unassigned" in tracker("notices", "show", reference).output
    tracker("notices", "show", "NONE", code=1)


def test_streams_show_what_redis_and_the_record_say(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered())
    found = json.loads(tracker("streams", "--json").stdout)
    assert [each["stream"] for each in found] == ["custody", "identification", "family"]
    assert "unknown" in tracker("streams").output


def test_the_list_of_notices_says_what_each_is_about(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    file(database_url, facts.discrepancy_reported(stream="custody"))
    said = tracker("notices").output
    ((subject,),) = rows(database_url, "SELECT subject FROM notice WHERE kind = 'discrepancy'")
    assert subject in said.split()
    assert "P-0001, D-1" in said


# ------------------------------------------------------------------------------------------------- acting
def test_a_freeze_and_its_lifting_are_acts_with_a_name_and_a_reason(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered())
    said = tracker("freeze", "--reason", "a look", "--by", "duty-officer").output
    assert "number 1" in said
    assert "a look" in tracker("streams").output
    tracker("freeze", "--reason", "x", "--stream", "custody", code=2)
    lift = shlex.split(said.partition("to lift it:")[2])
    assert lift[:3] == ["python", "-m", "services.tracker"]
    tracker(*lift[3:])
    tracker("unfreeze", "--reason", "again", code=1)
    assert acts(database_url)[-2:] == [("duty-officer", "freeze", "1"), ("desk-7", "unfreeze", "1")]


def test_a_quarantined_entry_is_listed_shown_and_resolved_once(tracker: Run, database_url: str) -> None:
    async def poison() -> None:
        async with filing.a_register(database_url) as register:
            await register.file("custody", [(b"1-0", {b"event": b"\xff"})])

    asyncio.run(poison())
    ((no,),) = rows(database_url, "SELECT no FROM quarantine")
    assert "no_position" in tracker("quarantine", "list").output
    assert json.loads(tracker("quarantine", "show", str(no), "--json").stdout)["fields"] == {"ZXZlbnQ=": "/w=="}
    tracker("quarantine", "resolve", str(no), "--reason", "sent again by its source")
    tracker("quarantine", "resolve", str(no), "--reason", "twice", code=1)
    assert json.loads(tracker("quarantine", "list", "--json").stdout)["items"] == []
    assert len(json.loads(tracker("quarantine", "list", "--all", "--json").stdout)["items"]) == 1
    assert acts(database_url)[-1] == ("desk-7", "quarantine resolve", str(no))


def test_a_directory_is_imported_whole_or_not_at_all(tracker: Run, database_url: str, tmp_path: Path) -> None:
    tracker("migrate")
    wrong = tmp_path / "directory.toml"
    wrong.write_text('[offices."default"]\naddress = "nobody"\nzone = "UTC"\n')
    tracker("directory", "import", str(wrong), code=1)
    tracker("directory", "import", str(tmp_path / "missing.toml"), code=2)
    assert rows(database_url, "SELECT name FROM office") == []
    tracker("directory", "import", "--if-empty", DIRECTORY)
    assert "already" in tracker("directory", "import", "--if-empty", DIRECTORY).output
    listed = json.loads(tracker("directory", "list", "--json").stdout)
    assert "default" in {office["name"] for office in listed["offices"]}
    assert "default" in tracker("directory", "list").output
    assert "08:00-12:00, 13:00-17:00" in tracker("directory", "list").output


def test_a_directory_file_that_is_not_there_is_named_in_one_line(tracker: Run, tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    said = tracker("directory", "import", str(missing), code=2).output
    assert said == f"{missing} cannot be read: No such file or directory\n"


def test_an_operators_notice_is_acknowledged_and_a_familys_is_not(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    family = only(database_url, "identification", "sent")
    tracker("notices", "acknowledge", family, code=1)
    file(database_url, facts.discrepancy_reported(stream="custody"))
    mine = only(database_url, "discrepancy", "sent")
    tracker("notices", "acknowledge", mine)
    assert state(database_url, mine) == "acknowledged"
    assert state(database_url, family) == "sent"
    assert acts(database_url)[-1] == ("desk-7", "notice acknowledge", mine)
    tracker("notices", "acknowledge", mine, code=1)
    tracker("notices", "acknowledge", "NONE", code=1)


@pytest.mark.parametrize(("answer", "after"), [("--sent", "sent"), ("--not-sent", "ready")])
def test_a_mail_in_doubt_becomes_what_a_person_found_out(tracker: Run, database_url: str, answer: str, after: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    reference = only(database_url, "identification", "in_doubt")
    tracker("notices", "resolve", reference, code=2)
    tracker("notices", "resolve", reference, answer)
    assert state(database_url, reference) == after
    word = "resolved_sent" if answer == "--sent" else "resolved_not_sent"
    assert word in tracker("notices", "show", reference).output
    tracker("notices", "resolve", reference, answer, code=1)


def test_what_is_no_longer_owed_is_not_ready_again_when_it_turns_out_not_to_have_left(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    reference = only(database_url, "identification", "in_doubt")
    file(database_url, facts.rescinded(determination="D-1", at="2018-10-01T00:00:00Z"))
    tracker("notices", "resolve", reference, "--not-sent")
    assert state(database_url, reference) == "withdrawn"


def test_refused_mail_is_tried_again_when_a_person_says_so(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    reference = only(database_url, "identification", "refused")
    tracker("notices", "requeue", reference)
    assert state(database_url, reference) == "ready"
    tracker("notices", "requeue", reference, code=1)


def test_what_waits_for_a_release_is_shown_before_it_is_let_go(tracker: Run, database_url: str) -> None:
    file(database_url, facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())
    with psycopg.connect(database_url) as conn:
        conn.execute("UPDATE notice SET needs_release = 'log' WHERE kind = 'identification'")
    waiting = json.loads(tracker("notices", "release", "--preview", "--json").stdout)
    assert [each["needs_release"] for each in waiting] == ["log"]
    assert rows(database_url, "SELECT count(*) FROM notice WHERE needs_release IS NOT NULL") == [(1,)]
    tracker("notices", "release", "NONE", code=1)
    tracker("notices", "release")
    assert rows(database_url, "SELECT count(*) FROM notice WHERE needs_release IS NOT NULL") == [(0,)]
    assert acts(database_url)[-1] == ("desk-7", "notice release", waiting[0]["reference"])


def only(database_url: str, kind: str, as_if: str) -> str:
    """The one notice of a kind, put into the state in which a mail server would have left it."""
    with psycopg.connect(database_url) as conn:
        query = "UPDATE notice SET state = %s, left_at = now(), place_in_line = 1 WHERE kind = %s RETURNING no, reference"
        found = conn.execute(query, (as_if, kind)).fetchall()
        assert len(found) == 1, found
        if as_if == "in_doubt":
            attempt = "INSERT INTO attempt (id, notice, phase, started_at) VALUES (gen_random_uuid(), %s, 'unknown', now())"
            conn.execute(attempt, (found[0][0],))
    return str(found[0][1])


def state(database_url: str, reference: str) -> str:
    with psycopg.connect(database_url) as conn:
        row = conn.execute("SELECT state FROM notice WHERE reference = %s", (reference,)).fetchone()
    assert row is not None
    return str(row[0])
