"""The inboxes: a producer that can do nothing but XADD to its own stream is heard, once, and told of each refusal."""

import json
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError
from typer.testing import CliRunner

from services.intake.__main__ import app
from services.intake.doors.inbox import ENTRIES_A_TURN
from services.intake.sources import Register
from shared.streams import INBOX_READER, events_key, inbox_key, refused_key
from shared.terms import Stream
from tests import facts
from tests.integration.intake import process, sources_file

SLUG = "custodian"
ADD = ("--uri", "urn:example:unc", "--role", "custodian", "--type", "custody.*", "--party", "unc")


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@contextmanager
def reading(redis_url: str, folder: Path, **environment: str) -> Iterator[int]:
    """Intake as a process, with an inbox for the custodian and one for the laboratory; its process id."""
    with process(redis_url, folder, **environment) as (running, _):
        file = sources_file(folder)
        text = file.read_text()
        for slug in (SLUG, "laboratory"):
            text = text.replace(f'slug = "{slug}"\n', f'slug = "{slug}"\ninbox = true\n')
        file.write_text(text)
        yield running.pid


def put(redis: Redis, statement: Any, slug: str = SLUG) -> str:
    body = statement if isinstance(statement, bytes) else orjson.dumps(statement)
    return cast("str", redis.xadd(inbox_key(slug), {"event": body}))


def refused(redis: Redis, slug: str = SLUG) -> list[dict[str, str]]:
    return [fields for _, fields in cast("list[Any]", redis.xrange(refused_key(slug)))]


def recorded(redis: Redis, stream: Stream) -> list[str]:
    """When intake took each event of a stream in."""
    found = cast("list[Any]", redis.xrange(events_key(stream)))
    return [json.loads(fields["event"])["recordedtime"] for _, fields in found]


def until_empty(redis: Redis, *slugs: str) -> None:
    while any(redis.xlen(inbox_key(slug)) for slug in slugs or (SLUG,)):
        time.sleep(0.02)


def test_what_is_put_into_an_inbox_is_accepted_as_its_sources_and_leaves(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    with reading(redis_url, tmp_path):
        statement = facts.released(id="E-1") | {"traceparent": "00-1-2-03"}
        put(redis, statement)
        put(redis, statement)
        until_empty(redis)
    [(_, fields)] = cast("list[Any]", redis.xrange(events_key("custody")))
    event = json.loads(fields["event"])
    assert (event["receivedvia"], event["submitter"], event["traceparent"]) == ("inbox", SLUG, "00-1-2-03")
    assert fields["digest"] == facts.event(statement).digest
    assert refused(redis) == []


def test_a_refusal_names_the_entry_its_digest_the_place_and_the_reason_and_never_repeats_the_body(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    secret = "Zx81-must-not-come-back"
    bad = orjson.dumps(facts.released(id="E-1", condition=secret))
    with reading(redis_url, tmp_path):
        entry = put(redis, bad)
        put(redis, facts.released(id="E-2", source="urn:example:elsewhere", purpose=secret))
        put(redis, b'{"id": "' + secret.encode())
        redis.xadd(inbox_key(SLUG), {"body": secret})
        put(redis, orjson.dumps(facts.released(id=f"{secret} !")))
        until_empty(redis)
    first, outside, no_json, no_event, no_id = refused(redis)
    assert first == {
        "entry": entry,
        "digest": sha256(bad).hexdigest(),
        "source": "urn:example:unc",
        "id": "E-1",
        "type": "urn:rosette:problem:invalid-event",
        "pointer": "/data/condition",
        "reason": first["reason"],
        "then": "fix_and_resend",
    }
    assert (outside["type"], outside["pointer"], outside["id"]) == ("urn:rosette:problem:not-granted", "/source", "E-2")
    assert no_json["type"] == no_event["type"] == "urn:rosette:problem:not-json"
    assert "id" not in no_id
    assert secret not in str(refused(redis))
    assert redis.xlen(events_key("custody")) == 0


def test_another_statement_under_a_known_id_is_refused_for_ever(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    with reading(redis_url, tmp_path):
        put(redis, facts.released(id="E-1"))
        put(redis, facts.released(id="E-1", purpose="another"))
        until_empty(redis)
    [conflict] = refused(redis)
    assert (conflict["type"], conflict["then"]) == ("urn:rosette:problem:identity-conflict", "never_resend")


def test_a_flooded_inbox_does_not_keep_another_waiting(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    with redis.pipeline() as pipe:
        for n in range(20 * ENTRIES_A_TURN):
            pipe.xadd(inbox_key(SLUG), {"event": orjson.dumps(facts.released(id=f"E-{n}", transfer=f"T-{n}"))})
        pipe.execute()
    put(redis, facts.accessioned(), "laboratory")
    with reading(redis_url, tmp_path):
        until_empty(redis, "laboratory", SLUG)
    [one], flood = recorded(redis, "identification"), recorded(redis, "custody")
    assert len(flood) == 20 * ENTRIES_A_TURN
    assert one < flood[2 * ENTRIES_A_TURN]


def test_beyond_its_limit_the_newest_entries_are_refused_and_the_oldest_kept(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    names = [put(redis, facts.released(id=f"E-{n}", transfer=f"T-{n}")) for n in range(12)]
    with reading(redis_url, tmp_path, INTAKE_INBOX_LIMIT="10"):
        until_empty(redis)
    assert redis.xlen(events_key("custody")) == 10
    assert [each["entry"] for each in refused(redis)] == names[10:]
    assert {each["type"] for each in refused(redis)} == {"urn:rosette:problem:inbox-full"}


def test_an_inbox_that_is_no_stream_costs_the_others_nothing(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    redis.set(inbox_key(SLUG), "no stream")
    put(redis, facts.accessioned(), "laboratory")
    with reading(redis_url, tmp_path):
        until_empty(redis, "laboratory")
    assert redis.xlen(events_key("identification")) == 1


def test_nothing_leaves_an_inbox_while_nothing_can_be_promised(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    with reading(redis_url, tmp_path, INTAKE_REPLICAS="1"):
        put(redis, facts.released(condition="unheard of"))
        put(redis, facts.released())
        put(redis, facts.released(condition="unheard of"))
        while not redis.xlen(events_key("custody")):
            time.sleep(0.02)
        while redis.xlen(inbox_key(SLUG)) == 3:
            time.sleep(0.02)
        assert redis.xlen(inbox_key(SLUG)) == 2
    assert len(refused(redis)) == 1


@pytest.mark.parametrize("point", ["inbox.accepted", "inbox.refused"])
def test_a_crash_before_an_entry_leaves_is_a_repetition_and_loses_nothing(
    redis: Redis, redis_url: str, tmp_path: Path, point: str
) -> None:
    hit = tmp_path / "hit"
    names = [put(redis, facts.released(id="E-1")), put(redis, facts.released(id="E-2", condition="unheard of"))]
    with reading(redis_url, tmp_path, ROSETTE_FAILPOINT=f"{point}@{hit}"):
        while not hit.exists():
            time.sleep(0.02)
    assert redis.xlen(inbox_key(SLUG)) == 2
    redis.delete(INBOX_READER)
    with reading(redis_url, tmp_path):
        until_empty(redis)
    assert redis.xlen(events_key("custody")) == 1
    assert {each["entry"] for each in refused(redis)} == {names[1]}


def test_of_two_intakes_one_reads_and_the_other_takes_over_when_it_dies(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    with reading(redis_url, second):
        put(redis, facts.released(id="E-1"))
        until_empty(redis)
        reader = redis.get(INBOX_READER)
        with reading(redis_url, first):
            put(redis, facts.released(id="E-2", transfer="T-2"))
            until_empty(redis)
            assert redis.get(INBOX_READER) == reader
            redis.set(INBOX_READER, "a process that died", px=500)
            put(redis, facts.released(id="E-3", transfer="T-3"))
            until_empty(redis)
    assert redis.xlen(events_key("custody")) == 3


# ------------------------------------------------------------------------------------------------- who may write there
@pytest.fixture
def added(tmp_path: Path) -> dict[str, str]:
    env = {"INTAKE_SOURCES": str(tmp_path / "sources.toml"), "COLUMNS": "200"}
    said = CliRunner().invoke(app, ["sources", "add", "unc", *ADD, "--inbox", "--json"], env=env)
    return cast("dict[str, str]", json.loads(said.stdout))


def test_the_acl_line_lets_a_producer_do_what_the_recipe_says_and_nothing_else(
    redis: Redis, redis_url: str, tmp_path: Path, added: dict[str, str]
) -> None:
    assert added["password"] not in (tmp_path / "sources.toml").read_text() + added["acl"]
    server: Any = redis
    server.execute_command("ACL", "SETUSER", *shlex.split(added["acl"])[1:])
    try:
        (tmp_path / "event.json").write_bytes(orjson.dumps(facts.released(id="E-1")))
        write, look = (as_typed(line, tmp_path) for line in added["recipe"].splitlines())
        with Redis.from_url(redis_url, username=added["user"], password=added["password"]) as producer:
            producer.execute_command(*write)
            assert producer.execute_command(*look) == []
            assert producer.xlen(inbox_key("unc")) == 1
            put(redis, facts.released(), "laboratory")
            for forbidden in (
                ("XADD", inbox_key("laboratory"), "*", "event", "{}"),
                ("XADD", refused_key("unc"), "*", "event", "{}"),
                ("XADD", events_key("custody"), "*", "event", "{}"),
                ("XRANGE", events_key("custody"), "-", "+"),
                ("XRANGE", inbox_key("laboratory"), "-", "+"),
                ("XDEL", inbox_key("unc"), "1-1"),
                ("DEL", inbox_key("unc")),
                ("CONFIG", "GET", "*"),
                ("KEYS", "*"),
                ("FUNCTION", "LIST"),
                ("ACL", "LIST"),
            ):
                with pytest.raises(NoPermissionError):
                    producer.execute_command(*forbidden)
        with (
            Redis.from_url(redis_url, username=added["user"], password="another") as other,
            pytest.raises(AuthenticationError),
        ):
            other.ping()
    finally:
        server.execute_command("ACL", "DELUSER", added["user"])


def as_typed(line: str, folder: Path) -> list[str]:
    """The words of a redis-cli line behind its options, with what the shell puts in for the file."""
    words = shlex.split(line.replace('"$(cat event.json)"', shlex.quote((folder / "event.json").read_text())))
    assert words[:2] == ["redis-cli", "--user"]
    return words[words.index("--askpass") + 1 :]


def test_a_revocation_closes_the_inbox_too(tmp_path: Path, added: dict[str, str]) -> None:
    register = Register(tmp_path / "sources.toml")
    assert [each.slug for each in register.inboxes()] == [added["slug"]]
    env = {"INTAKE_SOURCES": str(tmp_path / "sources.toml"), "COLUMNS": "200"}
    assert "inbox          {inbox}:unc" in CliRunner().invoke(app, ["sources", "show", "unc"], env=env).stdout
    revoked = CliRunner().invoke(app, ["sources", "revoke", "unc", "--json"], env=env)
    assert json.loads(revoked.stdout)["credentials"] == 1
    assert list(register.inboxes()) == []
    assert CliRunner().invoke(app, ["sources", "add", "one", *ADD, "--inbox", "--token", "a", "b"], env=env).exit_code == 2
