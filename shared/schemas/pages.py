"""A page for every fact: who says it, what a reader may conclude, its fields, and one statement of it that can be read.

What a page says comes from the contract; only the examples are written by hand, in `examples.toml`.
"""

import json
import tomllib
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

from shared import wire
from shared.events import CATALOGUE_ORDER
from shared.events.base import Fact
from shared.schemas import folder
from shared.schemas.fields import rows

FOLDER: Final = Path(__file__).parents[2] / "docs/events"
EXAMPLES: Final = Path(__file__).with_name("examples.toml")
ENDING: Final = ".md"

INDEX_HEAD: Final = """# Events

Every fact of the catalogue, in the order in which facts of one instant are taken. Written by `make schemas`.

| event | stream | said by |
|---|---|---|
"""


def pages() -> dict[str, str]:
    """The text of each page by its name, the index among them."""
    stated = examples()
    found = {f"{fact.name}{ENDING}": page(fact, stated[fact.name]) for fact in CATALOGUE_ORDER}
    return found | {f"README{ENDING}": INDEX_HEAD + "".join(map(_entry, CATALOGUE_ORDER))}


def examples() -> dict[str, wire.CloudEvent]:
    """One statement of each fact, by catalogue name: those of the file, each with the attributes that a source would give it.

    Raises:
        ValueError: an example is missing, or is of no fact.
    """
    written = tomllib.loads(EXAMPLES.read_text())
    if different := written.keys() ^ {fact.name for fact in CATALOGUE_ORDER}:
        raise ValueError(f"{EXAMPLES.name} and the catalogue differ in {', '.join(sorted(different))}")
    return {fact.name: _stated(fact, **written[fact.name]) for fact in CATALOGUE_ORDER}


def page(fact: type[Fact], example: wire.CloudEvent) -> str:
    lines = "".join(f"| `{path}` | {words} | {'yes' if mandatory else 'no'} |\n" for path, words, mandatory in rows(fact))
    return f"""# {fact.name}

{meaning(fact)}

Type `{fact.wire_name()}`, on the {fact.stream} stream. {_said_by(fact)}{_in_the_name_of(fact)}

| field of `data` | type | mandatory |
|---|---|---|
{lines}
```json
{json.dumps(example, indent=2, ensure_ascii=False)}
```
"""


def meaning(fact: type[Fact]) -> str:
    """What a reader may conclude: the docstring of the fact or, of one that exists once a stream, that of its ancestor."""
    return next(cleandoc(each.__doc__) for each in fact.__mro__ if each.__doc__ and "stream" not in vars(each))


def differing() -> list[str]:
    return folder.differing(FOLDER, pages(), ENDING)


def write() -> None:
    folder.write(FOLDER, pages(), ENDING)


def _stated(fact: type[Fact], *, time: str, data: dict[str, Any]) -> wire.CloudEvent:
    desk = data["actor"]["role"].replace("_", "-")
    source = f"urn:example:{desk}"
    return {"specversion": "1.0", "id": "E-1", "source": source, "type": fact.wire_name(), "time": time, "data": data}


def _entry(fact: type[Fact]) -> str:
    return f"| [{fact.name}]({fact.name}{ENDING}) | {fact.stream} | {', '.join(sorted(fact.roles))} |\n"


def _said_by(fact: type[Fact]) -> str:
    return f"Said by: {', '.join(f'`{role}`' for role in sorted(fact.roles))}."


def _in_the_name_of(fact: type[Fact]) -> str:
    fields = " and ".join(f"`{field}`" for field in fact.speaks_for)
    return f" The source's grant must list the party in {fields}." if fields else ""
