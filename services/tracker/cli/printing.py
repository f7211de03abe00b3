"""Rows as a table for people or as JSON for programs, and the exit codes, which never change their meaning."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

OK: Final = 0
REFUSED: Final = 1
"""Not found, or not to be done as things stand."""
USAGE: Final = 2
UNREACHABLE: Final = 3
"""The record or Redis does not answer; the same command may be right in a minute."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

WIDE: Final = 200
"""Columns where nobody looks: a file or a pipe must not lose the end of a reference to a window that is not there."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def table(rows: Sequence[Any], names: Sequence[str], *, title: str = "") -> None:
    """Print the fields `names` of `rows`, a column each."""
    shown = Table(title=title or None, title_justify="left")
    for name in names:
        shown.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*(word(getattr(row, name)) for name in names))
    out.print(shown if rows else f"{title}: none" if title else "none")


def sheet(row: Any, names: Sequence[str], *, title: str = "") -> None:
    """Print the fields `names` of one row, a line each; those that say nothing are left out."""
    shown = Table("", "", title=title or None, title_justify="left", show_header=False, box=None)
    for name in names:
        if (value := word(getattr(row, name))) != "":
            shown.add_row(name.replace("_", " "), value)
    out.print(shown)


def json(value: Any) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def done(said: str, as_json: bool, **what: Any) -> None:
    """Say what was done: in words, or as one JSON object of the same facts."""
    if as_json:
        json(what)
    else:
        out.print(said)


def word(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
        case list() | tuple() | set() | frozenset():
            return ", ".join(word(one) for one in value)
        case dict():
            return str(value.get("text") or value)
        case _:
            return str(value)


def fail(code: int, why: str) -> NoReturn:
    """Say why on standard error, and exit."""
    err.print(why, style="red", markup=False)
    raise typer.Exit(code)
