"""The outcome of a file, a row each: as JSON for programs, and as a table for whoever keeps the file it came from."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from services.intake.desk import Receipted
from services.intake.doors.answers import item
from services.intake.doors.files import Row
from services.intake.imports import Beside, Outcomes, outcome_of
from services.intake.problems import Refused
from services.intake.rehearsal import Answered

COLUMNS: Final = ("row", "source", "id", "outcome", "pointer", "reason", "then", "stream", "seq", "recordedtime")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would run instead of show."""


def document(row_count: int, outcomes: Outcomes, beside: Sequence[Beside]) -> dict[str, Any]:
    """The report on a file of so many rows. Fewer are answered where nothing more could be promised: the same goes on there.

    `rows`, `answered`: counts; `complete`: whether every row has its last answer; `outcomes`: how many rows of each outcome;
    `conflicts`: each row in conflict, as Beside has it; `answers`: each row with `row`, `source`, `id`, `outcome`, and what an
    event of a batch is answered.

    Personal data: `conflicts` repeat values, what was said before and what is said now; the rest holds no value but ids.
    """
    return {
        "rows": row_count,
        "answered": len(outcomes),
        "complete": len(outcomes) == row_count and not any(isinstance(each, Refused) and each.passes for _, each in outcomes),
        "outcomes": Counter(outcome_of(each) for _, each in outcomes),
        "conflicts": [each.document() for each in beside],
        "answers": [answer(row, each) for row, each in outcomes],
    }


def answer(row: Row, answered: Answered) -> dict[str, Any]:
    source, id = row.identity
    return {"row": row.number, "source": source, "id": id, "outcome": outcome_of(answered), **item(answered)}


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
