"""What a person sees: the story as it moves, and the figures at its end. Standard output belongs to the figures alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.figures import Found
from demo.processes import House
from demo.statements import Act

out: Final = Console()
err: Final = Console(stderr=True)


class Seen:
    """The bar of the story: acts told, of those that are known so far."""

    def __init__(self, progress: Progress, length: int) -> None:
        self.progress = progress
        self.task = progress.add_task("The story begins", total=length, when="")

    def __call__(self, act: Act, to_come: int) -> None:
        told = self.progress.tasks[0].completed + 1
        when = f"{act.at:%d %b %Y, %H:%M}"
        self.progress.update(self.task, completed=told, total=told + to_come, description=act.title, when=when)


@contextmanager
def progress(length: int) -> Iterator[Seen]:
    """A bar over so many acts, and those that answers to mails add."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.fields[when]:<19}"), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as shown:
        yield Seen(shown, length)


def show(title: str, figures: Mapping[str, Any], found: Found) -> None:
    """The figures, under the title of their story, the persons and the mails as tables."""
    out.print(_figures(title, figures), _persons(found), _mails(found), sep="\n")


def show_figures(title: str, figures: Mapping[str, Any]) -> None:
    out.print(_figures(title, figures))


def show_urls(house: House) -> None:
    """Where to look while the services stay up."""
    tracker = house.url("tracker")
    lines = (
        f"\nIntake answers at   {house.url('intake')}",
        f"Tracker answers at  {tracker}",
        "Look, for example, at:",
        # Nothing that is no part of it stands right after a URL: a terminal would make it part of the link.
        f"  curl -s {tracker}/v1/cases -G -d progress=identified",
        *(f"  curl -s {tracker}/v1/{path}" for path in ("cases/K55-17", "persons/P-0002", "notices", "streams")),
        f"Their logs are in   {house.folder}",
        "Ctrl-C stops everything.",
    )
    for line in lines:
        err.print(line, highlight=False, soft_wrap=True)


def _figures(title: str, figures: Mapping[str, Any]) -> Table:
    table = Table(title=f"{title}, as the services tell it", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), _cell(value))
    return table


def _cell(value: Any) -> str:
    match value:
        case dict():
            return "\n".join(f"{name.replace('_', ' ')} {n}" for name, n in value.items()) or "-"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _persons(found: Found) -> Table:
    table = Table("person", "progress", "determination", "stands", title="Persons", title_justify="left")
    for person in found.persons:
        for each in person["determinations"]:
            stands = "yes" if each["stands"] else "taken back"
            table.add_row(person["ref"], person["progress"].replace("_", " "), each["id"], stands)
    return table


def _mails(found: Found) -> Table:
    """Two lines a mail, so that every reference is whole in a window of eighty columns."""
    table = Table(title="Mails", title_justify="left", box=SIMPLE_HEAD)
    for head in ("left at, UTC", "kind\nstate", "about\nto"):
        table.add_column(head, no_wrap=True)
    for reference in found.mails:
        notice = found.notices[reference]
        left = f"{datetime.fromisoformat(notice['left_at']):%d %b, %H:%M}"
        about, to = notice["person"] or notice["subject"], notice["recipient"].partition(":")[2]
        table.add_row(left, f"{notice['kind']}\n{notice['state']}", f"{about}\n{to}")
    return table
