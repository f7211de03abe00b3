"""The starter's side of the supervisor: `with embedded.servers() as servers: ...`."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from embedded.children import reclaim
from embedded.places import remove, remove_sockets

DATABASE: Final = "rosette"
CHECKOUT: Final = Path(__file__).parent.parent
STOP_S: Final = 120.0
"""How long a supervisor may take to stop everything: more than the sum of what it grants its children."""


class EmbeddedError(RuntimeError):
    """The servers did not start, or did not do what was asked; the message says why."""


class Servers:
    """Running servers. Safe to use from several threads; useless in a forked process."""

    def __init__(self, supervisor: "subprocess.Popen[str]") -> None:
        self.supervisor = supervisor
        self._turn = threading.Lock()
        ready = self._answer()
        self.data_dir = Path(ready["data"])
        self._urls: dict[str, str] = ready["urls"]

    @property
    def redis_url(self) -> str:
        """A `unix://` URL, or `redis://127.0.0.1:<port>` where a port was asked for. Database 0 of 16."""
        return self._urls["redis"]

    @property
    def postgres_url(self) -> str:
        """The database `rosette`, as its owner, over a Unix socket: `postgresql://rosette@/rosette?host=...`."""
        return self.database_url(DATABASE)

    @property
    def redis_pid(self) -> int:
        return self._pid("redis")

    @property
    def postgres_pid(self) -> int:
        return self._pid("postgres")

    def kill_redis(self) -> None:
        """SIGKILL, as in a crash; nothing that was acknowledged is lost."""
        self.ask({"do": "kill", "name": "redis"})

    def restart_redis(self) -> None:
        """Start it again, stopping it in good order if it is alive; returns when it answers."""
        self.ask({"do": "stop", "name": "redis"})
        self.ask({"do": "start", "name": "redis"})

    def stop_postgres(self) -> None:
        """End its sessions and shut it down; returns when it is gone."""
        self.ask({"do": "stop", "name": "postgres"})

    def start_postgres(self) -> None:
        """Returns when it answers."""
        self.ask({"do": "start", "name": "postgres"})

    def new_database(self, name: str, template: str = "template1") -> str:
        """Make the empty database `name`, or a copy of `template` to which nobody is connected, and return its URL."""
        # WAL_LOG, the default strategy, is the faster one here: FILE_COPY needs two checkpoints.
        self._administer("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it exists, ending the sessions that are connected to it."""
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def database_url(self, name: str) -> str:
        return self._urls["postgres"].format(database=name)

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a program that is stopped before the servers are; its output goes to our standard error."""
        self.ask({"do": "run", "name": name, "command": list(command), "environment": dict(environment)})

    def exits(self) -> dict[str, int]:
        """The exit status of each child that has ended."""
        exits: dict[str, int] = self.ask({"do": "status"})["exits"]
        return exits

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request to the supervisor, and its answer.

        Raises:
            EmbeddedError: it could not be done, or the supervisor is gone.
        """
        assert self.supervisor.stdin
        with self._turn:
            try:
                self.supervisor.stdin.write(json.dumps(request) + "\n")
                self.supervisor.stdin.flush()
            except OSError as error:
                raise EmbeddedError(f"the supervisor is gone: {error}") from error
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.supervisor.stdout
        line = self.supervisor.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the supervisor ended without a word"}
        if "error" in answer:
            raise EmbeddedError(answer["error"])
        return answer

    def _pid(self, name: str) -> int:
        pid = self.ask({"do": "status"})["pids"][name]
        if pid is None:
            raise EmbeddedError(f"{name} is not running")
        return int(pid)

    def _administer(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def servers(
    data_dir: Path | None = None, *, redis_port: int | None = None, postgres: bool = True, redis: bool = True
) -> Iterator[Servers]:
    """Valkey and PostgreSQL, running and durable, for as long as the block (or this process) lasts.

    Args:
        data_dir: where they keep their data, made if missing; None is a temporary directory, removed afterwards.
        redis_port: a TCP port on 127.0.0.1 for Redis; None is a Unix socket.
        postgres, redis: which of the two to start.

    Raises:
        EmbeddedError: one did not start, or another process uses `data_dir`. Nothing is left running.

    Guarantee: they end with this process, however it ends. A supervisor that is killed too leaves them to the Linux
    kernel, to the end of this block, or to the next start on the same directory, whichever comes first.
    """
    options = {
        "data_dir": str(data_dir.absolute()) if data_dir else None,
        "redis": redis,
        "redis_port": redis_port,
        "postgres": postgres,
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "embedded.supervisor", json.dumps(options)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # the terminal's Ctrl-C is ours to turn into a request to stop
    )
    try:
        running = Servers(supervisor)
    except BaseException:
        release(supervisor)
        raise
    try:
        yield running
    finally:
        if release(supervisor) != 0:
            reclaim(running.data_dir / "run")
            remove_sockets(running.data_dir)
            if data_dir is None:
                remove(running.data_dir)


def release(supervisor: "subprocess.Popen[str]") -> int:
    """Ask the supervisor to stop everything, and return its exit status once it has; not 0 means that it was killed."""
    assert supervisor.stdin
    assert supervisor.stdout
    with suppress(OSError):
        supervisor.stdin.close()
    try:
        status = supervisor.wait(STOP_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        status = supervisor.wait()
    supervisor.stdout.close()
    return status
