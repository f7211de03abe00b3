"""Both services on this machine, on embedded servers, with a mailbox that keeps what liaisons would have got."""

import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final

from embedded import services
from embedded.handle import Servers, servers
from embedded.mailbox import Mailbox
from shared.terms import ROLES

DIRECTORY: Final = "deploy/directory.example.toml"
SAMPLE_SOURCE: Final = ["sample", "--uri", "urn:example:", "--type", "*", "--party", "*"]
"""What the first start lets somebody try out: one source that may say everything, in every role."""


class Failed(Exception):
    """A port is taken, or a service ended by itself; what it had to say is on the terminal already."""


def up(data: Path, intake_port: int, tracker_port: int) -> None:
    """Run until interrupted.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM; everything has been stopped.
        Failed: a port is taken, or a service ended by itself; the others have been stopped.
        services.NotReady: a service did not start; the others have been stopped.
        EmbeddedError: the servers did not start.
    """
    for port in (intake_port, tracker_port):
        if not is_free(port):
            raise Failed(f"port {port} is taken; --intake-port and --tracker-port choose others")
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    with Mailbox(directory=data / "mailbox") as mailbox, servers(data) as running:
        ports = {"intake": intake_port, "tracker": tracker_port}
        sources = data / "sources.toml"
        environment = services.environment(running.redis_url, running.postgres_url, ports, sources, smtp_url=mailbox.url)
        key = sample_key(sources, environment)
        serve(running, "intake", environment)  # it knows nothing of the record, so it starts while that is made
        services.ask("tracker", environment, "migrate")
        services.ask("tracker", environment, "directory", "import", "--if-empty", DIRECTORY)
        serve(running, "tracker", environment)
        for service, port in ports.items():
            services.await_ready(service, port, lambda name: running.exits().get(name))
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


def sample_key(sources: Path, environment: Mapping[str, str]) -> str | None:
    """The key of a new sample source, at the first start; later there are sources already."""
    if sources.exists():
        return None
    roles = [word for role in ROLES for word in ("--role", role)]
    return services.ask("intake", environment, "sources", "add", *SAMPLE_SOURCE, *roles).strip()


def serve(running: Servers, service: str, environment: Mapping[str, str]) -> None:
    running.run(service, services.command(service, "run"), environment)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of an earlier run may still linger
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
