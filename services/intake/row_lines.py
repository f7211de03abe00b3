"""What a person, or a program, reads of a file's rows before and after they went to the desk."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import typer

from services.intake.doors.files import Row
from services.intake.imports import Answered, outcome_of
from services.intake.problems import Refused
from services.intake.terminal import out

SHOWN: Final = 20
"""Rows told one by one: as many as a person mends before the next try. The report and `--json` have all."""
PREVIEWED: Final = 3

Outcomes = list[tuple[Row, Answered]]


def preview(found: Sequence[Row]) -> None:
    for row in found[:PREVIEWED]:
        said = row.said.detail if isinstance(row.said, Refused) else json.dumps(row.said.value, ensure_ascii=False)
        out.print(f"row {row.number}: {said}", markup=False)


def show(outcomes: Outcomes, beside: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document(outcomes, beside)))
        return
    for line in (*lines(outcomes), *islice(beside, SHOWN)):
        out.print(line, markup=False)


def document(outcomes: Outcomes, beside: Sequence[str]) -> dict[str, object]:
    answers = [
        {"row": row.number, "id": row.identity[1], "outcome": outcome_of(each)}
        | ({"problem": each.document()} if isinstance(each, Refused) else {})
        for row, each in outcomes
    ]
    counts = Counter(outcome_of(each) for _, each in outcomes)
    return {"rows": len(outcomes), "outcomes": counts, "conflicts": list(beside), "answers": answers}


def lines(outcomes: Outcomes) -> Iterator[str]:
    yield f"{len(outcomes)} rows"
    for outcome, count in sorted(Counter(outcome_of(each) for _, each in outcomes).items()):
        yield f"  {outcome}  {count}"
    refused = [(row, each) for row, each in outcomes if isinstance(each, Refused)]
    for row, each in refused[:SHOWN]:
        yield f"row {row.number}, id {row.identity[1] or '-'}: {each.type.title} ({each.type.then.value})"
        told = [(each.pointer, each.detail)] + [(e.pointer, e.message) for e in each.errors if e.pointer != each.pointer]
        yield from (f"    {at}: {words}" if at else f"    {words}" for at, words in told)
    if len(refused) > SHOWN:
        yield f"and {len(refused) - SHOWN} more"
