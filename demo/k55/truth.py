"""The truth of a story, in a file that the services never read: every figure at several dates, and how every notice must end.

{"seed": 1, "figures": [{"as_of": ..., "known_at": ..., "mni": 250, ...}], "silent": [["P-0004", "A-0004"], ...],
 "notices": [{"key": "told/P-0001/D-0001/KIN-0001-1", "end": "done", "because": null}, ...]}
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

import orjson

from demo.k55.calendar import DATES, ENDS
from demo.k55.diary import Counts, Entry, Figure
from demo.k55.expected import Expected
from demo.k55.plot import Plot


@dataclass(frozen=True, slots=True)
class At:
    """Every figure as it stood in the world at `as_of`, as far as it was known at the desk at `known_at`."""

    as_of: datetime
    known_at: datetime
    figures: dict[str, int]


@dataclass(frozen=True, slots=True)
class Truth:
    seed: int
    figures: tuple[At, ...]
    notices: tuple[Expected, ...]
    silent: tuple[tuple[str, str], ...]

    def write(self, file: Path) -> None:
        file.write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))


def truth(seed: int, entries: Sequence[Entry], plots: Sequence[Plot]) -> Truth:
    """Of each date what was known then, and what is known of it now."""
    dates = [(date, known) for date in DATES for known in (date, ENDS)]
    return Truth(
        seed,
        tuple(At(as_of, known_at, account(entries, as_of, known_at)) for as_of, known_at in dates),
        tuple(sorted((each for one in plots for each in one.notices), key=lambda each: each.key)),
        tuple(sorted(each for one in plots for each in one.silent)),
    )


def account(entries: Iterable[Entry], as_of: datetime, known_at: datetime) -> dict[str, int]:
    """The figures by counting what was stated by then; `remaining` is the one that nobody states."""
    known = [one for one in entries if one.sent <= known_at]
    undone = {one.undoes for one in known}
    counted: dict[Figure, int] = dict.fromkeys(get_args(Figure), 0)
    members: dict[Figure, set[str]] = {figure: set() for figure in get_args(Figure)}
    for one in sorted(known, key=lambda each: each.at):
        if one.at <= as_of and one.id not in undone:
            for counts in one.counts:
                counted[counts.figure] = _after(members[counts.figure], counts)
    remaining = counted["mni"] - counted["identified"] - counted["attributed"]
    return {**{str(figure): value for figure, value in counted.items()}, "remaining": remaining}


def _after(members: set[str], counts: Counts) -> int:
    """What a figure is after a statement."""
    if counts.value is not None:
        return counts.value
    if counts.ends:
        members -= set(counts.of)
    else:
        members |= set(counts.of)
    return len(members)
