"""Rows as lines for people or as JSON for programs, and the exit codes, which never change their meaning.

Whoever looks at a list copies references from it: no value is ever cut or broken over lines, however narrow the window.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from textwrap import TextWrapper
from typing import Annotated, Any, Final, NoReturn

import orjson
import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console

OK: Final = 0
REFUSED: Final = 1
"""Not found, or not to be done as things stand."""
USAGE: Final = 2
UNREACHABLE: Final = 3
"""The record or Redis does not answer; the same command may be right in a minute."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

WIDE: Final = 200
"""Columns where nobody looks and nobody says how many: in a file or a pipe a row is best one line."""
GAP: Final = "  "
BELOW: Final = "    "
"""What stands before the second line of a row."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def table(rows: Sequence[Any], names: Sequence[str], *, title: str = "") -> None:
    """Print the fields `names` of `rows`, the most telling first: as many columns as there is room for, and what is left
    under its row, by its name. A field that no row has is left out."""
    if not rows:
        out.print(f"{title}: none" if title else "none")
        return
    columns = [[name.replace("_", " "), *(word(getattr(row, name)) for row in rows)] for name in names]
    said = [column for column in columns if any(column[1:])]
    widths = [max(map(cell_len, column)) for column in said]
    fitting = max(1, sum(end - len(GAP) <= out.width for end in accumulate(width + len(GAP) for width in widths)))
    if title:
        out.print(title, style="italic", markup=False)
    heads, *lines = zip(*said, strict=True)
    out.print(line(heads[:fitting], widths), style="bold", markup=False)
    for cells in lines:
        out.print(line(cells[:fitting], widths), markup=False)
        rest = " | ".join(f"{head} {cell}" for head, cell in zip(heads[fitting:], cells[fitting:], strict=True) if cell)
        paragraph(rest, BELOW, BELOW)


def sheet(row: Any, names: Sequence[str], *, title: str = "") -> None:
    """Print the fields `names` of one row, a line each; those that say nothing are left out."""
    found = [(name.replace("_", " "), value) for name in names if (value := word(getattr(row, name)))]
    width = max((len(head) for head, _ in found), default=0)
    if title:
        out.print(title, style="italic", markup=False)
    for head, value in found:
        paragraph(value, head.ljust(width) + GAP, " " * width + GAP)


def line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return GAP.join(set_cell_size(cell, width) for cell, width in zip(cells, widths, strict=False)).rstrip()


def paragraph(text: str, first: str, later: str) -> None:
    """Print words under each other; a word, which may be a reference, stays whole, even if it is longer than a line."""
    whole = TextWrapper(out.width, first, later, break_long_words=False, break_on_hyphens=False)
    for each in whole.wrap(text):
        out.print(each, markup=False)


def json(value: Any) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def done(said: str, as_json: bool, **what: Any) -> None:
    """Say what was done: in words, or as one JSON object of the same facts."""
    if as_json:
        json(what)
    else:
        out.print(said)


def word(value: Any) -> str:
    """A value as people read it: on one line, and without what a terminal would obey."""
    match value:
        case None | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
        case [dict(), *_]:
            return " ".join(word(one) for one in value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(word(one) for one in value)
        case dict():
            return word(value.get("text") or str(value))
        case _:
            return " ".join("".join(each if each.isprintable() else " " for each in str(value)).split())


def fail(code: int, why: str) -> NoReturn:
    """Say why on standard error, and exit."""
    err.print(why, style="red", markup=False)
    raise typer.Exit(code)
