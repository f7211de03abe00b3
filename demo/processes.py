"""The house the story is told in: embedded servers, a mailbox, and both services as processes of their own.

    folder/  clock               the story's now, one RFC 3339 instant
             sources.toml        who may say what (intake)
             directory.toml      who can be written to (tracker, imported once)
             intake.log  tracker.log

Everything is in a temporary folder and ends with this process, however it ends.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx2

import embedded
from demo import cast
from shared.clock import StoryClock

SERVICES: Final = ("intake", "tracker")
START_S: Final = 60.0
"""How long a service may take to be ready; two seconds are usual."""
LOG_TAIL_CHARACTERS: Final = 2000
CHECKOUT: Final = Path(__file__).parent.parent


class NotReady(RuntimeError):
    """A service did not start; the message ends with what it logged last."""


@dataclass(frozen=True, slots=True)
class House:
    """Running servers, the mailbox and the services on them. `keys` are intake's credentials, by the slug of the source."""

    folder: Path
    servers: embedded.Servers
    mailbox: embedded.Mailbox
    clock: StoryClock
    keys: Mapping[str, str]
    ports: Mapping[str, int]

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def start(self) -> None:
        """Make the record, start both services, and return once both are ready.

        Raises:
            NotReady: one ended, or was not ready in time.
        """
        self._run("intake")  # which knows nothing of the record, so it need not wait for it
        self._migrate()
        self._run("tracker")
        for service in SERVICES:
            self._await_ready(service)

    def restart(self) -> None:
        """Start both services again after `kill`.

        Raises:
            NotReady: one ended, or was not ready in time.
        """
        for service in SERVICES:
            self._run(service)
        for service in SERVICES:
            self._await_ready(service)

    def kill(self) -> None:
        """SIGKILL to both services, as in a power cut."""
        for service in SERVICES:
            self.servers.ask({"do": "kill", "name": service})

    def _run(self, service: str) -> None:
        self.servers.run(service, self._logged(service, ["run"]), self._environment())

    def _migrate(self) -> None:
        """Make the record and its first policy, and take the directory in."""
        directory = self.folder / "directory.toml"
        directory.write_text(cast.DIRECTORY)
        for command in (["migrate"], ["directory", "import", str(directory)]):
            environment = {**os.environ, **self._environment()}
            ran = subprocess.run(self._logged("tracker", command), env=environment, cwd=CHECKOUT, timeout=START_S, check=False)
            if ran.returncode:
                raise NotReady(f"tracker {' '.join(command)} failed:\n{self._log_tail('tracker')}")

    def _logged(self, service: str, arguments: list[str]) -> list[str]:
        """The command line of a service whose output is kept beside its settings, and off the table on the screen."""
        command = [sys.executable, "-m", f"services.{service}", *arguments]
        return ["/bin/sh", "-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", str(self._log(service)), *command]

    def _environment(self) -> dict[str, str]:
        return {
            "INTAKE_REDIS_URL": self.servers.redis_url,
            "INTAKE_SOURCES": str(self.folder / "sources.toml"),
            "INTAKE_PORT": str(self.ports["intake"]),
            "INTAKE_CLOCK": str(self.clock.file),
            "TRACKER_REDIS_URL": self.servers.redis_url,
            "TRACKER_DATABASE_URL": self.servers.postgres_url,
            "TRACKER_PORT": str(self.ports["tracker"]),
            "TRACKER_CLOCK": str(self.clock.file),
            "TRACKER_SMTP_URL": self.mailbox.url,
            "TRACKER_MAIL_FROM": "rosette@rosette.example.org",
            # One tracker works here, so whoever left an entry behind is dead, and nobody need wait the usual minute.
            "TRACKER_RECLAIM_IDLE_MS": "2000",
            # Live, but to the mailbox of this process alone: there is no other mail server in the house.
            "TRACKER_DELIVERY": "live",
        }

    def _await_ready(self, service: str) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and service not in self.servers.exits():
            with suppress(httpx2.TransportError):
                if httpx2.get(f"{self.url(service)}/readyz", timeout=5).status_code == httpx2.codes.OK:
                    return
            time.sleep(0.02)
        raise NotReady(f"{service} is not ready:\n{self._log_tail(service)}")

    def _log(self, service: str) -> Path:
        return self.folder / f"{service}.log"

    def _log_tail(self, service: str) -> str:
        log = self._log(service)
        return log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:] if log.exists() else "(nothing was logged)"


@contextmanager
def house(begins: datetime) -> Iterator[House]:
    """A house with both services ready, at the beginning of the story.

    Raises:
        NotReady, embedded.EmbeddedError: something did not start. Nothing is left running.
    """
    with (
        tempfile.TemporaryDirectory(prefix="rosette-demo-") as temporary,
        embedded.Mailbox() as mailbox,
        embedded.servers() as servers,
    ):
        folder = Path(temporary)
        keys = cast.fresh_keys(cast.SPEAKERS)
        (folder / "sources.toml").write_text(cast.sources_toml(cast.SPEAKERS, keys))
        clock = StoryClock(folder / "clock")
        clock.set(begins)
        built = House(folder, servers, mailbox, clock, keys, free_ports(SERVICES))
        built.start()
        yield built


def free_ports(services: tuple[str, ...]) -> dict[str, int]:
    """A free port for each service, all of them held until all are known, so that no two are the same."""
    sockets = {service: socket.socket() for service in services}
    try:
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        return {service: each.getsockname()[1] for service, each in sockets.items()}
    finally:
        for each in sockets.values():
            each.close()
