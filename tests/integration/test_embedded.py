"""The embedded servers live exactly as long as they should, and forget nothing that they acknowledged."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest
import redis

import embedded
from embedded.handle import CHECKOUT
from embedded.places import sockets_of
from embedded.services import SERVICES, free_port, free_ports

STARTER = """
import json, pathlib, sys, time
import embedded
with embedded.servers(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None) as servers:
    servers.run("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], {})
    pids = servers.ask({"do": "status"})["pids"]
    print(json.dumps({"supervisor": servers.supervisor.pid, "data": str(servers.data_dir), **pids}), flush=True)
    time.sleep(600)
"""


class Started:
    """A process that holds embedded servers, and the processes that must end with it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self.process = process
        told = json.loads(process.stdout.readline())
        self.data = Path(told.pop("data"))
        self.pids: dict[str, int] = told

    def alive(self) -> list[str]:
        return [name for name, pid in self.pids.items() if is_alive(pid)]


@contextmanager
def started(*arguments: str) -> Iterator[Started]:
    process = subprocess.Popen([sys.executable, "-c", STARTER, *arguments], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    try:
        yield Started(process)
    finally:
        process.terminate()
        process.wait()
        process.communicate()


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def until(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def here() -> Iterator[Path]:
    """Not `tmp_path`: every run of pytest shuts others out of its parent again, and root's PostgreSQL is another."""
    with tempfile.TemporaryDirectory(prefix="rosette-test-") as directory:
        yield Path(directory).resolve()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda ending: ending.name)
def test_nothing_is_left_of_a_starter_that_ends_in_whatever_way(ending: signal.Signals) -> None:
    with started() as starter:
        assert starter.alive() == ["supervisor", "postgres", "redis", "sleeper"]
        starter.process.send_signal(ending)
        until(lambda: not starter.alive() and not starter.data.exists())


def test_the_end_of_the_supervisor_alone_is_the_end_of_everything_it_owns() -> None:
    with started() as starter:
        os.kill(starter.pids["supervisor"], signal.SIGTERM)
        until(lambda: not starter.alive() and not starter.data.exists())


def make_stale(starter: Started) -> None:
    """Kill the starter and the supervisor; what they ran is stopped, so that it hears nothing of their death."""
    for name in ("sleeper", "redis", "postgres"):
        os.kill(starter.pids[name], signal.SIGSTOP)
    os.kill(starter.pids["supervisor"], signal.SIGKILL)  # first, or it would begin to stop them
    starter.process.kill()
    until(lambda: "supervisor" not in starter.alive())
    assert starter.alive() == ["postgres", "redis", "sleeper"]


def test_stale_servers_of_a_killed_supervisor_are_reclaimed_at_the_next_start(here: Path) -> None:
    data = here / "data"
    with started(str(data)) as starter:
        make_stale(starter)
        with embedded.servers(data) as servers:
            assert starter.alive() == []
            assert redis.Redis.from_url(servers.redis_url).ping()
            assert servers.postgres_pid != starter.pids["postgres"]


def test_stale_servers_in_a_temporary_directory_are_swept_by_any_later_start(here: Path) -> None:
    with started() as starter:
        make_stale(starter)
        an_hour_ago = time.time() - 3600
        os.utime(starter.data, (an_hour_ago, an_hour_ago))
        with embedded.servers(here, postgres=False):
            assert starter.alive() == []
            assert not starter.data.exists()
            assert not sockets_of(starter.data).exists()


def test_what_a_killed_supervisor_left_ends_with_the_block() -> None:
    with embedded.servers() as servers:
        pids = [servers.redis_pid, servers.postgres_pid]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        servers.supervisor.kill()
        servers.supervisor.wait()
        with pytest.raises(embedded.EmbeddedError, match="the supervisor is gone"):
            servers.restart_redis()
        assert all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)
    assert not servers.data_dir.exists()
    assert not sockets_of(servers.data_dir).exists()


def test_an_innocent_process_that_inherited_a_stale_pid_is_left_alone(here: Path) -> None:
    (here / "run").mkdir()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        note = {"pid": innocent.pid, "arguments": ["--dir", str(here / "redis")], "stop_with": signal.SIGTERM}
        (here / "run" / "redis.pid").write_text(json.dumps(note))
        with embedded.servers(here, postgres=False):
            assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_second_holder_of_a_data_directory_is_refused_and_the_first_goes_on(here: Path) -> None:
    with embedded.servers(here, postgres=False) as first:
        refused = pytest.raises(embedded.EmbeddedError, match=rf"in use by .* pid {first.supervisor.pid}")
        with refused, embedded.servers(here, postgres=False):
            pass
        assert redis.Redis.from_url(first.redis_url).ping()


def test_a_start_waits_for_the_holder_that_is_on_its_way_out(here: Path) -> None:
    with started(str(here)) as starter:
        starter.process.kill()
        with embedded.servers(here):
            assert set(starter.alive()) <= {"supervisor"}
            until(lambda: not starter.alive())  # it lets go of the folder a moment before it is gone


def test_missing_parents_are_made_and_data_survives_a_restart(here: Path) -> None:
    data = here / "not" / "there" / "yet"
    with embedded.servers(data) as servers:
        redis.Redis.from_url(servers.redis_url).xadd("kept", {"field": "value"})
        with psycopg.connect(servers.postgres_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'value' AS field")
    with embedded.servers(data) as servers:
        assert redis.Redis.from_url(servers.redis_url).xlen("kept") == 1
        with psycopg.connect(servers.postgres_url) as connection:
            assert connection.execute("SELECT field FROM kept").fetchone() == ("value",)


def test_the_servers_are_as_durable_as_in_production(redis_url: str, database_url: str) -> None:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    assert client.config_get("appendonly", "appendfsync") == {"appendonly": "yes", "appendfsync": "always"}
    with psycopg.connect(database_url) as connection:
        durable = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(DURABLE)])
        assert dict(durable.fetchall()) == DURABLE


DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def test_a_crashed_redis_comes_back_with_what_it_acknowledged(servers: embedded.Servers, redis_url: str) -> None:
    before = servers.redis_pid
    redis.Redis.from_url(redis_url).set("kept", "value")
    servers.kill_redis()
    with pytest.raises(embedded.EmbeddedError, match="redis is not running"):
        _ = servers.redis_pid
    servers.restart_redis()
    assert servers.redis_pid != before
    assert redis.Redis.from_url(redis_url).get("kept") == b"value"


def test_a_stopped_postgres_comes_back_at_the_same_address(servers: embedded.Servers, database_url: str) -> None:
    servers.stop_postgres()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database_url)
    servers.start_postgres()
    psycopg.connect(database_url).close()


def test_a_new_database_can_be_a_copy_of_another(servers: embedded.Servers, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE copied (n int)")
        name = connection.info.dbname
    copy = servers.new_database(f"{name}_copy", template=name)
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM copied").fetchone() == (0,)
    servers.drop_database(f"{name}_copy")


def test_redis_listens_on_a_port_where_one_is_asked_for(here: Path) -> None:
    port = free_port()
    with embedded.servers(here, redis_port=port, postgres=False) as servers:
        assert servers.redis_url == f"redis://127.0.0.1:{port}/0"
        assert redis.Redis.from_url(servers.redis_url).ping()


def test_a_server_that_cannot_start_is_reported_with_what_it_logged(here: Path) -> None:
    (here / "postgres").mkdir()
    (here / "postgres" / "PG_VERSION").write_text("9.6")
    refused = pytest.raises(embedded.EmbeddedError, match=r"(?s)postgres did not start:.*postgresql.conf")
    with refused, embedded.servers(here, redis=False):
        pass


class Up:
    """`python -m embedded up`, once it has said all it has to say."""

    def __init__(self, data: Path, *ports: int) -> None:
        intake, tracker = map(str, ports)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "embedded", "up", "--data", str(data)),
                *("--intake-port", intake, "--tracker-port", tracker),
            ],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.said = list(iter(self.process.stdout.readline, "Ctrl-C stops everything.\n"))
        self.pids = {file.stem: json.loads(file.read_text())["pid"] for file in (data / "run").glob("*.pid")}

    def alive(self) -> set[str]:
        return {name for name, pid in self.pids.items() if is_alive(pid)}


@pytest.mark.timeout(300)
def test_both_services_run_until_interrupted_and_nothing_is_left_of_them(here: Path) -> None:
    everything = {"redis", "postgres", "intake", "tracker"}
    ports = free_ports(*SERVICES).values()
    first = Up(here, *ports)
    assert first.alive() == everything
    key = (here / "sample.key").read_text()
    assert f'export INTAKE_KEY="$(cat {here / "sample.key"})"' in {line.strip() for line in first.said}
    for port in ports:
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    first.process.kill()
    until(lambda: not first.alive())

    second = Up(here, *ports)
    assert second.alive() == everything
    assert (here / "sample.key").read_text() == key
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait() == 0
    assert not second.alive()


def test_a_taken_port_is_named_before_anything_is_started(here: Path, mailbox: embedded.Mailbox) -> None:
    command = [sys.executable, "-m", "embedded", "up", "--data", str(here / "data")]
    refused = subprocess.run(
        [*command, "--intake-port", str(mailbox.port)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"port {mailbox.port} is taken" in refused.stderr
    assert not (here / "data").exists()


@pytest.fixture
def send(mailbox: embedded.Mailbox) -> Callable[[], None]:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=1) as client:
            client.sendmail("desk@example.org", ["liaison@example.org"], "Subject: A notice\n\nOne line.\n")

    return send


def test_a_mail_arrives_with_its_envelope(mailbox: embedded.Mailbox, send: Callable[[], None]) -> None:
    send()
    (mail,) = mailbox.wait_for(1)
    assert (mail.sender, mail.recipients) == ("desk@example.org", ("liaison@example.org",))
    assert mail.message["Subject"] == "A notice"
    assert mail.message.get_content() == "One line.\n"


@pytest.mark.parametrize("reply", ["451 later", "550 unknown"])
def test_a_refused_mail_is_an_attempt_but_not_in_the_box(
    mailbox: embedded.Mailbox, send: Callable[[], None], reply: str
) -> None:
    mailbox.script = lambda _mail: reply
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send()
    assert refused.value.smtp_code == int(reply[:3])
    assert (len(mailbox.attempts), len(mailbox.messages)) == (1, 0)


@pytest.mark.parametrize(("behaviour", "in_the_box"), [("drop after DATA", 1), ("hang", 0)])
def test_a_sender_without_an_answer_cannot_know_whether_the_mail_arrived(
    mailbox: embedded.Mailbox, send: Callable[[], None], behaviour: str, in_the_box: int
) -> None:
    mailbox.script = lambda _mail: behaviour
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send()
    assert (len(mailbox.attempts), len(mailbox.messages)) == (1, in_the_box)


def test_mails_are_kept_as_files_where_a_directory_is_given(here: Path) -> None:
    with embedded.Mailbox(directory=here / "mailbox") as box:
        with smtplib.SMTP("127.0.0.1", box.port, timeout=5) as client:
            client.sendmail("desk@example.org", ["liaison@example.org"], "Subject: A notice\n\nOne line.\n")
        box.wait_for(1)
    assert (here / "mailbox" / "0001.eml").read_bytes().startswith(b"Subject: A notice\r\n")


def test_a_mailbox_whose_port_is_taken_says_so(mailbox: embedded.Mailbox) -> None:
    with pytest.raises(OSError, match="address already in use"), embedded.Mailbox(port=mailbox.port):
        pass
