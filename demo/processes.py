"""The house the story is told in: embedded servers, a mailbox, and both services as processes of their own.

    folder/  clock               the story's now, one RFC 3339 instant
             sources.toml        who may say what (intake)
             directory.toml      who can be written to (tracker, imported once)
             intake.log  tracker.log

Everything is in a temporary folder and ends with this process, however it ends.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import embedded
from demo import cast
from demo.cast import Company
from embedded import services
from embedded.services import SERVICES
from shared.clock import StoryClock

POLICY: Final = Path(__file__).parents[1] / "deploy" / "policy.toml"


@dataclass(frozen=True, slots=True)
class House:
    """Running servers, the mailbox and the services on them. `keys` are intake's credentials, by the slug of the source."""

    folder: Path
    servers: embedded.Servers
    mailbox: embedded.Mailbox
    clock: StoryClock
    company: Company
    keys: Mapping[str, str]
    ports: Mapping[str, int]

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def start(self) -> None:
        """Make the record, start both services, and return once both are ready.

        Raises:
            services.NotReady: one ended, or was not ready in time.
        """
        self._run("intake")  # which knows nothing of the record, so it need not wait for it
        self._migrate()
        self._run("tracker")
        for service in SERVICES:
            self._await_ready(service)

    def restart(self) -> None:
        """Start both services again after `kill`.

        Raises:
            services.NotReady: one ended, or was not ready in time.
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
        command = services.logged(self._log(service), services.command(service, "run"))
        self.servers.run(service, command, self._environment())

    def _migrate(self) -> None:
        """Make the record and its first policy, and take the directory in."""
        directory = self.folder / "directory.toml"
        directory.write_text(self.company.directory)
        for command in (["migrate"], ["directory", "import", str(directory)]):
            services.ask("tracker", self._environment(), *command, log=self._log("tracker"))

    def _policy(self) -> Path:
        """The policy as it is delivered, save how long a source may be silent: that depends on how often these speak."""
        file = self.folder / "policy.toml"
        delivered = POLICY.read_text()
        file.write_text(re.sub(r"(?m)^source_silent_h = \d+", f"source_silent_h = {self.company.silent_h}", delivered))
        return file

    def _environment(self) -> dict[str, str]:
        given = services.environment(
            self.servers.redis_url,
            self.servers.postgres_url,
            self.ports,
            self.folder / "sources.toml",
            # There is no other mail server in the house, so nothing can leave it.
            smtp_url=self.mailbox.url,
            clock=self.clock.file,
        )
        return given | {
            "TRACKER_POLICY": str(self._policy()),
            "TRACKER_MAIL_FROM": "rosette@rosette.example.org",
            # One tracker works here, so whoever left an entry behind is dead, and nobody need wait the usual minute.
            "TRACKER_RECLAIM_IDLE_MS": "2000",
        }

    def _await_ready(self, service: str) -> None:
        services.await_ready(service, self.ports[service], lambda name: self.servers.exits().get(name), self._log(service))

    def _log(self, service: str) -> Path:
        return self.folder / f"{service}.log"


@contextmanager
def house(begins: datetime, company: Company = cast.COMPANY) -> Iterator[House]:
    """A house with both services ready, at the beginning of the story that this company tells.

    Raises:
        services.NotReady, embedded.EmbeddedError: something did not start. Nothing is left running.
    """
    with (
        tempfile.TemporaryDirectory(prefix="rosette-demo-") as temporary,
        embedded.Mailbox() as mailbox,
        embedded.servers() as servers,
    ):
        folder = Path(temporary)
        keys = cast.fresh_keys(company.speakers)
        (folder / "sources.toml").write_text(cast.sources_toml(company.speakers, keys))
        clock = StoryClock(folder / "clock")
        clock.set(begins)
        built = House(folder, servers, mailbox, clock, company, keys, services.free_ports(*SERVICES))
        built.start()
        yield built
