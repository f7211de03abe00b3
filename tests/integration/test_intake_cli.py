"""The command line: sources that a running intake follows, files that are sent, and exit codes that do not change."""

import json
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from redis import Redis
from typer.testing import CliRunner, Result

from services.intake.__main__ import app
from services.intake.denials import Denied
from services.intake.grants import Source
from services.intake.source_edits import add
from services.intake.sources import BadSources, Register, read
from services.intake.submit import Unreachable, send, statements
from services.intake.told import REFUSALS_SHOWN
from shared.credential_files import hash_of
from shared.streams import events_key
from tests import facts
from tests.integration.intake import key_of, process, running, sources_file

Cli = Callable[..., Result]
ENTRY: dict[str, object] = {"uris": ["urn:example:unc"], "roles": ["custodian"], "types": ["custody.*"]}
ADD = ("--uri", "urn:example:unc", "--role", "custodian", "--type", "custody.*", "--party", "unc")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    file = tmp_path / "sources.toml"

    def call(*args: str, **env: str) -> Result:
        return CliRunner().invoke(app, args, env={"INTAKE_SOURCES": str(file), "COLUMNS": "200", **env})

    return call


# ------------------------------------------------------------------------------------------------- sources
EPCIS = ("--epcis-source", "urn:example:unc", "--epcis-case", "urn:example:case:{case}")


def test_a_source_of_epcis_is_added_with_its_templates_and_another_behind_it(cli: Cli, tmp_path: Path) -> None:
    more = ("--epcis-case", "https://id.example/case/{case}", "--epcis-turnover", "urn:example:turnover:{turnover}")
    key = json.loads(cli("sources", "add", "logistics", *ADD, *EPCIS, *more, "--json").stdout)["key"]
    assert (
        cli(
            "sources",
            "add",
            "second",
            *ADD,
            *EPCIS,
            "--epcis-party",
            "urn:example:party:{}",
            "--inbox",
            "--epcis-actor",
            "desk-1",
        ).exit_code
        == 0
    )
    register = Register(tmp_path / "sources.toml")
    first = register.holder(key)
    assert isinstance(first, Source)
    assert first.epcis is not None
    assert (first.slug, first.epcis.source, first.epcis.actor) == ("logistics", "urn:example:unc", "epcis")
    assert first.epcis.cases == ("urn:example:case:{case}", "https://id.example/case/{case}")
    assert (first.epcis.parties, first.epcis.turnovers) == ((), ("urn:example:turnover:{turnover}",))
    [second] = register.inboxes()
    assert second.epcis is not None
    assert (second.epcis.actor, second.epcis.parties) == ("desk-1", ("urn:example:party:{}",))
    assert "turnovers    urn:example:turnover:{turnover}" in cli("sources", "show", "logistics").stdout


@pytest.mark.parametrize(
    "words", [EPCIS[:2], EPCIS[2:], (*EPCIS, "--epcis-place", "urn:example:place"), (*EPCIS[:2], "--epcis-case", "{a}{b}")]
)
def test_a_source_of_epcis_that_could_say_nothing_is_not_added(cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = cli("sources", "add", "logistics", *ADD, *words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "epcis" in refused.stderr
    assert not (tmp_path / "sources.toml").exists()


def test_a_source_is_added_listed_and_revoked(cli: Cli, tmp_path: Path) -> None:
    key = json.loads(cli("sources", "add", "unc-custody", *ADD, "--case-prefix", "K55-", "--json").stdout)["key"]
    file = tmp_path / "sources.toml"
    assert key not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    register = Register(file)
    assert isinstance(register.holder(key), Source)
    assert register.holder(key + "x") == Denied("unknown_key")
    [listed] = json.loads(cli("sources", "list", "--json").stdout)["sources"]
    assert (listed["slug"], listed["keys"], listed["types"]) == ("unc-custody", 1, ["custody.*"])
    assert listed["case_prefixes"] == ["K55-"]
    assert "unc-custody" in cli("sources", "list", COLUMNS="40").stdout
    revoked = cli("sources", "revoke", "unc-custody", "--json")
    assert json.loads(revoked.stdout) == {"slug": "unc-custody", "revoked": True, "credentials": 1}
    assert register.holder(key) == Denied("unknown_key")
    assert "revoked" in cli("sources", "list").stdout


def test_an_edit_keeps_what_people_wrote_beside_it(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text("# kept by the duty officer\n")
    cli("sources", "add", "one", *ADD)
    cli("sources", "add", "two", *ADD)
    assert file.read_text().startswith("# kept by the duty officer\n")
    assert [entry.slug for entry in read(file).sources] == ["one", "two"]


@pytest.mark.parametrize(
    "args",
    [
        ("sources", "add", "Not a slug", *ADD),
        ("sources", "add", "one", "--uri", "urn:x", "--role", "emperor", "--type", "*"),
        ("sources", "add", "one", "--uri", "urn:x", "--role", "custodian", "--type", "custody.lost"),
        ("sources", "add", "known", *ADD),
        ("sources", "revoke", "unknown"),
    ],
)
def test_a_wrong_edit_is_a_usage_error_and_leaves_the_file_as_it_was(cli: Cli, tmp_path: Path, args: Any) -> None:
    cli("sources", "add", "known", *ADD)
    before = (tmp_path / "sources.toml").read_text()
    assert cli(*args).exit_code == 2
    assert (tmp_path / "sources.toml").read_text() == before
    assert {file.name for file in tmp_path.iterdir()} == {"sources.toml", "sources.lock"}


def test_what_is_wrong_with_an_edit_is_one_line_that_names_the_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    missing = cli("sources", "list")
    assert (missing.exit_code, missing.stderr) == (2, f"{file}: No such file or directory; `sources add` makes one\n")
    cli("sources", "add", "known", *ADD)
    again = cli("sources", "add", "known", *ADD)
    assert (again.exit_code, again.stderr) == (2, f"{file} has a source known already\n")
    malformed = cli("sources", "add", "Not a slug", *ADD)
    assert malformed.stderr.startswith(f"{file}: sources.1.slug: ")
    assert malformed.stderr.count("\n") == 1
    file.write_text("[[sources]]\nkeys = 3\n")
    assert cli("sources", "revoke", "known").exit_code == 2
    wrong = cli("sources", "list", INTAKE_PORT="Zx81")
    assert (wrong.exit_code, wrong.stderr.partition(": ")[0]) == (2, "INTAKE_PORT")
    assert "Zx81" not in wrong.stderr


def test_edits_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    slugs = [f"source-{n}" for n in range(8)]
    with ThreadPoolExecutor(len(slugs)) as people:
        assert all(people.map(lambda slug: add(file, {**ENTRY, "slug": slug}), slugs))
    assert sorted(entry.slug for entry in read(file).sources) == slugs


@pytest.mark.parametrize("text", ["[[sources", '[[sources]]\nslug = "x"\n', 'secret = "Zx81"\n'])
def test_a_file_that_is_no_sources_file_changes_nothing_and_is_reported(tmp_path: Path, text: str) -> None:
    file = sources_file(tmp_path)
    told: list[str | None] = []
    register = Register(file, on_change=told.append)
    good = file.read_text()
    file.write_text(text)
    assert isinstance(register.holder(key_of("custodian")), Source)
    assert register.broken == told[0]
    assert "Zx81" not in str(register.broken)
    with pytest.raises(BadSources):
        read(file)
    file.write_text(good)
    assert isinstance(register.holder(key_of("custodian")), Source)
    assert register.broken is None
    assert told[1:] == [None]


def test_a_file_that_was_moved_away_and_back_is_read_again_though_nothing_of_it_changed(tmp_path: Path) -> None:
    file = sources_file(tmp_path)
    told: list[str | None] = []
    register = Register(file, on_change=told.append)
    aside = file.rename(tmp_path / "aside.toml")
    assert isinstance(register.holder(key_of("custodian")), Source)
    assert register.broken == told[0]
    assert told[0]
    aside.rename(file)
    assert isinstance(register.holder(key_of("custodian")), Source)
    assert register.broken is None
    assert told[1:] == [None]


async def test_a_running_intake_follows_the_sources_file(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        whole = intake.sources.read_text()
        intake.sources.write_text(whole.replace(hash_of(key_of("custodian")), hash_of("another")))
        assert (await intake.submit(facts.released())).status_code == 401
        intake.sources.unlink()
        ready = await intake.client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        intake.sources.write_text(whole)
        assert (await intake.submit(facts.released())).status_code == 202
        assert (await intake.client.get("/readyz")).status_code == 200
        metrics = (await intake.client.get("/metrics")).text
        assert 'rosette_intake_statements_total{door="http",outcome="accepted"}' in metrics


# ------------------------------------------------------------------------------------------------- submit
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("intake")


@pytest.fixture
def url(redis_url: str, folder: Path) -> Iterator[str]:
    with process(redis_url, folder) as (_, url):
        yield url


def test_files_are_sent_in_batches_and_exit_codes_say_how_it_went(cli: Cli, tmp_path: Path, url: str, redis_url: str) -> None:
    file, env = tmp_path / "events.ndjson", {"INTAKE_KEY": key_of("custodian"), "INTAKE_URL": url}
    lines = [orjson.dumps(facts.released(id=f"E-{n}", transfer=f"T-{n}")) for n in range(250)]
    file.write_bytes(b"\n".join(lines))
    sent = json.loads(cli("submit", str(file), "--json", **env).stdout)
    assert sent["outcomes"] == {"accepted": 250}
    assert [each["number"] for each in sent["answers"]] == list(range(1, 251))
    with Redis.from_url(redis_url) as redis:
        assert redis.xlen(events_key("custody")) == 250

    file.write_bytes(b"[" + lines[0] + b", " + orjson.dumps(facts.released(condition="unheard of")) + b"]")
    again = cli("submit", str(file), **env)
    assert again.exit_code == 1
    assert "duplicate" in again.stdout
    assert "/data/condition" in again.stdout

    key_file = tmp_path / "key"
    key_file.write_text(key_of("liaison") + "\n")
    file.write_bytes(lines[0])
    assert cli("submit", str(file), "--key-file", str(key_file), **env).exit_code == 1
    assert cli("submit", str(file), "--key-file", str(tmp_path / "none"), **env).exit_code == 2
    assert cli("submit", str(file), **env | {"INTAKE_KEY": ""}).exit_code == 2
    file.write_text('{"id": ')
    assert cli("submit", str(file), **env).exit_code == 2


def test_of_each_refused_event_its_id_and_every_reason_are_told_up_to_a_bound(cli: Cli, tmp_path: Path, url: str) -> None:
    file, env = tmp_path / "events.json", {"INTAKE_KEY": key_of("custodian"), "INTAKE_URL": url}
    bad = [facts.released(id=f"B-{n}", condition="unheard of", place=facts.ABSENT) for n in range(REFUSALS_SHOWN + 3)]
    file.write_bytes(orjson.dumps([facts.released(id="G-1"), *bad]))
    said = cli("submit", str(file), **env)
    assert said.exit_code == 1
    assert "event 2, id B-0: Not a valid event of its type (fix_and_resend)" in said.stdout.splitlines()
    assert said.stdout.count("    /data/condition: ") == said.stdout.count("    /data/place: ") == REFUSALS_SHOWN
    assert "and 3 more were refused; --json has them all" in said.stdout
    assert len(said.stdout.splitlines()) == len(set(said.stdout.splitlines())) + 2 * (REFUSALS_SHOWN - 1)
    answers = json.loads(cli("submit", str(file), "--json", **env).stdout)["answers"]
    assert [each["id"] for each in answers] == ["G-1", *(each["id"] for each in bad)]
    said = cli("submit", str(file), **env | {"INTAKE_KEY": "wrong"})
    assert (said.exit_code, said.stdout.count("No valid credential")) == (1, 1)
    assert f"events 1 to {len(bad) + 1}: No valid credential" in said.stdout


@pytest.mark.parametrize("where", ["http://127.0.0.1:9", "ftp://127.0.0.1:9"])
def test_without_intake_a_file_is_not_sent_and_the_url_is_named(cli: Cli, tmp_path: Path, where: str) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(orjson.dumps(facts.released()))
    said = cli("submit", str(file), INTAKE_KEY="k", INTAKE_URL=where)
    assert said.exit_code == 3
    assert f"no answer from {where}" in said.stderr


def test_what_answers_and_is_not_intake_is_said_to_be_something_else() -> None:
    def not_intake(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="<html>") if request.url.host == "page" else httpx2.Response(200, json={"ok": True})

    for host in ("page", "other"):
        with (
            httpx2.Client(base_url=f"http://{host}", transport=httpx2.MockTransport(not_intake)) as client,
            pytest.raises(Unreachable, match=f"http://{host} answered 200"),
        ):
            list(send(client, ["{}"]))


def test_what_cannot_be_sent_at_all_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    said = cli("submit", str(file), INTAKE_KEY="k")
    assert (said.exit_code, said.stderr) == (2, f"{file}: No such file or directory\n")
    file.write_bytes(b"\xff")
    assert cli("submit", str(file), INTAKE_KEY="k").exit_code == 2
    file.write_bytes(b"{}")
    assert cli("submit", str(file), INTAKE_KEY="\u00e9").exit_code == 2
    assert cli("submit", str(file), INTAKE_KEY="k", INTAKE_URL="http://intake:door").exit_code == 2


@pytest.mark.parametrize(
    "text", ['{"a":1}{"b": NaN}', '[{"a":1},\n {"b": NaN}]', '{"a":1}\n\n{"b": NaN}\n', ' [{"a":1} , {"b": NaN} ] ']
)
def test_statements_are_taken_from_a_file_as_they_stand_in_it(text: str) -> None:
    assert list(statements(text)) == ['{"a":1}', '{"b": NaN}']


# ------------------------------------------------------------------------------------------------- run
def test_run_refuses_an_unsafe_server_unreadable_sources_and_a_server_that_is_not_there(
    cli: Cli, redis_url: str, tmp_path: Path
) -> None:
    assert cli("run", INTAKE_REDIS_URL="redis://127.0.0.1:9/0").exit_code == 3
    assert cli("run", INTAKE_REDIS_URL=redis_url).exit_code == 2
    sources_file(tmp_path)
    with Redis.from_url(redis_url) as redis:
        redis.config_set("appendfsync", "everysec")
        try:
            refused = cli("run", INTAKE_REDIS_URL=redis_url)
        finally:
            redis.config_set("appendfsync", "always")
    assert refused.exit_code == 1
    assert "appendfsync is everysec, not always" in refused.stderr
