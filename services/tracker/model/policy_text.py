"""A policy's text as a person writes it: every value on a line of its own, with a comment that says where it comes from.

`settling_s = 30   # [ours] what was accepted within this time ...`; the comment of a table's head is the source of all in it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from services.tracker.model.policy import Policy

SOURCE: Final = re.compile(r"#\s*\[(?:law|doc|practice|ours)(?:: [^\]]+)?\]\s*\S")
TABLE: Final = re.compile(r"\s*\[([^\[\]]+)\]")
KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")

Place = tuple[str, ...]
"""Where a value stands: `("contact_hours", "army")`."""


class PolicyInvalid(ValueError):
    """The text cannot be the policy. One line of the message for each thing that is wrong, led by its line in the text."""


def read_policy(text: str) -> Policy:
    """The policy that a TOML text states.

    Raises:
        PolicyInvalid: not TOML, an unknown key, an impossible value, or a value without its source.
    """
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyInvalid(f"not TOML: {error}") from None
    lines = dict(_lines(text))
    wrong = [(_line_of(place, lines), f"{_said(place)}: its source is missing") for place in _unsourced(stated, text, lines)]
    try:
        policy = Policy.model_validate(stated)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        places = [tuple(str(step) for step in each["loc"] if step != "[key]") for each in found]
        messages = [each["msg"].removeprefix("Value error, ") for each in found]
        told = zip(places, messages, strict=True)
        wrong += [(_line_of(place, lines), f"{_said(place)}: {message}") for place, message in told]
    if wrong:
        raise PolicyInvalid("\n".join(f"line {line}: {said}" for line, said in sorted(wrong)))
    return policy


def _lines(text: str) -> Iterator[tuple[Place, int]]:
    """Every table and every key that begins a line, with the number of that line."""
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if head := TABLE.match(line):
            table = tuple(step.strip().strip('"') for step in head[1].split("."))
            yield table, number
        elif key := KEY.match(line):
            yield (*table, key[1].strip('"')), number


def _unsourced(stated: Mapping[str, Any], text: str, lines: Mapping[Place, int]) -> Iterator[Place]:
    """Values of which neither their own line nor the head of their table says where they come from."""
    written = text.splitlines()
    for place in _places(stated):
        said = [written[lines[part] - 1] for part in (place, place[:-1]) if part in lines]
        if not any(SOURCE.search(line) for line in said):
            yield place


def _places(stated: Mapping[str, Any]) -> Iterator[Place]:
    for key, value in stated.items():
        if isinstance(value, dict):
            yield from ((key, *rest) for rest in _places(value))
        else:
            yield (key,)


def _line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of a value, or of the nearest thing that holds it."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 1)


def _said(place: Place) -> str:
    return ".".join(place)
