"""How the columns of a table become events: kept by source and by the names of the columns, so that the next file just goes in.

```toml
key = ["Box No"]                       # the columns that name a row; its event's id is made of them, and of nothing else
[columns]                              # a field of the event, by its path, from a column
time = "Turned over at"
"data.case" = "Box No"
"data.expected:integer" = "Boxes"      # text unless it says integer, boolean, or list (parts divided by ;)
[constants]                            # the same for every row
type = "org.rosette.case.registered.v1"
source = "urn:example:unc"
"data.actor.role" = "custodian"
```
"""

import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import step
from shared.events import BY_WIRE_NAME

Path_ = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+){0,9}(:(integer|boolean|list))?$")]
DIVIDER: Final = ";"
HEADER_CHARACTERS: Final = 16
PLACE: Final = re.compile(r"\bat (?:line \d+, column \d+|end of document)(?=\)$)")
"""How a message of the TOML parser ends."""


class TableMapping(BaseModel):
    """Which column says what. `key` names the columns that identify a row for ever."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[tuple[str, ...], Field(min_length=1)]
    columns: dict[Path_, str]
    constants: dict[Path_, str] = {}

    @model_validator(mode="after")
    def the_type_is_one_of_the_catalogue(self) -> "TableMapping":
        if self.constants.get("type") not in BY_WIRE_NAME:
            raise ValueError("constants must name a type of the catalogue")
        roots = {path.partition(":")[0].partition(".")[0] for path in (*self.columns, *self.constants)}
        if roots & {"id", "specversion"}:
            raise ValueError("the id is made of the key columns, and the specversion is 1.0")
        return self

    @model_validator(mode="after")
    def no_field_lies_within_another(self) -> "TableMapping":
        paths = sorted(path.partition(":")[0] + "." for path in (*self.columns, *self.constants))
        if any(after.startswith(before) for before, after in pairwise(paths)):
            raise ValueError("a field is mapped twice, or lies within another")
        return self

    def missing(self, header: Sequence[str]) -> list[str]:
        """The columns that the mapping names and the table does not have."""
        return [name for name in (*self.key, *self.columns.values()) if name not in header]

    def event(self, row: Mapping[str, str]) -> dict[str, Any] | Refused:
        """The CloudEvent that a row states; an empty cell is a field that is left out."""
        said: dict[str, Any] = {"specversion": "1.0"}
        if not all(row[column] for column in self.key):
            return Refused(ProblemType.INVALID_EVENT, "a cell of the key is empty", "/id")
        said["id"] = self.id_of(row)
        cells = {path: row[column] for path, column in self.columns.items()}
        for path, text in {**self.constants, **cells}.items():
            if text:
                value = value_of(path, text)
                if value is None:
                    return Refused(ProblemType.INVALID_EVENT, f"not {path.partition(':')[2]}", pointer_of(path))
                put(said, path.partition(":")[0].split("."), value)
        return said

    def id_of(self, row: Mapping[str, str]) -> str:
        """Of two rows with different keys never the same: what separates the parts is escaped within them."""
        name = BY_WIRE_NAME[self.constants["type"]].name
        return "/".join([name, *(quote(row[column], safe="") for column in self.key)])


def value_of(path: str, text: str) -> object:
    """None where the text is not of the kind that the path asks for."""
    match path.partition(":")[2]:
        case "integer":
            return int(text) if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 17 else None
        case "boolean":
            return {"true": True, "false": False}.get(text.lower())
        case "list":
            return [part.strip() for part in text.split(DIVIDER) if part.strip()]
        case _:
            return text


def put(said: dict[str, Any], steps: Sequence[str], value: object) -> None:
    *parents, last = steps
    for each in parents:
        said = said.setdefault(each, {})
    said[last] = value


def pointer_of(path: str) -> str:
    return "".join(map(step, path.partition(":")[0].split(".")))


# ------------------------------------------------------------------------------------------------- kept for the next time
class BadMapping(ValueError):
    """No mapping, or one that does not fit the table. Says where; `field` is the part of the mapping that is meant."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(f"{field}: {words}" if field else words)
        self.field = field.partition(".")[0]
        self.words = words


def kept_at(folder: Path, slug: str, header: Sequence[str]) -> Path:
    """Where the mapping of such a table of this source is kept: beside the sources file, by the names of its columns."""
    named = sha256("\n".join(header).encode()).hexdigest()[:HEADER_CHARACTERS]
    return folder / "mappings" / f"{slug}.{named}.toml"


def read(path: Path) -> TableMapping:
    """Raises BadMapping, or OSError."""
    try:
        return parse(path.read_text())
    except BadMapping as bad:
        raise BadMapping(f"{path}: {bad}") from None
    except UnicodeDecodeError:
        raise BadMapping(f"{path}: not UTF-8") from None


def parse(text: str) -> TableMapping:
    """Raises BadMapping."""
    try:
        return TableMapping.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadMapping(first["msg"], ".".join(map(str, first["loc"]))) from None
    except (ValueError, RecursionError) as error:
        where = PLACE.search(str(error))  # the rest of the message may repeat what stands there
        raise BadMapping(f"not TOML {where[0]}" if where else "not TOML") from None


def keep(mapping: TableMapping, path: Path) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(8)}.next")
    try:
        draft.write_text(tomlkit.dumps(mapping.model_dump(mode="json")))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
