"""The composition of docker-compose.yml under a name and ports of its own, so that one that runs here is left alone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embedded.services import free_ports

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = "rosette-test"
UP_S: Final = 420


@dataclass(frozen=True)
class Composition:
    intake_port: int
    tracker_port: int

    def compose(self, *arguments: str, given: str | None = None, timeout_s: float = 120) -> str:
        """`docker-compose <arguments>`, with `given` on its standard input; what it printed.

        Raises:
            AssertionError: it failed; the message holds what it printed.
        """
        ports = {"INTAKE_PUBLISHED": str(self.intake_port), "TRACKER_PUBLISHED": str(self.tracker_port)}
        done = subprocess.run(
            ["docker-compose", "-p", PROJECT, *arguments],
            cwd=ROOT,
            env={**os.environ, **ports, "TRACKER_DELIVERY": "live"},
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"docker-compose {' '.join(arguments)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def beside(self, service: str, script: str) -> str:
        """What a script prints in a container of its own, of a service's image: the service itself may be starting again."""
        return self.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", service, "-c", script)

    def inside(self, service: str, *command: str, given: str | None = None) -> str:
        """Run a command in a running container."""
        return self.compose("exec", "-T", service, *command, given=given)


@contextmanager
def composition() -> Iterator[Composition]:
    """Everything up and built from this checkout; gone afterwards with its volumes."""
    running = Composition(*free_ports("intake", "tracker").values())
    running.compose("down", "--volumes", "--remove-orphans")
    try:
        running.compose("up", "--build", "--detach", timeout_s=UP_S)
        yield running
    except BaseException:
        print(running.compose("logs", "--no-color", "--tail=60"))
        raise
    finally:
        running.compose("down", "--volumes", "--remove-orphans")
