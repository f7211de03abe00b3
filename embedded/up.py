"""Both services on this machine, on embedded servers, with a mailbox that keeps what liaisons would have got."""

import shlex
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from embedded import services
from embedded.handle import Servers, servers
from embedded.mailbox import Mailbox
from shared.terms import ROLES

DIRECTORY: Final = "deploy/directory.example.toml"
SAMPLE_SOURCE: Final = ["sample", "--type", "*", "--party", "*"]
"""What the first start lets somebody try out: one source that may say everything, in every role."""
SAMPLE_URIS: Final = ("urn:example:",)
SAMPLE_KEY: Final = "sample.key"


class Failed(Exception):
    """A port is taken, or a service ended by itself; the message says what to do, or where its log is."""


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
            others = ".venv/bin/python -m embedded up --intake-port N --tracker-port N"
            raise Failed(f"port {port} is taken; choose others: {others}")
    ports = {"intake": intake_port, "tracker": tracker_port}
    with standing(data, ports) as (running, environment):
        print("\n".join((*where(ports, data), "", *to_copy(environment, ports, data / SAMPLE_KEY))), flush=True)
        print("\nCtrl-C stops everything.", flush=True)
        until_one_ends(running, data / "logs")


@contextmanager
def standing(
    data: Path, ports: Mapping[str, int], uris: Sequence[str] = SAMPLE_URIS
) -> Iterator[tuple[Servers, Mapping[str, str]]]:
    """Both services, ready, with their mailbox and a first source; and the environment that they were given.

    SIGTERM and SIGHUP end the block as Ctrl-C does. Raises `services.NotReady` and `EmbeddedError`; nothing is left running.
    """
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with Mailbox(directory=data / "mailbox") as mailbox, servers(data) as running:
        sources = data / "sources.toml"
        environment = services.environment(running.redis_url, running.postgres_url, ports, sources, smtp_url=mailbox.url)
        keep_sample_key(data / SAMPLE_KEY, sources, environment, uris)
        log = {service: logs / f"{service}.log" for service in services.SERVICES}
        serve(running, "intake", environment, log["intake"])  # knows nothing of the record, so it starts while that is made
        services.ask("tracker", environment, "migrate", log=log["tracker"])
        services.ask("tracker", environment, "directory", "import", "--if-empty", DIRECTORY, log=log["tracker"])
        serve(running, "tracker", environment, log["tracker"])
        for service, port in ports.items():
            services.await_ready(service, port, lambda name: running.exits().get(name), log[service])
        yield running, environment


def until_one_ends(running: Servers, logs: Path) -> NoReturn:
    while not (exits := running.exits()):
        time.sleep(1.0)
    raise Failed(", ".join(f"{name} ended with status {status}" for name, status in exits.items()) + f"; see {logs}")


def where(ports: Mapping[str, int], data: Path) -> Iterator[str]:
    """What is where. No line ends in punctuation: terminals would make it part of the link."""
    for service, port in ports.items():
        yield f"{service:<8} http://127.0.0.1:{port}"
    yield f"mailbox  {data / 'mailbox'}"
    yield f"logs     {data / 'logs'}"


def to_copy(environment: Mapping[str, str], ports: Mapping[str, int], key: Path) -> Iterator[str]:
    """What another terminal is told, so that the commands there, and the curl of README, work on these servers."""
    yield "In another terminal, for the commands and for README's curl:"
    yield f"  export INTAKE_URL=http://127.0.0.1:{ports['intake']}"
    if key.exists():
        yield f'  export INTAKE_KEY="$(cat {shlex.quote(str(key))})"'
    for name in ("INTAKE_REDIS_URL", "INTAKE_SOURCES", "TRACKER_REDIS_URL", "TRACKER_DATABASE_URL"):
        yield f"  export {name}={shlex.quote(environment[name])}"
    yield "  .venv/bin/python -m services.tracker streams"


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def keep_sample_key(file: Path, sources: Path, environment: Mapping[str, str], uris: Sequence[str]) -> None:
    """At the first start, make the sample source and keep its key, readable by its owner alone. Later there are sources."""
    if sources.exists():
        return
    roles = [word for role in ROLES for word in ("--role", role)]
    said_by = [word for uri in uris for word in ("--uri", uri)]
    key = services.ask("intake", environment, "sources", "add", *SAMPLE_SOURCE, *said_by, *roles)
    file.touch(mode=0o600)
    file.write_text(key)


def serve(running: Servers, service: str, environment: Mapping[str, str], log: Path) -> None:
    running.run(service, services.logged(log, services.command(service, "run")), environment)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of an earlier run may still linger
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
