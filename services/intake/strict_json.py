"""JSON as strictly as a digest needs it: what two parsers could read in two ways is not read at all.

Python's parser keeps the last of two equal members, and takes NaN, fractions, U+0000 and lone surrogates. `parse` lets them
through marked, and `flaw` finds the first of them with its pointer, so that in a batch one bad event does not cost the rest.
"""

import json
import re
from typing import Any, Final

from services.intake.problems import ProblemType, Refused
from shared.wire import pointer_step

DEPTH: Final = 40
"""Levels of nesting; the deepest event of the catalogue has seven."""

GREATEST_INTEGER: Final = 2**53 - 1
"""Beyond it RFC 8785 rounds, and two different numbers would have one digest."""

ESCAPED: Final = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
"""The only way in for U+0000 and a lone surrogate; where it does not occur no string needs a look."""


class RepeatedMember(dict[str, Any]):
    """Stands for an object that had the member `name` twice."""

    name: str


def parse(body: bytes) -> Any | Refused:
    """The JSON value that the body holds, its flaws still in it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Refused(ProblemType.NOT_UTF_8, "JSON is exchanged in UTF-8")
    try:
        return _DECODER.decode(text)
    except RecursionError:
        return Refused(ProblemType.TOO_DEEP, f"more than {DEPTH} levels")
    except ValueError as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return Refused(ProblemType.NOT_JSON, f"not JSON{where}")


def may_hold_bad_characters(body: bytes) -> bool:
    return b"\\u" in body and ESCAPED.search(body.decode(errors="replace")) is not None


def flaw(value: object, *, characters: bool, depth: int = 1) -> Refused | None:
    """The first thing in `value` that no event may hold. `characters`: whether strings have to be looked at."""
    if depth > DEPTH:
        return Refused(ProblemType.TOO_DEEP, f"more than {DEPTH} levels")
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if type(value) is RepeatedMember:
        return Refused(ProblemType.DUPLICATE_KEY, "the same member twice", step(value.name))
    for name, member in members:
        kind = type(member)
        if characters and kind is not int and (found := bad_character(name) or bad_character(member)):
            return Refused(ProblemType.CHARACTER, found, step(name))
        if kind is str or kind is bool or member is None:
            continue
        if kind is float or (kind is int and not -GREATEST_INTEGER <= member <= GREATEST_INTEGER):
            return Refused(ProblemType.NUMBER, "only integers from -(2^53 - 1) to 2^53 - 1", step(name))
        if kind is not int and (inner := flaw(member, characters=characters, depth=depth + 1)) is not None:
            return Refused(inner.type, inner.detail, step(name) + inner.pointer)
    return None


def bad_character(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if "\0" in value:
        return "U+0000"
    return "a lone surrogate" if any("\ud800" <= character <= "\udfff" for character in value) else None


def step(name: object) -> str:
    """A step of a JSON Pointer; what cannot be written in UTF-8 is replaced."""
    return "/" + pointer_step(str(name).encode(errors="replace").decode())


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    kept = dict(members)
    if len(kept) == len(members):
        return kept
    seen: set[str] = set()
    repeated = RepeatedMember(kept)
    repeated.name = next(name for name, _ in members if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return repeated


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
