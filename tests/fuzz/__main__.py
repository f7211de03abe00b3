"""`make fuzz`: search for bytes that break a target, guided by the code that they reach. It needs what atheris has wheels for:
Linux on x86_64.

What breaks one is kept under `.fuzz/found/`. Run it again with `python -m tests.fuzz TARGET FILE`, mend what it found, and copy
it into the corpus as `found-<what>`, which stays there. With `--keep` the corpus becomes the smallest set that reaches what has
been reached.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.fuzz.targets import CORPUS, TARGETS

FOLDER: Final = Path(".fuzz")
LONGEST_INPUT: Final = 4096
"""Bytes: several usual events, and short enough that a corpus of them stays small."""
SLOW_S: Final = 5
"""For one input; one that takes longer is reported."""
MEMORY_MB: Final = 2048
FOUND: Final = "found-"
"""How the name of a file begins that broke something once."""
MOST_KEPT: Final = 150
"""Files of the corpus of one target: what is replayed in ci, and read by nobody."""


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("target", nargs="?", choices=sorted(TARGETS))
    asked.add_argument("file", nargs="?", type=Path, help="run the target on this file alone, without searching")
    asked.add_argument("--seconds", type=int, default=60, help="of search, for each target")
    asked.add_argument("--keep", action="store_true", help="write what was learnt into the corpus")
    given = asked.parse_args()
    if given.file is not None:
        TARGETS[given.target].run(given.file.read_bytes())
        return 0
    broken = []
    for name in [given.target] if given.target else sorted(TARGETS):
        work = prepared(name)
        if search(name, [str(work), str(CORPUS / name), f"-max_total_time={given.seconds}"]):
            broken.append(name)
        elif given.keep:
            keep(name, work)
    print(f"Broken: {', '.join(broken)}; see {FOLDER / 'found'}" if broken else "Nothing broke.")
    return 1 if broken else 0


def prepared(name: str) -> Path:
    """The folder in which the search keeps what it learns, with the seeds and the words of them."""
    work = FOLDER / "work" / name
    for folder in (work, FOLDER / "found", CORPUS / name):
        folder.mkdir(parents=True, exist_ok=True)
    words: set[bytes] = set()
    for number, seed in enumerate(TARGETS[name].seeds()):
        (work / f"seed-{number}").write_bytes(seed)
        words.update(re.findall(rb"[\w.:/@-]{2,40}", seed))
    quoted = sorted(word.decode() for word in words)
    (FOLDER / f"{name}.dict").write_text("".join(f'"{word}"\n' for word in quoted))
    return work


def search(name: str, options: list[str]) -> int:
    """The exit status of the fuzzer, in a process of its own: it ends its process."""
    limits = [f"-max_len={LONGEST_INPUT}", f"-timeout={SLOW_S}", f"-rss_limit_mb={MEMORY_MB}"]
    words = [f"-dict={FOLDER / name}.dict", f"-artifact_prefix={FOLDER / 'found' / name}-", "-print_final_stats=1"]
    paths = os.pathsep.join([str(FOLDER / "packages"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tests.fuzz.guided", name, *options, *limits, *words]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode


def keep(name: str, work: Path) -> None:
    """The smallest inputs that together reach all that is reached, the shortest first where they are too many."""
    merged = FOLDER / "merged" / name
    merged.mkdir(parents=True, exist_ok=True)
    for file in merged.iterdir():
        file.unlink()
    if search(name, ["-merge=1", str(merged), str(CORPUS / name), str(work)]):
        return
    for file in (CORPUS / name).iterdir():
        if not file.name.startswith(FOUND):
            file.unlink()
    for file in sorted(merged.iterdir(), key=lambda each: each.stat().st_size)[:MOST_KEPT]:
        (CORPUS / name / file.name).write_bytes(file.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
