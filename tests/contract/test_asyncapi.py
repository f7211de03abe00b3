"""The AsyncAPI document is one, leads to schemas that exist, and describes entries as they really stand in the streams."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
import referencing
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from services.intake.doors.inbox import refusal
from services.intake.problems import ProblemType, Refused
from shared.events import BY_WIRE_NAME
from shared.schemas.asyncapi import document
from shared.schemas.generate import FOLDER
from shared.streams import events_key, inbox_key, refused_key
from shared.terms import STREAMS
from tests import facts

DOCUMENT = json.loads((FOLDER / "asyncapi.json").read_text())


def test_it_is_asyncapi_3() -> None:
    assert document() == DOCUMENT
    read = ApplicationSchema.model_validate(DOCUMENT)
    assert read.asyncapi == "3.0.0"
    for each in DOCUMENT["operations"].values():
        assert each["channel"]["$ref"].removeprefix("#/channels/") in DOCUMENT["channels"]


def test_an_address_with_its_parameters_filled_in_is_the_key() -> None:
    def filled(channel: str) -> str:
        described = DOCUMENT["channels"][channel]
        values = {name: given.get("default", "unc") for name, given in described["parameters"].items()}
        return str(described["address"]).format(**values)

    assert {stream: filled(stream) for stream in STREAMS} == {stream: events_key(stream) for stream in STREAMS}
    assert (filled("inbox"), filled("refused")) == (inbox_key("unc"), refused_key("unc"))


def test_every_type_stands_on_its_stream() -> None:
    for wire_name, fact in BY_WIRE_NAME.items():
        assert fact.name in DOCUMENT["channels"][fact.stream]["messages"]
        assert DOCUMENT["components"]["messages"][fact.name]["name"] == wire_name


@pytest.mark.parametrize("wire_name", facts.EVERY)
def test_an_entry_as_intake_writes_it_is_as_described(wire_name: str) -> None:
    statement = facts.admitted(facts.EVERY[wire_name]())
    described = DOCUMENT["components"]["messages"][BY_WIRE_NAME[wire_name].name]["payload"]
    digest = facts.event(statement).digest
    entry = {"epoch": facts.EPOCH, "seq": "1", "digest": digest, "event": orjson.dumps(statement).decode()}
    judge(described).validate(entry)
    judge(described["properties"]["event"]["contentSchema"]).validate(statement)
    assert not judge(described["properties"]["event"]["contentSchema"]).is_valid(facts.EVERY[wire_name]())


def test_a_statement_and_a_refusal_are_as_described() -> None:
    messages = DOCUMENT["components"]["messages"]
    statement = messages["statement"]["payload"]["properties"]["event"]["contentSchema"]
    judge(statement).validate(facts.released())
    refused = refusal((b"1-1", {b"event": b"{"}), Refused(ProblemType.NOT_JSON, "not JSON"))
    judge(messages["refusal"]["payload"]).validate({name: str(value) for name, value in refused.items()})


def judge(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Of a schema whose references lead to files beside the document."""

    def from_file(uri: str) -> referencing.Resource[Any]:
        return referencing.Resource.from_contents(json.loads((FOLDER / Path(uri).name).read_text()))

    registry: Any = referencing.Registry
    return jsonschema.Draft202012Validator({"$id": "urn:here/", **schema}, registry=registry(retrieve=from_file))
