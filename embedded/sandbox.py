"""Both services for as long as somebody's tests take: a key that opens only these, data that nobody keeps."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from embedded.services import SERVICES, free_ports
from embedded.up import SAMPLE_KEY, Failed, standing


def sandbox(command: Sequence[str], uris: Sequence[str]) -> int:
    """Run a command beside the services and return its status; without one, wait until standard input ends, and return 0.

    Raises:
        KeyboardInterrupt: Ctrl-C, SIGTERM or SIGHUP; everything has been stopped.
        Failed: the command cannot be run.
        services.NotReady, EmbeddedError: something did not start. Nothing is left running, and nothing is left.
    """
    ports = free_ports(*SERVICES)
    with TemporaryDirectory(prefix="rosette-sandbox-") as folder, standing(Path(folder), ports, uris) as (_, environment):
        given = told(environment, ports, (Path(folder) / SAMPLE_KEY).read_text().strip())
        if command:
            try:
                return subprocess.run(command, env={**os.environ, **given}, check=False).returncode
            except OSError as error:
                raise Failed(f"{command[0]}: {error.strerror}") from None
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in given.items()), flush=True)
        sys.stdin.read()
        return 0


def told(environment: Mapping[str, str], ports: Mapping[str, int], key: str) -> dict[str, str]:
    """What the tests of an upstream need: where to send, with which key, and where to look at what came of it."""
    urls = {f"{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in ports.items()}
    return urls | {"INTAKE_KEY": key, "INTAKE_REDIS_URL": environment["INTAKE_REDIS_URL"]}
