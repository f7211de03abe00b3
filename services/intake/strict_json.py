"""JSON as strictly as a digest needs it: what two parsers could read in two ways is not read at all.

Python's parser keeps the last of two equal members, and takes NaN, fractions, U+0000 and lone surrogates. `parse` lets them
through and says that it saw such a thing; `flaw` then finds it with its pointer, so that in a batch one bad event does not
cost the rest, and a batch without any costs no search.

A text is first read plainly, which calls nothing of ours for a member: every string costs two quotation marks and one more for
each that it holds, so a value that is written again with as many as its text had has lost none of its names. Where that does
not prove it, the text is read once more, and every object looked at.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from services.intake.problems import ProblemType, Refused
from shared.wire import pointer_step

DEPTH: Final = 40
"""Levels of nesting; the deepest event of the catalogue has seven."""

MEMBERS: Final = 256
"""Of one object; the largest of the catalogue has fewer than thirty, and every unknown one costs the words that refuse it."""

ITEMS: Final = 2000
"""Of one list: as many as the longest of the catalogue may hold."""

GREATEST_INTEGER: Final = 2**53 - 1
"""Beyond it RFC 8785 rounds, and two different numbers would have one digest."""

LONGEST_INTEGER: Final = len(str(-GREATEST_INTEGER))
"""Characters. What is longer lies beyond, and is not worked out: of more than 4,300 digits Python makes no number at all."""

ESCAPED: Final = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
"""The only way in for U+0000 and a lone surrogate; where it does not occur no string needs a look."""


class RepeatedMember(dict[str, Any]):
    """Stands for an object that had the member `name` twice."""

    name: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON value. Only if `suspect` can something be in it that no event may hold, save for too many levels or members."""

    value: Any
    suspect: bool


def parse(body: bytes) -> Parsed | Refused:
    """The JSON value that the body holds, its flaws still in it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Refused(ProblemType.NOT_UTF_8, "JSON is exchanged in UTF-8")
    escapes = "\\u" in text
    watch = Watch(suspect=escapes and ESCAPED.search(text) is not None)
    try:
        if not escapes and (value := whole(text)) is not None:
            return Parsed(value, suspect=False)
        return Parsed(watch.decoder().decode(text), watch.suspect)
    except RecursionError:
        return Refused(ProblemType.TOO_DEEP, f"more than {DEPTH} levels")
    except ValueError as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return Refused(ProblemType.NOT_JSON, f"not JSON{where}")


class Unusual(ValueError):
    """A number that no event may hold."""


def integer_of(text: str) -> int:
    """What is written; of one that is too long only that it lies beyond the greatest."""
    return int(text) if len(text) <= LONGEST_INTEGER else GREATEST_INTEGER + 1


def usual(text: str) -> int:
    value = integer_of(text)
    if not -GREATEST_INTEGER <= value <= GREATEST_INTEGER:
        raise Unusual
    return value


def unusual(_: str) -> float:
    raise Unusual


PLAIN: Final = json.JSONDecoder(parse_int=usual, parse_float=unusual, parse_constant=unusual)


def whole(text: str) -> Any:
    """The value of a text without `\\u`, if it is seen that no member was lost and no number is unusual; else None.

    Raises:
        ValueError, RecursionError: it is not JSON, or too deep.
    """
    try:
        value = PLAIN.decode(text)
        written = orjson.dumps(value)
    except (Unusual, orjson.JSONEncodeError):
        return None
    return value if written.count(b'"') == text.count('"') else None


@dataclass(slots=True)
class Watch:
    """Sees every object and number while a text is parsed, and remembers whether one was suspect."""

    suspect: bool

    def decoder(self) -> json.JSONDecoder:
        return json.JSONDecoder(
            object_pairs_hook=self.members, parse_int=self.integer, parse_float=self.number, parse_constant=self.number
        )

    def members(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        kept = dict(members)
        if len(kept) == len(members):
            self.suspect |= len(kept) > MEMBERS
            return kept
        self.suspect = True
        repeated = RepeatedMember(kept)
        seen: set[str] = set()
        for name, _ in members:
            if name in seen:
                repeated.name = name
                break
            seen.add(name)
        return repeated

    def integer(self, text: str) -> int:
        value = integer_of(text)
        self.suspect |= not -GREATEST_INTEGER <= value <= GREATEST_INTEGER
        return value

    def number(self, text: str) -> float:
        self.suspect = True
        return float(text)


def crowded(text: bytes) -> bool:
    """Whether an object of a JSON text has too many members or one twice, or a number is a fraction or too large.

    Reads the text once more, which costs the parser less than `flaw` would cost us.
    """
    watch = Watch(suspect=False)
    watch.decoder().decode(text.decode())
    return watch.suspect


def flaw(value: Any, depth: int = 1, *, fractions: bool = False) -> Refused | None:
    """The first thing in `value` that no event may hold; with `fractions` it may hold finite ones."""
    if depth > DEPTH:
        return Refused(ProblemType.TOO_DEEP, f"more than {DEPTH} levels")
    if isinstance(value, RepeatedMember):
        return Refused(ProblemType.DUPLICATE_KEY, "the same member twice", step(value.name))
    if isinstance(value, dict) and len(value) > MEMBERS:
        return Refused(ProblemType.TOO_MANY_MEMBERS, f"more than {MEMBERS} members")
    if isinstance(value, list) and len(value) > ITEMS:
        return Refused(ProblemType.TOO_MANY_MEMBERS, f"more than {ITEMS} items")
    if isinstance(value, str):
        return None if (found := bad_character(value)) is None else Refused(ProblemType.CHARACTER, found)
    if isinstance(value, float) and fractions and math.isfinite(value):
        return None
    if isinstance(value, float) or (isinstance(value, int) and not -GREATEST_INTEGER <= value <= GREATEST_INTEGER):
        return Refused(ProblemType.NUMBER, "only integers from -(2^53 - 1) to 2^53 - 1")
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        if (
            inner := flaw(name, depth) or flaw(member, depth + isinstance(member, dict | list), fractions=fractions)
        ) is not None:
            return Refused(inner.type, inner.detail, step(name) + inner.pointer)
    return None


def bad_character(text: str) -> str | None:
    if "\0" in text:
        return "U+0000"
    return "a lone surrogate" if any("\ud800" <= character <= "\udfff" for character in text) else None


def step(name: object) -> str:
    """A step of a JSON Pointer; what cannot be written in UTF-8 is replaced."""
    return "/" + pointer_step(str(name).encode(errors="replace").decode())
