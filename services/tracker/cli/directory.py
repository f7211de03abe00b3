"""`directory`: who can be written to, from a file that somebody keeps. An import is recorded with who did it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from psycopg import AsyncConnection

from services.tracker.cli.printing import REFUSED, USAGE, AsJson, done, fail, json, table
from services.tracker.cli.session import By, ask, now
from services.tracker.record.directory import Imported, replace_directory
from services.tracker.record.directory_file import DirectoryInvalid, parse_directory
from services.tracker.record.reading import rules
from services.tracker.record.reading.rules import LiaisonRow, OfficeRow

directory = typer.Typer(no_args_is_help=True, help="Who can be written to.")


@directory.command("import")
def imported(
    file: Annotated[Path, typer.Argument(help="TOML, as deploy/directory.example.toml shows it.")],
    by: By,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there is a directory already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a file the whole directory: all of it, or nothing where any of it is wrong."""
    try:
        given = parse_directory(file.read_text())
    except DirectoryInvalid as wrong:
        fail(REFUSED, str(wrong))
    except OSError as wrong:
        fail(USAGE, f"{file} cannot be read: {wrong.strerror}")
    except UnicodeDecodeError:
        fail(USAGE, f"{file} cannot be read: not UTF-8")

    async def do(conn: AsyncConnection[Any]) -> Imported | None:
        if if_empty and (await rules.directory(conn)).offices:
            return None
        return await replace_directory(conn, given, by, now())

    changes = ask(do)
    if changes is None:
        done("there is a directory already; nothing was imported", as_json, imported=False)
        return
    counts = {"added": len(changes.added), "changed": len(changes.changed), "removed": len(changes.removed)}
    done(", ".join(f"{number} {what}" for what, number in counts.items()), as_json, imported=True, **counts)


@directory.command("list")
def listed(as_json: AsJson = False) -> None:
    """Everybody who can be written to."""
    found = ask(rules.directory)
    if as_json:
        json(found)
        return
    for title, desks in (("Liaisons", map(Desk.of_liaison, found.liaisons)), ("Offices", map(Desk.of_office, found.offices))):
        table(list(desks), ("name", "service", "hours", "zone", "address"), title=title)


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who can be written to, as a line of the list. Hours are local to the zone."""

    name: str
    service: str
    address: str
    zone: str
    hours: str

    @classmethod
    def of_liaison(cls, row: LiaisonRow) -> Self:
        return cls(row.ref, row.service, row.address or "none", row.zone, hours(row.duty_hours))

    @classmethod
    def of_office(cls, row: OfficeRow) -> Self:
        return cls(row.name, "", row.address, row.zone, hours(row.duty_hours))


def hours(windows: Iterable[Iterable[str]]) -> str:
    """Daily windows as people write them: `08:00-12:00, 13:00-17:00`."""
    return ", ".join("-".join(window) for window in windows) or "any"
