"""The schema files are the contract's, and say of an event what intake would."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.events import BY_WIRE_NAME
from shared.schemas.generate import FOLDER, differing, files, schema
from tests import facts


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return {name: json.loads(content) for name, content in files().items()}


def test_the_files_are_as_the_contract_writes_them() -> None:
    assert differing() == [], "run `make schemas`, and say in CHANGELOG.md what a sender will notice"


def test_a_file_that_differs_is_missing_or_is_too_many_is_named(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "intake.openapi.json").write_text("{}")
    (tmp_path / "org.rosette.custody.released.v1.json").unlink()
    (tmp_path / "org.rosette.custody.lost.v1.json").write_text("{}")
    assert differing(tmp_path) == [
        "intake.openapi.json",
        "org.rosette.custody.lost.v1.json",
        "org.rosette.custody.released.v1.json",
    ]


@pytest.mark.parametrize("wire_name", facts.EVERY)
def test_the_schema_of_a_type_admits_its_events(wire_name: str) -> None:
    described = schema(BY_WIRE_NAME[wire_name])
    validator = jsonschema.Draft202012Validator(described)
    validator.check_schema(described)
    validator.validate(facts.EVERY[wire_name]())


@pytest.mark.parametrize("wire_name", facts.EVERY)
def test_the_schema_of_a_type_refuses_what_only_intake_writes_and_unknown_fields(wire_name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema(BY_WIRE_NAME[wire_name]))
    statement = facts.EVERY[wire_name]()
    assert not validator.is_valid(facts.admitted(statement))
    assert not validator.is_valid(facts.EVERY[wire_name](unheard_of="x"))
    assert validator.is_valid(statement | {"traceparent": "00-1-2-03"})


def test_every_type_has_its_file_named_as_on_the_wire(written: dict[str, Any]) -> None:
    for wire_name in BY_WIRE_NAME:
        assert written[f"{wire_name}.json"]["properties"]["type"] == {"const": wire_name}
