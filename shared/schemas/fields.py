"""The fields of a fact in words for people, read from its JSON Schema, so that a page cannot say what the models do not."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from shared import terms
from shared.events.base import Fact

JsonSchema = Mapping[str, Any]

WORDS: Final[tuple[tuple[JsonSchema, str], ...]] = tuple(
    (TypeAdapter(term).json_schema(), words)
    for term, words in (
        (terms.Reference, "reference"),
        (terms.Numbered, "reference without `/`"),
        (terms.DiscrepancyId, "id of a discrepancy"),
        (terms.Prose, "words, up to 500 characters"),
        (terms.Zone, "IANA zone"),
        (terms.Offset, "offset, like `+09:00`"),
        (terms.OpeningTime, "time of day, `00:00` to `23:59`"),
        (terms.ClockTime, "time of day, `00:00` to `24:00`"),
    )
)
FORMATS: Final = {"date": "day, like `2018-07-27`", "date-time": "instant with its offset"}
BESIDE: Final = frozenset({"title", "description", "default"})


class Row(NamedTuple):
    """One field: its path (`seals[].number`), its type in words, and whether a sender must give it."""

    path: str
    type: str
    mandatory: bool


def rows(fact: type[Fact]) -> list[Row]:
    """Every field of a fact's `data`: its own first, then those that all facts have."""
    described = fact.model_json_schema(by_alias=True, mode="validation")
    found = list(_rows(described, described.get("$defs", {}), ""))
    found = [row._replace(type=_either(sorted(fact.roles))) if row.path == "actor.role" else row for row in found]
    shared = Fact.model_fields.keys() - fact.__annotations__.keys()
    return sorted(found, key=lambda row: row.path.partition(".")[0] in shared)


def _rows(described: JsonSchema, definitions: JsonSchema, path: str) -> Iterator[Row]:
    for name, each in described["properties"].items():
        form = _plain(each, definitions)
        at = f"{path}{name}"
        yield Row(at, _words(form, definitions), name in described.get("required", ()))
        inner, step = (_plain(form["items"], definitions), "[].") if form.get("type") == "array" else (form, ".")
        if "properties" in inner:
            yield from _rows(inner, definitions, at + step)


def _plain(form: JsonSchema, definitions: JsonSchema) -> JsonSchema:
    """A type without its title, behind its reference, and without the `null` that leaving it out amounts to."""
    if "$ref" in form:
        return _plain(definitions[form["$ref"].rpartition("/")[2]], definitions)
    others = [each for each in form.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:
        return _plain(others[0], definitions)
    return {name: value for name, value in form.items() if name not in BESIDE}


def _words(form: JsonSchema, definitions: JsonSchema) -> str:
    for known, words in WORDS:
        if form == known:
            return words
    match form:
        case {"anyOf": forms}:
            return ", or ".join(_words(_plain(each, definitions), definitions) for each in forms)
        case {"enum": values}:
            return _either(values)
        case {"const": value}:
            return f"`{value}`"
        case {"format": name}:
            return FORMATS[name]
        case {"type": "array", "items": items}:
            return f"list of {_words(_plain(items, definitions), definitions)}{_bounds(form, 'minItems', 'maxItems')}"
        case {"type": "integer"}:
            return f"integer{_bounds(form, 'minimum', 'maximum')}"
        case {"type": "string"}:
            return f"text{_bounds(form, 'minLength', 'maxLength')}"
        case {"type": other}:
            return str(other)
        case _:
            raise ValueError(f"no words for a type of this form: {dict(form)}")


def _either(values: list[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _bounds(form: JsonSchema, least: str, most: str) -> str:
    low, high = form.get(least), form.get(most)
    if low is not None and low == high:
        return f", exactly {low}"
    if high is not None:
        return f", {low or 0} to {high}"
    return f", at least {low}" if low else ""
