"""The outcome of a file, a row each, as a table: for whoever keeps the file, in the spreadsheet that it came from."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from services.intake.desk import Receipted
from services.intake.doors.files import Row
from services.intake.imports import Answered, outcome_of
from services.intake.problems import Refused

COLUMNS: Final = ("row", "source", "id", "outcome", "pointer", "reason", "then", "stream", "seq", "recordedtime")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would run instead of show."""


def write(file: Path, answered: Iterable[tuple[Row, Answered]]) -> None:
    """Write the whole report or nothing. It holds references, places and reasons, and no value of any row but its id."""
    draft = file.with_name(file.name + ".next")
    with draft.open("w", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        table.writerows([harmless(cell) for cell in cells(row, each)] for row, each in answered)
    draft.replace(file)


def cells(row: Row, answered: Answered) -> tuple[object, ...]:
    source, id = row.identity
    named = (row.number, source or "", id or "", outcome_of(answered))
    match answered:
        case Refused():
            return *named, answered.pointer, answered.detail, answered.type.then.value, "", "", ""
        case Receipted(accepted=accepted):
            return *named, "", "", "", accepted.receipt.stream, accepted.receipt.seq, accepted.receipt.recordedtime
        case _:
            return *named, "", "", "", answered.stream, "", ""


def harmless(cell: object) -> str:
    """A cell that every spreadsheet shows as the text it is."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
