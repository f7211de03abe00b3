"""What each user of the server may do and may not: one try each, and the main job as these users and no others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError, RedisError
from typer.testing import CliRunner

from deploy import acl
from services.intake.__main__ import app
from services.intake.accept import CODE, FUNCTION
from services.intake.inbox_recipe import acl_line, user_of
from tests import facts
from tests.integration.following import at_rest, following, until
from tests.integration.intake import key_of, running

PASSWORD: Final = "a-password-for-a-test"
INBOX: Final = user_of("custodian")
RECEIPT: Final = ("{custody}:events", "{custody}:seq", "{custody}:fence", "{custody}:index:unc", "{custody}:receipts:00")
ACCEPT: Final = ("FCALL", FUNCTION, 5, *RECEIPT, "epoch", "2018-07-27T00:00:00Z", "urn:x E-1", "digest", "{}")

MAY: Final[dict[str, tuple[tuple[Any, ...], ...]]] = {
    "intake": (
        ACCEPT,
        ("HGET", "{custody}:receipts:00", "urn:x E-1"),
        ("HMGET", "{family}:filed", "epoch"),
        ("XRANGE", "{custody}:events", "-", "+"),
        ("XDEL", "{inbox}:unc", "1-0"),
        ("SET", "{epcis}::worker", "me", "NX", "PX", 3000),
        ("GET", "{epcis}::worker"),
        ("PEXPIRE", "{epcis}::worker", 3000),
        ("LLEN", "{epcis}:pending:unc"),
        ("LINDEX", "{epcis}:pending:unc", 0),
        ("RPUSH", "{epcis}:pending:unc", "job"),
        ("LREM", "{epcis}:pending:unc", 0, "job"),
        ("HSET", "{epcis}:job:1", "slug", "unc"),
        ("HGETALL", "{epcis}:job:1"),
        ("HDEL", "{epcis}:job:1", "body"),
        ("EXPIRE", "{epcis}:job:1", 60),
        ("PERSIST", "{epcis}:job:1"),
        ("MULTI",),
        ("CONFIG", "GET", "appendonly"),
        ("FUNCTION", "LIST"),
    ),
    "tracker": (
        ("XGROUP", "CREATE", "{custody}:events", "tracker", "0", "MKSTREAM"),
        ("XREADGROUP", "GROUP", "tracker", "me", "STREAMS", "{custody}:events", ">"),
        ("HSET", "{custody}:filed", "through", "1"),
        ("HMGET", "{custody}:seq", "n"),
    ),
    "loader": (("FUNCTION", "LOAD", "REPLACE", CODE), ("FUNCTION", "LIST")),
    INBOX: (("XADD", "{inbox}:custodian", "*", "event", "{}"), ("XRANGE", "{refused}:custodian", "-", "+")),
}
OUT_OF_REACH: Final = (
    ("FLUSHALL",),
    ("KEYS", "*"),
    ("ACL", "LIST"),
    ("CONFIG", "SET", "appendonly", "no"),
    ("SHUTDOWN",),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("MONITOR",),
    ("XTRIM", "{custody}:events", "MAXLEN", "0"),
    ("DEL", "{custody}:seq"),
    ("FUNCTION", "FLUSH"),
    ("SET", "elsewhere", "1"),
)
MAY_NOT: Final[dict[str, tuple[tuple[Any, ...], ...]]] = {
    "intake": (
        *OUT_OF_REACH,
        ("FUNCTION", "LOAD", "REPLACE", CODE),
        ("FCALL", "accept_v0", 0),
        ("EVAL", "return 1", 0),
        ("HSET", "{custody}:filed", "through", "9"),
        ("XACK", "{custody}:events", "tracker", "1-0"),
        ("XDEL", "{custody}:events", "1-0"),
        ("PEXPIRE", "{custody}:events", 1),
        ("SET", "{custody}:events", "1"),
        ("HDEL", "{custody}:receipts:00", "urn:x E-1"),
    ),
    "tracker": (
        *OUT_OF_REACH,
        ACCEPT,
        ("XADD", "{custody}:events", "*", "event", "{}"),
        ("EVAL", "return redis.call('XADD', KEYS[1], '*', 'event', '{}')", 1, "{custody}:events"),
        ("HSET", "{custody}:seq", "n", "0"),
        ("HGET", "{custody}:receipts:00", "urn:x E-1"),
        ("XRANGE", "{inbox}:custodian", "-", "+"),
        ("HGETALL", "{epcis}:job:1"),
    ),
    "loader": (*OUT_OF_REACH, ACCEPT, ("HGET", "{custody}:seq", "n"), ("EVAL", "return 1", 0)),
    INBOX: (
        *OUT_OF_REACH,
        ACCEPT,
        ("XADD", "{inbox}:laboratory", "*", "event", "{}"),
        ("XADD", "{custody}:events", "*", "event", "{}"),
        ("XRANGE", "{custody}:events", "-", "+"),
        ("XADD", "{refused}:custodian", "*", "event", "{}"),
    ),
}


@pytest.fixture
def guarded(redis_url: str) -> Iterator[str]:
    """The server with the users of the file, and one of an inbox. Its default user is left to the tests that share it."""
    passwords = {user.name: PASSWORD for user in acl.USERS}
    lines = [line for line in acl.file(passwords).splitlines() if line.startswith("user ") and " default " not in line]
    lines.append(acl_line("custodian", PASSWORD))
    with Redis.from_url(redis_url) as admin:
        for line in lines:
            _, name, *rules = line.split(" ")
            admin.execute_command("ACL", "SETUSER", name, *rules)
        admin.execute_command("ACL", "LOG", "RESET")
        admin.function_load(CODE)
        yield redis_url
        for line in lines:
            admin.execute_command("ACL", "DELUSER", line.split(" ")[1])


def url_of(redis_url: str, user: str) -> str:
    scheme, _, rest = redis_url.partition("://")
    return f"{scheme}://{quote(user)}:{quote(PASSWORD)}@{rest}"


def allowed(redis_url: str, user: str, command: tuple[Any, ...]) -> bool:
    """Whether the server lets this user do it; what else is wrong with the command does not matter."""
    with Redis.from_url(url_of(redis_url, user)) as client:
        try:
            client.execute_command(*command)
        except NoPermissionError:
            return False
        except RedisError as error:
            return "permission" not in str(error).lower() and "acl" not in str(error).lower()
    return True


def test_each_user_may_do_its_work_and_nothing_else(guarded: str) -> None:
    for user, commands in MAY_NOT.items():
        for command in commands:
            assert not allowed(guarded, user, command), (user, command[:4])
    for user, commands in MAY.items():
        for command in commands:
            assert allowed(guarded, user, command), (user, command[:4])


def test_every_user_of_the_file_is_tried() -> None:
    assert {user.name for user in acl.USERS} | {INBOX} == MAY.keys() == MAY_NOT.keys()


def test_the_file_is_as_it_is_generated_lets_nobody_in_and_has_no_default_user() -> None:
    text = acl.FILE.read_text()
    assert text == acl.file(), "run `python -m deploy.acl`"
    lines = [line for line in text.splitlines() if line.startswith("user ")]
    assert lines[0] == "user default reset off"
    assert not any("#" in line or "nopass" in line or ">" in line for line in lines)


async def test_intake_and_tracker_do_the_main_job_as_their_users(guarded: str, database_url: str, tmp_path: Path) -> None:
    async with (
        running(url_of(guarded, "intake"), tmp_path) as intake,
        following(url_of(guarded, "tracker"), database_url),
    ):
        assert (await intake.client.get("/readyz")).status_code == 200
        assert (await intake.submit(facts.registered(id="E-1"))).status_code == 202
        assert (await intake.submit(facts.registered(id="E-1"))).json()["duplicate"] is True
        await until(at_rest(guarded, custody=1))
        receipt = (await intake.receipts(facts.SOURCES["custodian"], "E-1")).json()["receipts"][0]
        assert receipt["state"] == "filed"
        listed = await intake.client.get(
            "/v1/receipts", params={"source": facts.SOURCES["custodian"], "after": ""}, headers=intake_key()
        )
        assert listed.status_code == 200
    with Redis.from_url(guarded) as admin:
        denied = {entry["object"].decode().lower() for entry in map(named, admin.execute_command("ACL", "LOG"))}
    assert denied <= {"client|setinfo", "function|load"}, "what a client says of itself, and what intake offers to load"


def test_functions_are_loaded_at_deployment_by_the_one_who_may(guarded: str, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    scheme, _, rest = guarded.partition("://")
    with Redis.from_url(guarded) as admin:
        admin.function_flush()
        for user, code in (("intake", 3), ("tracker", 3), ("loader", 0)):
            given = {"INTAKE_REDIS_URL": f"{scheme}://{user}@{rest}", "INTAKE_REDIS_PASSWORD_FILE": str(password)}
            assert CliRunner().invoke(app, ["functions"], env=given).exit_code == code, user
        assert FUNCTION in str(admin.function_list())


def intake_key() -> dict[str, str]:
    return {"authorization": f"Bearer {key_of('custodian')}"}


def named(entry: Any) -> dict[str, Any]:
    if isinstance(entry, dict):
        return {str(name if isinstance(name, str) else name.decode()): value for name, value in entry.items()}
    return {entry[n].decode(): entry[n + 1] for n in range(0, len(entry), 2)}
