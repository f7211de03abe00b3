"""Who may read, what readiness means, and what an outage looks like from outside."""

from pathlib import Path

import pytest

from embedded import Servers
from services.tracker.settings import Unusable, settings
from services.tracker.web.api.credential import token_from
from tests.integration.looking import looking

TOKEN = b"0123456789abcdef-token"


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer wrong", "Basic 0123456789abcdef-token", "Bearer é"])
async def test_without_the_token_nothing_of_the_record_is_read(database_url: str, redis_url: str, given: str | None) -> None:
    headers = {} if given is None else {b"Authorization": given.encode()}
    async with looking(database_url, redis_url, token=TOKEN) as reader:
        for path in ("/v1/cases", "/v1/persons", "/v1/notices", "/v1/streams", "/v1/quarantine", "/metrics"):
            answer = await reader.client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "urn:rosette:problem:unauthenticated")
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_with_the_token_the_record_is_read_from_anywhere(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url, token=TOKEN, host="tracker.example") as reader:
        answer = await reader.client.get("/v1/cases", headers={"Authorization": "Bearer " + TOKEN.decode()})
    assert answer.status_code == 200


async def test_without_a_token_a_request_by_another_name_is_not_answered(database_url: str, redis_url: str) -> None:
    """A page in somebody's browser can point a name of its own at this machine."""
    async with looking(database_url, redis_url, host="rebound.example") as reader:
        assert (await reader.client.get("/v1/cases")).status_code == 400
    async with looking(database_url, redis_url, host="localhost:8082") as reader:
        assert (await reader.client.get("/v1/cases")).status_code == 200


async def test_health_needs_no_token_and_says_nothing_of_the_record(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url, token=TOKEN) as reader:
        assert (await reader.client.get("/livez")).json() == {"alive": True}
        assert (await reader.client.get("/readyz")).json() == {"ready": True, "checks": {}}


async def test_one_thing_that_is_wrong_makes_it_unready_and_is_named(database_url: str, redis_url: str) -> None:
    async def well() -> str | None:
        return None

    async def ill() -> str | None:
        return "a stream is not being read"

    async with looking(database_url, redis_url, record=well, streams=ill) as reader:
        answer = await reader.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"record": "ok", "streams": "a stream is not being read"}


async def test_an_outage_of_the_record_is_a_problem_to_ask_again(servers: Servers, database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        servers.stop_postgres()
        try:
            answer = await reader.client.get("/v1/cases", timeout=30)
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:rosette:problem:unavailable"
            assert int(answer.headers["retry-after"]) > 0
            assert (await reader.client.get("/livez")).status_code == 200
        finally:
            servers.start_postgres()


async def test_the_clock_cannot_be_moved_where_there_is_no_story(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert (await reader.client.post("/v1/clock", json={"to": "2030-01-01T00:00:00Z"})).status_code == 404


def test_another_host_than_loopback_needs_a_credential(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        assert settings(host=host).host == host
    for host in ("0.0.0.0", "192.0.2.1", "tracker.example", "::"):
        with pytest.raises(Unusable, match="TRACKER_TOKEN_FILE"):
            settings(host=host)
        assert settings(host=host, token_file=tmp_path / "token").host == host


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    with pytest.raises(ValueError, match="cannot be read"):
        token_from(file)
    file.write_text("short\n")
    with pytest.raises(ValueError, match="less than 16"):
        token_from(file)
    file.write_bytes(TOKEN + b"\n")
    assert token_from(file) == TOKEN
    assert token_from(None) is None


def test_settings_name_what_is_wrong_and_not_what_stood_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ROLES", "follow,secret-value")
    with pytest.raises(Unusable, match="TRACKER_ROLES") as refused:
        settings()
    assert "secret-value" not in str(refused.value)
    monkeypatch.setenv("TRACKER_ROLES", "web, follow")
    assert settings().roles == {"web", "follow"}
    with pytest.raises(Unusable, match="TRACKER_LEASE_S"):
        settings(lease_s=10, smtp_timeout_s=5)
