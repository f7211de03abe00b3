"""The services as processes of their own, as an operator starts them."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

START_S: Final = 60.0
ROOT: Final = Path(__file__).parent.parent


@contextmanager
def service(name: str, port: int, environment: Mapping[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m services.<name> run`, stopped at the end.

    Raises:
        RuntimeError: it was not ready in time, or ended by itself.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{name}", "run", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def await_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"not ready after {START_S:.0f} s: {url}")


def command(name: str, environment: Mapping[str, str], *arguments: str) -> str:
    """`python -m services.<name> <arguments>` to its end; what it printed."""
    return subprocess.run(
        [sys.executable, "-m", f"services.{name}", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
