"""The process that owns the embedded servers, and whatever runs on them: `python -m embedded.supervisor '{...}'`.

It is started by `embedded.servers()` and lives as long as its starter. They speak JSON lines: requests on standard
input, one answer each on standard output; the first line out says what is ready. The end of standard input, which the
kernel also delivers when the starter is killed, is the request to stop everything.

    {"do": "stop" | "start" | "kill", "name": "redis" | "postgres"}          end or start a server
    {"do": "run", "name": ..., "command": [...], "environment": {...}}       run a program on the servers
    {"do": "status"}                                                         is everything alive?
    every answer: {"pids": {name: pid or null}, "exits": {name: status}}, or {"error": "..."}
"""

import fcntl
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final

from embedded.children import Child, Program, reclaim
from embedded.places import make_sockets, make_temporary_data, remove, remove_sockets, temporary_data
from embedded.programs import Postgres, Redis, ServerError

ENDINGS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STOPPING: Final = "stopping"


class DirectoryInUseError(Exception):
    """Another supervisor owns the data directory."""


@contextmanager
def sole_owner(data: Path, patience_s: float = 1.0, patience_with_stopping_s: float = 60.0) -> Iterator[IO[str]]:
    """Hold the lock of a data directory; the kernel lets go of it however this process ends.

    A holder whose starter has just been killed needs a moment to notice, and one that says so in the lock file is on
    its way out: both are waited for.

    Raises:
        DirectoryInUseError: someone else holds it, and stays.
    """
    with (data / "lock").open("a+") as lock:
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read()
                patience = patience_with_stopping_s if STOPPING in holder else patience_s
                if time.monotonic() - began > patience:
                    raise DirectoryInUseError(f"{data} is in use by the supervisor {holder or '?'}") from None
                time.sleep(0.02)
        sign(lock, f"with pid {os.getpid()}")
        yield lock


def sign(lock: IO[str], text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


def sweep_temporary() -> None:
    """Remove temporary data directories whose supervisor and starter were both killed, with what still runs in them."""
    for data in temporary_data():
        # A directory so young may belong to a supervisor that has not locked it yet.
        with suppress(OSError, DirectoryInUseError):
            if data.stat().st_uid == os.geteuid() and time.time() - data.stat().st_mtime > 60:
                with sole_owner(data, patience_s=0, patience_with_stopping_s=0):
                    reclaim(data / "run")
                    remove(data)


class Supervisor:
    """Owns the children of one locked data directory."""

    def __init__(self, data: Path, *, redis: bool, redis_port: int | None, postgres: bool) -> None:
        self.data, self.run = data, data / "run"
        self.run.mkdir(exist_ok=True)
        self.sockets = make_sockets(data)
        reclaim(self.run)
        self.servers: dict[str, Redis | Postgres] = {}
        if postgres:
            self.servers["postgres"] = Postgres(data, self.run, self.sockets)
        if redis:
            self.servers["redis"] = Redis(data, self.run, self.sockets, redis_port)
        self.programs: dict[str, Child] = {}

    @property
    def children(self) -> dict[str, Child]:
        return {name: server.child for name, server in self.servers.items()} | self.programs

    def start(self) -> None:
        for server in self.servers.values():
            server.start()

    def stop(self) -> None:
        """Programs first, the last one started before the others, so that none sees its server go."""
        for child in reversed(self.children.values()):
            child.stop()
        remove_sockets(self.data)

    def handle(self, request: dict[str, Any]) -> None:
        match request:
            case {"do": "start", "name": str(name)}:
                self.servers[name].start()
            case {"do": "stop", "name": str(name)}:
                self.children[name].stop()
            case {"do": "kill", "name": str(name)}:
                self.children[name].kill()
            case {"do": "run", "name": str(name), "command": command, "environment": environment}:
                self.programs[name] = Child(Program(name, command, environment=environment), self.run)
                self.programs[name].start()
            case {"do": "status"}:
                pass
            case _:
                raise ServerError(f"unknown request {request}")

    def status(self) -> dict[str, Any]:
        pids = {name: child.pid for name, child in self.children.items()}
        exits = {name: child.process.returncode for name, child in self.children.items() if child.process}
        return {"pids": pids, "exits": {name: code for name, code in exits.items() if code is not None}}


def requests() -> Iterator[dict[str, Any]]:
    """What the starter asks, until it closes the pipe or is gone.

    A process that the starter forked may hold the pipe open beyond its death; hence the look at our parent too.
    """
    starter, waiting = os.getppid(), b""
    while os.getppid() == starter:
        if not select.select([0], [], [], 1.0)[0]:
            continue
        received = os.read(0, 65536)
        if not received:
            return
        *lines, waiting = (waiting + received).split(b"\n")
        yield from map(json.loads, lines)


def tell(answer: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):
        print(json.dumps(answer), flush=True)


def serve(data: Path, *, redis: bool, redis_port: int | None, postgres: bool) -> None:
    with sole_owner(data) as lock:
        supervisor = Supervisor(data, redis=redis, redis_port=redis_port, postgres=postgres)
        try:
            supervisor.start()
            urls = {name: server.url for name, server in supervisor.servers.items()}
            tell({"urls": urls, "data": str(data), **supervisor.status()})
            for request in requests():
                try:
                    supervisor.handle(request)
                    tell(supervisor.status())
                except (ServerError, OSError, KeyError) as error:
                    tell({"error": f"{type(error).__name__}: {error}"})
        finally:
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            sign(lock, f"with pid {os.getpid()}, which is {STOPPING}")
            supervisor.stop()


def ended(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(data_dir: str | None, *, redis: bool, redis_port: int | None, postgres: bool) -> int:
    for ending in ENDINGS:
        signal.signal(ending, ended)
    sweep_temporary()
    data = (Path(data_dir) if data_dir else make_temporary_data()).resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        serve(data, redis=redis, redis_port=redis_port, postgres=postgres)
    except (DirectoryInUseError, ServerError, OSError) as error:
        tell({"error": str(error)})
        return 1
    finally:
        if data_dir is None:
            remove(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
