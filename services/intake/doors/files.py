"""Files: a table (CSV) or events (NDJSON, a JSON array, one event) as statements, each with the row it stands in."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.intake.admit import Submission
from services.intake.mapping import BadMapping, TableMapping
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import Parsed, parse
from services.intake.submit import statements
from shared.wire import known

DOOR: Final = "files"
TABLES: Final = (".csv",)
LINES: Final = (".ndjson", ".jsonl")
LONGEST_CELL: Final = 64 * 1024
"""Characters; no event is larger."""
NAMES_SHOWN: Final = 40
LONGEST_NAME: Final = 60
"""Of columns, in words: enough to find a misspelt one, and a bound on what one wrong table makes us write."""


class BadTable(ValueError):
    """No table; the message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of a file. `number` is the line it ends on in a table or NDJSON, else its place; both count from 1."""

    number: int
    said: Parsed | Refused

    @property
    def identity(self) -> tuple[str | None, str | None]:
        """Source and id, where they can be read."""
        said: Any = {} if isinstance(self.said, Refused) else self.said.value
        return (known(said.get("source")), known(said.get("id"))) if isinstance(said, dict) else (None, None)

    def submission(self, at: str) -> Submission | Refused:
        return self.said if isinstance(self.said, Refused) else Submission(self.said.value, DOOR, at, self.said.suspect)


def is_table(file: Path) -> bool:
    return file.suffix.lower() in TABLES


def rows(file: Path, mapping: TableMapping | None = None) -> list[Row]:
    """Every statement of the file, in its order; a table needs its mapping.

    Raises:
        OSError: it cannot be read.
        BadMapping: the mapping names a column that the table does not have.
        ValueError: not UTF-8, no table, or from some place on not JSON.
    """
    text = text_of(file.read_bytes())
    if mapping is not None:
        header, table = opened(text)
        if missing := mapping.missing(header):
            raise BadMapping(unfit(missing, header))
        return list(of_table(header, table, mapping))
    if file.suffix.lower() in LINES:
        return list(of_lines(text))
    return [Row(n, parse(each.encode(errors="replace"))) for n, each in enumerate(statements(text), 1)]


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8, without the byte order mark that spreadsheets write. Raises UnicodeDecodeError."""
    return content.decode("utf-8-sig")


def of_lines(text: str) -> Iterator[Row]:
    """A row for each line that is not blank, what is not JSON with its refusal; the number counts the blank ones too."""
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        if line.strip():
            yield Row(number, parse(line.encode()))


def of_table(header: Sequence[str], table: Any, mapping: TableMapping) -> Iterator[Row]:
    """A row for each line of a table that is `opened`; it has all columns that the mapping names."""
    for cells in table:
        if not any(cells):
            continue
        if len(cells) != len(header):
            yield Row(table.line_num, Refused(ProblemType.INVALID_EVENT, "not as many cells as the table has columns"))
            continue
        said = mapping.event(dict(zip(header, map(str.strip, cells), strict=True)))
        yield Row(table.line_num, said if isinstance(said, Refused) else Parsed(said, suspect=True))


def header_of(file: Path) -> Sequence[str]:
    """The names of a table's columns. Raises OSError, or ValueError as `rows` does."""
    return opened(text_of(file.read_bytes()))[0]


def opened(text: str) -> tuple[Sequence[str], Any]:
    """The names of a table's columns, and a reader that stands behind them. Raises BadTable, or csv.Error."""
    csv.field_size_limit(LONGEST_CELL)
    first = text.partition("\n")[0]
    table = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    header = [name.strip() for name in next(table, [])]
    if not text.strip():
        raise BadTable("it is empty: the first line of a table names its columns")
    if not header or not all(header) or len(set(header)) != len(header):
        raise BadTable("the first line of a table names each of its columns, each once")
    return header, table


def unfit(missing: Sequence[str], header: Sequence[str]) -> str:
    """Why a table is not read with a mapping that names columns which it has not."""
    return f"the table has no column {named(missing)}; its columns are: {named(header)}"


def named(columns: Sequence[str]) -> str:
    shown = ", ".join(name[:LONGEST_NAME] for name in columns[:NAMES_SHOWN])
    return shown if len(columns) <= NAMES_SHOWN else f"{shown} and {len(columns) - NAMES_SHOWN} more"
