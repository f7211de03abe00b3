"""Keys and tokens: several a source, each with its end, one taking over from another; and every denial in the log."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from services.intake.__main__ import app
from services.intake.denials import Denied
from services.intake.grants import Source
from services.intake.source_edits import add, append
from services.intake.sources import BadSources, Register, read
from shared.credential_files import hash_of
from tests import facts
from tests.integration.intake import key_of, running

NOW = datetime(2026, 7, 27, 12, tzinfo=UTC)
ENTRY: dict[str, Any] = {"slug": "unc", "uris": ["urn:example:unc"], "roles": ["custodian"], "types": ["custody.*"]}


@pytest.fixture
def sources(tmp_path: Path) -> Callable[..., Result]:
    def call(*args: str) -> Result:
        env = {"INTAKE_SOURCES": str(tmp_path / "sources.toml"), "COLUMNS": "200"}
        return CliRunner().invoke(app, ["sources", *args], env=env)

    return call


def test_a_key_ends_by_itself_at_its_instant(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    key = add(file, dict(ENTRY), expires=NOW)
    before, at = Register(file, machine=lambda: NOW - timedelta(seconds=1)), Register(file, machine=lambda: NOW)
    assert isinstance(before.holder(key), Source)
    assert at.holder(key) == Denied("expired_key", "unc")


def test_an_end_without_an_offset_is_no_end(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    add(file, dict(ENTRY), expires=NOW)
    file.write_text(file.read_text().replace("12:00:00Z", "12:00:00"))
    with pytest.raises(BadSources, match="expires"):
        read(file)


EPCIS: Final = {"epcis": {"source": "urn:example:unc", "cases": ["urn:example:case:{case}"]}}


@pytest.mark.parametrize("entry", [ENTRY, ENTRY | EPCIS], ids=["", "epcis"])
@pytest.mark.parametrize("days", [None, 365])
def test_a_rotation_overlaps_the_key_of_before_and_ends_it(
    tmp_path: Path, sources: Callable[..., Result], days: int | None, entry: dict[str, Any]
) -> None:
    file, now = tmp_path / "sources.toml", datetime.now(UTC)
    first = add(file, dict(entry), expires=None if days is None else now + timedelta(days=days))
    add(file, ENTRY | {"slug": "behind"}, expires=now + timedelta(days=1))
    behind = read(file).sources[1]
    done = sources("rotate", "unc", "--overlap-days", "3", "--json")
    assert done.exit_code == 0, done.stderr
    second = json.loads(done.stdout)["key"]
    assert first != second
    assert read(file).sources[1] == behind
    during = Register(file, machine=lambda: now + timedelta(days=2))
    after = Register(file, machine=lambda: now + timedelta(days=4))
    assert isinstance(during.holder(first), Source)
    assert isinstance(during.holder(second), Source)
    assert after.holder(first) == Denied("expired_key", "unc")
    assert isinstance(after.holder(second), Source)


def test_a_rotation_never_makes_a_key_live_longer(tmp_path: Path, sources: Callable[..., Result]) -> None:
    file = tmp_path / "sources.toml"
    soon = datetime.now(UTC) + timedelta(hours=1)
    add(file, dict(ENTRY), expires=soon)
    assert sources("rotate", "unc", "--overlap-days", "30").exit_code == 0
    before, now = read(file).sources[0].keys
    assert before.expires == soon
    assert now.expires is not None
    assert now.expires > soon


def test_what_the_commands_wrote_is_added_to_rotated_and_revoked_by_them(
    tmp_path: Path, sources: Callable[..., Result]
) -> None:
    grant = ("--uri", "urn:example:unc", "--role", "custodian", "--type", "custody.*")
    keys = []
    for args in (("add", "unc", *grant), ("rotate", "unc"), ("rotate", "unc"), ("add", "next", *grant), ("rotate", "next")):
        done = sources(*args)
        assert done.exit_code == 0, done.stderr
        keys.append(done.stdout.strip())
    register = Register(tmp_path / "sources.toml")
    assert [getattr(register.holder(key), "slug", None) for key in keys] == ["unc"] * 3 + ["next"] * 2
    assert sources("revoke", "unc", "--key", hash_of(keys[1])[:8]).exit_code == 0
    assert sources("revoke", "next").exit_code == 0
    assert [isinstance(register.holder(key), Source) for key in keys] == [True, False, True, False, False]
    after = sources("rotate", "next")
    assert after.exit_code == 0, after.stderr
    assert isinstance(register.holder(after.stdout.strip()), Source)


def test_one_key_is_revoked_by_its_id_and_the_other_still_opens(tmp_path: Path, sources: Callable[..., Result]) -> None:
    file = tmp_path / "sources.toml"
    first = add(file, dict(ENTRY))
    second = sources("rotate", "unc").stdout.strip()
    register = Register(file)
    shown = json.loads(sources("show", "unc", "--json").stdout)
    assert [key["id"] for key in shown["keys"]] == [hash_of(first)[:8], hash_of(second)[:8]]
    assert sources("revoke", "unc", "--key", hash_of(first)[:8]).exit_code == 0
    assert register.holder(first) == Denied("unknown_key")
    assert isinstance(register.holder(second), Source)
    assert sources("revoke", "unc", "--key", "00000000").exit_code == 1
    assert sources("show", "unknown").exit_code == 2
    assert sources("rotate", "unknown").exit_code == 2


def test_what_is_shown_of_a_source_is_its_grant_and_the_ends_of_its_keys_and_no_hash(
    tmp_path: Path, sources: Callable[..., Result]
) -> None:
    key = add(tmp_path / "sources.toml", {**ENTRY, "case_prefixes": ["K55-"]}, expires=NOW - timedelta(days=3650))
    said = sources("show", "unc").stdout
    assert "case prefixes  K55-" in said
    assert f"key            {hash_of(key)[:8]}  ended 2016-07-29T12:00:00Z" in said
    assert said.startswith("unc  expired")
    assert hash_of(key) not in said + sources("show", "unc", "--json").stdout + sources("list", "--json").stdout


async def test_every_denial_is_logged_with_its_rule_and_never_with_the_credential(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        with capture_logs() as lines:
            wrong = await intake.submit(facts.released(), role="custodian", authorization="Bearer stolen-key-Zx81")
            bare = await intake.client.post("/v1/events")
            refused = await intake.submit(facts.released(), role="liaison")
            rehearsed = await intake.client.post(
                "/v1/events?dry_run=true",
                json=facts.released(),
                headers={"authorization": f"Bearer {key_of('liaison')}", "content-type": "application/cloudevents+json"},
            )
            receipts = await intake.receipts(facts.SOURCES["custodian"], "E-1", role="liaison")
    assert [answer.status_code for answer in (wrong, bare, refused, rehearsed, receipts)] == [401, 401, 403, 403, 403]
    assert wrong.json() == bare.json()
    denials = [(line["rule"], line["source"]) for line in lines if line["event"] == "denied"]
    assert denials == [
        ("unknown_key", None),
        ("no_credential", None),
        ("source", "liaison"),
        ("source", "liaison"),
        ("source", "liaison"),
    ]
    assert "Zx81" not in str(lines)


async def test_a_revocation_is_effective_with_the_next_request(
    redis_url: str, tmp_path: Path, sources: Callable[..., Result]
) -> None:
    async with running(redis_url, tmp_path) as intake:
        assert (await intake.submit(facts.released())).status_code == 202
        assert sources("revoke", "custodian").exit_code == 0
        assert (await intake.submit(facts.released())).status_code == 401


# ------------------------------------------------------------------------------------------------- tokens
PROVIDER: Final = "https://id.example"
SIGNER: Final = RSAKey.generate_key(2048, {"kid": "now"})
STALE: Final = RSAKey.generate_key(2048, {"kid": "gone"})


@pytest.fixture
def jwks_url() -> Iterator[str]:
    """An issuer on this machine, that answers with its one key."""
    body = json.dumps({"keys": [SIGNER.as_dict(private=False)]}).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/jwks"
        server.shutdown()


def token(key: RSAKey = SIGNER, **changed: Any) -> str:
    said = {"iss": PROVIDER, "aud": "rosette-intake", "sub": "unc", "exp": int(time.time()) + 60} | changed
    return jwt.encode({"alg": "RS256", "kid": key.kid or ""}, said, key)


def believing(sources: Path, url: str) -> None:
    issuer = f'[[issuers]]\nissuer = "{PROVIDER}"\naudience = "rosette-intake"\njwks_url = "{url}"\n'
    sources.write_text(sources.read_text() + issuer)
    entry = {"slug": "unc", "uris": [facts.SOURCES["custodian"]], "roles": ["custodian"], "types": ["*"], "parties": ["*"]}
    append(sources, entry | {"tokens": [{"issuer": PROVIDER, "subject": "unc"}]})


async def test_a_token_opens_what_its_subject_was_granted_until_it_is_revoked(
    redis_url: str, tmp_path: Path, jwks_url: str, sources: Callable[..., Result]
) -> None:
    async with running(redis_url, tmp_path) as intake:
        believing(intake.sources, jwks_url)
        bearer = f"Bearer {token()}"
        assert (await intake.submit(facts.released(), authorization=bearer)).status_code == 202
        assert (await intake.submit(facts.determined(), authorization=bearer)).status_code == 403
        assert "token          unc of https://id.example" in sources("show", "unc").stdout
        assert json.loads(sources("revoke", "unc", "--json").stdout)["credentials"] == 1
        assert (await intake.submit(facts.released(), authorization=bearer)).status_code == 401


async def test_a_token_that_is_not_believed_is_denied_by_its_rule(redis_url: str, tmp_path: Path, jwks_url: str) -> None:
    tricks = {
        "token_expired": token(exp=int(time.time()) - 60),
        "token_audience": token(aud="rosette-tracker"),
        "token_issuer": token(iss="https://another.example"),
        "token_key": token(STALE),
        "token_signature": token(RSAKey.generate_key(2048, {"kid": "now"})),
        "token_algorithm": ".".join(["eyJhbGciOiJub25lIiwia2lkIjoibm93In0", token().split(".")[1], ""]),
        "unknown_subject": token(sub="uncle"),
        "token_malformed": "a.b.c",
    }
    async with running(redis_url, tmp_path) as intake:
        believing(intake.sources, jwks_url)
        for rule, given in tricks.items():
            with capture_logs() as lines:
                answer = await intake.submit(facts.released(), authorization=f"Bearer {given}")
            assert answer.status_code == 401
            assert [line["rule"] for line in lines if line["event"] == "denied"] == [rule]
            assert given not in str(lines)


async def test_where_the_issuer_does_not_answer_the_sender_asks_again(redis_url: str, tmp_path: Path) -> None:
    async with running(redis_url, tmp_path) as intake:
        believing(intake.sources, "http://127.0.0.1:9/jwks")
        answer = await intake.submit(facts.released(), authorization=f"Bearer {token()}")
        assert (answer.status_code, answer.json()["then"]) == (503, "retry_same_id")
        assert (await intake.submit(facts.released())).status_code == 202


def test_a_source_that_comes_with_tokens_of_nobody_we_believe_is_not_added(sources: Callable[..., Result]) -> None:
    grant = ("--uri", "urn:example:unc", "--role", "custodian", "--type", "custody.*")
    refused = sources("add", "unc", *grant, "--token", PROVIDER, "unc")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "of an issuer that does not stand there" in refused.stderr
