"""A copy of the checkout in which one patch is applied and one test is run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.sabotage.patch import Patch
from tests.sabotage.witness import WRITTEN_TO

CHECKOUT: Final = Path(__file__).parents[2]
TEST_S: Final = 300
"""How long one test may take: several times what it needs, so that a loop is told from a slow machine."""


@dataclass(frozen=True, slots=True)
class Red:
    """The test's own assertion went red, as it must."""

    said: str


@dataclass(frozen=True, slots=True)
class Survived:
    """The test is green over broken code: a defect of the test."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Something failed, and not the test's own assertion: that proves nothing about the test."""

    why: str


@dataclass(frozen=True, slots=True)
class DoesNotApply:
    """The code has changed under the patch: it must be made again."""

    why: str


Outcome = Red | Survived | Otherwise | DoesNotApply


def sabotaged(patch: Patch, checkout: Path = CHECKOUT) -> Outcome:
    """What the patch's test says of code that the patch broke."""
    with scratch_copy(checkout) as scratch:
        applied = _run(["git", "apply", "--whitespace=nowarn", str(patch.path)], scratch)
        if applied.returncode != 0:
            return DoesNotApply(applied.stderr.strip()[:300])
        ran = run_tests([patch.test], scratch)
        seen = [json.loads(line) for line in (scratch / "witness").read_text().splitlines()]
    own = [each for each in seen if each["own"] and each["test"] == patch.test]
    if own:
        return Red(own[0]["error"])
    if ran.returncode == 0:
        return Survived()
    return Otherwise(seen[0]["error"] if seen else ran.stdout[-300:])


def green(tests: Iterable[str], checkout: Path = CHECKOUT) -> str | None:
    """None where all these tests pass on the code as it is, else the end of what pytest said."""
    with scratch_copy(checkout) as scratch:
        ran = run_tests(sorted(set(tests)), scratch)
    return None if ran.returncode == 0 else ran.stdout[-3000:]


def run_tests(tests: list[str], scratch: Path) -> "subprocess.CompletedProcess[str]":
    """pytest over some tests, the same stories each time, not shrunk: what counts is whether one is found."""
    (scratch / "witness").touch()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "tests.sabotage.witness", *tests]
    command += ["-p", "no:cacheprovider", f"--timeout={TEST_S}"]
    told = {WRITTEN_TO: str(scratch / "witness"), "ROSETTE_SHRINK": "no", "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {name: value for name, value in os.environ.items() if name != "ROSETTE_STORIES"} | told
    return _run(command, scratch, environment)


@contextmanager
def scratch_copy(checkout: Path) -> Iterator[Path]:
    """The checkout as it lies there, changes included, without what git ignores; removed afterwards."""
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], checkout).stdout
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        for name in filter(None, listed.split("\0")):
            source, copy = checkout / name, Path(folder) / name
            if source.is_file():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
        yield Path(folder)


def _run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
