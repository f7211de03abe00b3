"""The services as processes of their own: what they are told, how they start, and what they said when they did not."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parent.parent
SERVICES: Final = ("intake", "tracker")
START_S: Final = 60.0
"""How long a service may take to be ready; two seconds are usual."""
STOP_S: Final = 30.0
LOOK_EVERY_S: Final = 0.02
TAIL_CHARACTERS: Final = 2000


class NotReady(RuntimeError):
    """A service did not start; the message ends with what it logged last."""


def environment(
    redis_url: str,
    database_url: str,
    ports: Mapping[str, int],
    sources: Path,
    *,
    smtp_url: str | None = None,
    clock: Path | None = None,
) -> dict[str, str]:
    """Everything that both services are told, each reading its own.

    Args:
        ports: by service.
        sources: who may say what, intake's file.
        smtp_url: a mailbox of ours, to which the tracker then really sends; without it nothing is sent.
        clock: a story clock's file, for both; without it the machine's.
    """
    given = {
        "INTAKE_REDIS_URL": redis_url,
        "INTAKE_SOURCES": str(sources.absolute()),
        "TRACKER_REDIS_URL": redis_url,
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_DELIVERY": "log" if smtp_url is None else "live",
    }
    given |= {f"{service.upper()}_PORT": str(port) for service, port in ports.items()}
    if smtp_url is not None:
        given["TRACKER_SMTP_URL"] = smtp_url
    if clock is not None:
        given |= {f"{service.upper()}_CLOCK": str(clock) for service in SERVICES}
    return given


def command(service: str, *arguments: str) -> list[str]:
    """The command line of a service."""
    return [sys.executable, "-m", f"services.{service}", *arguments]


def logged(log: Path, command: list[str]) -> list[str]:
    """The same command line, with all that it says kept in a file."""
    return ["/bin/sh", "-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", str(log), *command]


def ask(service: str, environment: Mapping[str, str], *arguments: str, log: Path | None = None) -> str:
    """A command of a service, to its end; what it printed.

    Args:
        log: where what it says on standard error is kept; without it that goes to ours.

    Raises:
        NotReady: it ended with another status than 0; the message ends with what it had to say.
    """
    with ExitStack() as closing:
        errors = None if log is None else closing.enter_context(log.open("ab"))
        ended = subprocess.run(
            command(service, *arguments),
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            timeout=START_S,
            check=False,
            start_new_session=True,  # the terminal's Ctrl-C is ours; it would end in a traceback of theirs
        )
    if ended.returncode:
        said = f"services.{service} {' '.join(arguments)} ended with status {ended.returncode}"
        raise NotReady("\n".join((said + tail(log), *ended.stdout.splitlines())))
    return ended.stdout


@contextmanager
def running(
    service: str, port: int, environment: Mapping[str, str], log: Path | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A service that is ready, stopped in good order at the end if it still runs.

    Args:
        log: where all that it says is kept; without it nothing is.

    Raises:
        NotReady: it was not ready in time, or ended by itself.
    """
    with ExitStack() as closing:
        output = subprocess.DEVNULL if log is None else closing.enter_context(log.open("ab"))
        process = subprocess.Popen(
            command(service, "run"), cwd=CHECKOUT, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        try:
            await_ready(service, port, lambda _: process.poll(), log)
            yield process
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_ready(service: str, port: int, status: Callable[[str], int | None], log: Path | None = None) -> None:
    """Until a service says that it is ready.

    Args:
        status: the exit status of a service's process, None while it runs.

    Raises:
        NotReady: it was not in time, or its process ended.
    """
    limit = time.monotonic() + START_S
    while not answers(f"http://127.0.0.1:{port}/readyz"):
        if (ended := status(service)) is not None:
            raise NotReady(f"{service} ended with status {ended}{tail(log)}")
        if time.monotonic() > limit:
            raise NotReady(f"{service} was not ready after {START_S:.0f} s{tail(log)}")
        time.sleep(LOOK_EVERY_S)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def tail(log: Path | None) -> str:
    """The last that was logged, to be put after a sentence."""
    if log is None or not log.exists():
        return ""
    return f":\n{log.read_text(errors='replace')[-TAIL_CHARACTERS:]}"


def free_port() -> int:
    return free_ports("any")["any"]


def free_ports(*services: str) -> dict[str, int]:
    """A free port for each, all of them held until all are known, so that no two are the same."""
    with ExitStack() as held:
        sockets = {service: held.enter_context(socket.socket()) for service in services}
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        return {service: int(each.getsockname()[1]) for service, each in sockets.items()}
