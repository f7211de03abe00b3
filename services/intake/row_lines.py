"""What a person, or a program, reads of a file's rows before and after they went to the desk."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import typer

from services.intake.doors.files import Row
from services.intake.imports import Beside, Outcomes, outcome_of, preview
from services.intake.problems import Refused
from services.intake.row_report import document
from services.intake.terminal import out

SHOWN: Final = 20
"""Rows told one by one: as many as a person mends before the next try. The report and `--json` have all."""


def show_preview(found: Sequence[Row]) -> None:
    for number, said in preview(found):
        words = said.detail if isinstance(said, Refused) else json.dumps(said, ensure_ascii=False)
        out.print(f"row {number}: {words}", markup=False)


def show(row_count: int, outcomes: Outcomes, beside: Sequence[Beside], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document(row_count, outcomes, beside)))
        return
    for line in (*lines(row_count, outcomes), *islice(conflict_lines(beside), SHOWN)):
        out.print(line, markup=False)


def conflict_lines(beside: Sequence[Beside]) -> Iterator[str]:
    for each in beside:
        if each.changes is None:
            yield f"row {each.row}: another row of this file, or a statement that has left its stream, has this key"
        for at, was, now in each.changes or ():
            yield f"row {each.row}: {at}: was {was!r}, is now {now!r}"


def lines(row_count: int, outcomes: Outcomes) -> Iterator[str]:
    yield f"{row_count} rows" if len(outcomes) == row_count else f"{len(outcomes)} of {row_count} rows"
    for outcome, count in sorted(Counter(outcome_of(each) for _, each in outcomes).items()):
        yield f"  {outcome}  {count}"
    refused = [(row, each) for row, each in outcomes if isinstance(each, Refused)]
    for row, each in refused[:SHOWN]:
        yield f"row {row.number}, id {row.identity[1] or '-'}: {each.type.title} ({each.type.then.value})"
        told = [(each.pointer, each.detail)] + [(e.pointer, e.message) for e in each.errors if e.pointer != each.pointer]
        yield from (f"    {at}: {words}" if at else f"    {words}" for at, words in told)
    if len(refused) > SHOWN:
        yield f"and {len(refused) - SHOWN} more"
