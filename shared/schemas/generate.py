"""JSON Schemas of whole CloudEvents, `data` included, from the models that judge them; the services' OpenAPI documents, and
the streams' AsyncAPI document.

The contract knows no service, so each is asked as any reader would ask it: by its command line.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from shared import wire
from shared.events import BY_WIRE_NAME
from shared.events.base import Fact
from shared.schemas import asyncapi, folder

FOLDER: Final = Path(__file__).parent
ENDING: Final = ".json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SERVICES: Final = ("intake", "tracker")
IDENTITY: Final = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^\S+$"}
ATTRIBUTE: Final = {"type": ["string", "integer", "boolean"]}


def schema(fact: type[Fact]) -> dict[str, Any]:
    """A CloudEvent that states this fact, as a source may send it: without what only intake writes.

    Rules over several fields are the models' alone (a releaser is not the acceptor); what fits the schema may still be refused.
    """
    data = fact.model_json_schema(by_alias=True, mode="validation")
    definitions = data.pop("$defs", {})
    described = {"$defs": definitions} if definitions else {}
    return {
        "$schema": DIALECT,
        "$id": f"urn:rosette:schema:{fact.wire_name()}",
        "title": fact.name,
        "description": f"Stream: {fact.stream}. Said by: {', '.join(sorted(fact.roles))}.",
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": IDENTITY,
            "source": IDENTITY,
            "type": {"const": fact.wire_name()},
            "time": {"type": "string", "format": "date-time", "description": "When it happened, with its offset"},
            "datacontenttype": {"const": wire.CONTENT_TYPE},
            "data": data,
            **dict.fromkeys(sorted(wire.INTAKE_ATTRIBUTES), False),
        },
        "patternProperties": {f"^{wire.ATTRIBUTE_NAME.pattern}$": True},
        "additionalProperties": False,
        "required": ["specversion", "id", "source", "type", "time", "data"],
        **described,
    }


def files() -> dict[str, str]:
    """The text of each file by its name."""
    schemas = {f"{name}.json": text(schema(fact)) for name, fact in BY_WIRE_NAME.items()}
    schemas["asyncapi.json"] = text(asyncapi.document())
    return schemas | {f"{service}.openapi.json": text(openapi(service)) for service in SERVICES}


def openapi(service: str) -> Any:
    return json.loads(subprocess.check_output([sys.executable, "-m", f"services.{service}", "openapi"]))


def text(document: object) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def differing(schemas: Path = FOLDER) -> list[str]:
    """The files that are not as the contract would write them; one that it would not write is among them."""
    return folder.differing(schemas, files(), ENDING)


def write(schemas: Path = FOLDER) -> None:
    """Write the files, and remove those that the contract would not write."""
    folder.write(schemas, files(), ENDING)
