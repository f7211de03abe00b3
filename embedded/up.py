"""Both services on this machine, on embedded servers, with a mailbox that keeps what liaisons would have got."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final

from embedded.handle import CHECKOUT, Servers, servers
from embedded.mailbox import Mailbox
from shared.terms import ROLES

READY_S: Final = 60.0
DIRECTORY: Final = "deploy/directory.example.toml"
SAMPLE_SOURCE: Final = ["sample", "--uri", "urn:example:", "--type", "*", "--party", "*"]
"""What the first start lets somebody try out: one source that may say everything, in every role."""


class Failed(Exception):
    """A command or a service ended badly; what it had to say is on the terminal already."""


def up(data: Path, intake_port: int, tracker_port: int) -> None:
    """Run until interrupted.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM; everything has been stopped.
        Failed: a port is taken, or a service ended by itself or was not ready in time; the others have been stopped.
        EmbeddedError: the servers did not start.
    """
    for port in (intake_port, tracker_port):
        if not is_free(port):
            raise Failed(f"port {port} is taken; --intake-port and --tracker-port choose others")
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    with Mailbox(directory=data / "mailbox") as mailbox, servers(data) as running:
        environment = {
            "INTAKE_REDIS_URL": running.redis_url,
            "INTAKE_SOURCES": str((data / "sources.toml").absolute()),
            "INTAKE_PORT": str(intake_port),
            "TRACKER_REDIS_URL": running.redis_url,
            "TRACKER_DATABASE_URL": running.postgres_url,
            "TRACKER_PORT": str(tracker_port),
            "TRACKER_SMTP_URL": mailbox.url,
            "TRACKER_DELIVERY": "live",  # into the mailbox, and nowhere else
        }
        key = sample_key(data / "sources.toml", environment)
        serve(running, "intake", environment)  # it knows nothing of the record, so it starts while that is made
        command("tracker", environment, "migrate")
        command("tracker", environment, "directory", "import", "--if-empty", DIRECTORY)
        serve(running, "tracker", environment)
        await_ready(running, "intake", intake_port)
        await_ready(running, "tracker", tracker_port)
        print(
            f"intake   http://127.0.0.1:{intake_port}\n"
            f"tracker  http://127.0.0.1:{tracker_port}\n"
            f"mailbox  {data / 'mailbox'}\n"
            f"redis    {running.redis_url}\n"
            f"record   {running.postgres_url}\n"
            + (f"key      {key}  (source 'sample'; shown this once)\n" if key else "")
            + "Ctrl-C stops everything.",
            flush=True,
        )
        while not (exits := running.exits()):
            time.sleep(1.0)
        raise Failed(", ".join(f"{name} ended with status {status}" for name, status in exits.items()))


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def command(service: str, environment: Mapping[str, str], *arguments: str) -> str:
    """A command of a service, to its end; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise Failed(f"services.{service} {' '.join(arguments)} ended with status {done.returncode}")
    return done.stdout


def sample_key(sources: Path, environment: Mapping[str, str]) -> str | None:
    """The key of a new sample source, at the first start; later there are sources already."""
    if sources.exists():
        return None
    roles = [word for role in ROLES for word in ("--role", role)]
    return command("intake", environment, "sources", "add", *SAMPLE_SOURCE, *roles).strip()


def serve(running: Servers, service: str, environment: Mapping[str, str]) -> None:
    running.run(service, [sys.executable, "-m", f"services.{service}", "run"], environment)


def await_ready(running: Servers, service: str, port: int) -> None:
    deadline = time.monotonic() + READY_S
    while not answers(f"http://127.0.0.1:{port}/readyz"):
        if service in (exits := running.exits()):
            raise Failed(f"{service} ended with status {exits[service]}")
        if time.monotonic() > deadline:
            raise Failed(f"{service} was not ready after {READY_S:.0f} s")
        time.sleep(0.1)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of an earlier run may still linger
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
