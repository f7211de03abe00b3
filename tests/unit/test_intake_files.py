"""Tables and files of events: what a row says, how it is named, and what a report of it may hold."""

import csv
import json
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from typer.testing import CliRunner

from services.intake import mapping as mappings
from services.intake import row_report
from services.intake.__main__ import app
from services.intake.doors.files import Row, rows
from services.intake.imports import differences
from services.intake.mapping import BadMapping
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import Parsed
from tests import facts

MAPPING: Final = """
key = ["Box"]
[columns]
time = "At"
"data.case" = "Box"
"data.label" = "Label"
[constants]
type = "org.rosette.case.registered.v1"
source = "urn:example:unc"
"data.actor.role" = "custodian"
"data.actor.ref" = "desk-1"
"data.kind" = "transfer_case"
"data.custodian" = "unc"
"data.declared_contents" = "remains"
"""
AT: Final = "2018-07-27T08:50:00+09:00"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(MAPPING)
    return file


def table(folder: Path, *lines: str, header: str = "Box,At,Label") -> Path:
    file = folder / "manifest.csv"
    file.write_text("\n".join((header, *lines)) + "\n")
    return file


def check(*args: str) -> Any:
    said = CliRunner().invoke(app, ["check", *args, "--json"], env={"COLUMNS": "200"})
    return json.loads(said.stdout), said.exit_code


def said_of(row: Row) -> Any:
    assert isinstance(row.said, Parsed), row.said
    return row.said.value


# ------------------------------------------------------------------------------------------------- tables
def test_a_row_becomes_the_event_that_its_mapping_says(tmp_path: Path, mapping: Path) -> None:
    [row] = rows(table(tmp_path, f"K55-01,{AT},Box 1 of 55"), mappings.read(mapping))
    event = facts.event(said_of(row))
    assert (event.source, event.id) == ("urn:example:unc", "case.registered/K55-01")
    assert said_of(row)["data"]["label"] == "Box 1 of 55"


@pytest.mark.parametrize("text", ["Box;At;Label\r\n K55-01 ;{};x, y\r\n", '\ufeffBox,At,Label\n\nK55-01,{},"x, y"\n'])
def test_what_spreadsheets_write_is_read(tmp_path: Path, mapping: Path, text: str) -> None:
    file = tmp_path / "manifest.csv"
    file.write_bytes(text.format(AT).encode())
    [row] = rows(file, mappings.read(mapping))
    assert (said_of(row)["data"]["case"], said_of(row)["data"]["label"]) == ("K55-01", "x, y")


def test_the_id_is_made_of_the_key_alone_and_no_two_keys_have_the_same(mapping: Path) -> None:
    two = mappings.read(mapping).model_copy(update={"key": ("a", "b")})
    keys = [{"a": "x/y", "b": "z"}, {"a": "x", "b": "y/z"}, {"a": "x%2Fy", "b": "z"}, {"a": "Größe 1", "b": "é"}]
    ids = [two.id_of(key) for key in keys]
    assert len(set(ids)) == len(ids)
    assert all(id.isascii() and " " not in id for id in ids)


def test_an_empty_cell_leaves_the_field_out_and_an_empty_key_is_refused(tmp_path: Path, mapping: Path) -> None:
    first, second = rows(table(tmp_path, f"K55-01,{AT},", f",{AT},Box 2"), mappings.read(mapping))
    assert "label" not in said_of(first)["data"]
    assert isinstance(second.said, Refused)
    assert (second.number, second.said.pointer) == (3, "/id")


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("data.n:integer", "55", 55),
        ("data.n:integer", "-1", -1),
        ("data.n:integer", "5.5", None),
        ("data.n:integer", "٥", None),
        ("data.n:integer", "--5", None),
        ("data.n:boolean", "TRUE", True),
        ("data.n:boolean", "yes", None),
        ("data.n:list", "K55-01; K55-02;", ["K55-01", "K55-02"]),
        ("data.n", "55", "55"),
    ],
)
def test_a_cell_is_text_unless_its_path_says_otherwise(path: str, text: str, value: object) -> None:
    assert mappings.value_of(path, text) == value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('key = ["Box"]', "key = []"),
        ("org.rosette.case.registered.v1", "org.rosette.case.lost.v1"),
        ('time = "At"', 'id = "At"'),
        ('"data.label" = "Label"', '"data.actor" = "Label"'),
        ('"data.label" = "Label"', '"data.label:float" = "Label"'),
        ("[columns]", "[columns"),
        ('time = "At"', 'time = "At"\n"time" = "At"'),
        ('time = "At"', '"id.of" = "At"'),
        ('time = "At"', '"specversion.of" = "At"'),
        ('"data.label" = "Label"', '"a.b.c.d.e.f.g.h.i.j.k" = "Label"'),
        ('key = ["Box"]', f"key = {'[' * 5000}"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_with_its_file(mapping: Path, old: str, new: str) -> None:
    mapping.write_text(MAPPING.replace(old, new, 1))
    with pytest.raises(BadMapping, match=r"mapping\.toml"):
        mappings.read(mapping)


@pytest.mark.parametrize("header", ["Box,At", "Box,At,At", "Box,,Label"])
def test_a_table_without_the_columns_is_refused_as_a_whole(tmp_path: Path, mapping: Path, header: str) -> None:
    with pytest.raises(ValueError, match="column"):
        rows(table(tmp_path, "K55-01,x", header=header), mappings.read(mapping))


def test_a_mapping_is_kept_and_found_by_source_and_columns(tmp_path: Path, mapping: Path) -> None:
    place = mappings.kept_at(tmp_path, "unc", ["Box", "At", "Label"])
    mappings.keep(mappings.read(mapping), place)
    assert mappings.read(place) == mappings.read(mapping)
    assert place != mappings.kept_at(tmp_path, "unc", ["Box", "At"])
    assert place != mappings.kept_at(tmp_path, "dpaa", ["Box", "At", "Label"])


# ------------------------------------------------------------------------------------------------- check
def test_a_check_says_offline_what_would_be_refused_and_why(tmp_path: Path, mapping: Path) -> None:
    file = table(tmp_path, f"K55-01,{AT},Box 1", "K55-02,2018-07-27 08:50,Box 2", f"K55-01,{AT},another", f"K55-01,{AT},Box 1")
    said, code = check(str(file), "--mapping", str(mapping))
    assert code == 1
    assert [each["outcome"] for each in said["answers"]] == ["acceptable", "invalid-event", "identity-conflict", "duplicate"]
    assert said["answers"][1]["problem"]["pointer"] == "/time"
    assert [each["row"] for each in said["answers"]] == [2, 3, 4, 5]


def test_a_check_takes_events_line_by_line_and_judges_a_grant_where_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join([orjson.dumps(facts.released(id="E-1")), b'{"id": NaN}', b"{", orjson.dumps(facts.pnok())]))
    said, code = check(str(file))
    assert (code, [each["outcome"] for each in said["answers"]]) == (
        1,
        ["acceptable", "number", "not-json", "acceptable"],
    )
    sources = tmp_path / "sources.toml"
    grant = 'uris = ["urn:example:unc"]\nroles = ["custodian"]\ntypes = ["*"]\nparties = ["unc"]\n'
    sources.write_text(f'[[sources]]\nslug = "unc"\n{grant}')
    env = {"INTAKE_SOURCES": str(sources), "COLUMNS": "200"}
    judged = CliRunner().invoke(app, ["check", str(file), "--as", "unc", "--json"], env=env)
    assert [each["outcome"] for each in json.loads(judged.stdout)["answers"]][3] == "not-granted"


@pytest.mark.parametrize("name", ["none.ndjson", "table.csv", "broken.json", "bytes.ndjson", "deep.json", "long.json"])
def test_a_file_that_cannot_be_read_is_a_usage_error_in_one_line(tmp_path: Path, name: str) -> None:
    written = {"table.csv": b"a,b\n1,2\n", "broken.json": b'[{"a":1}, {', "bytes.ndjson": b"\xff"}
    for file, text in {**written, "deep.json": b"[" * 50_000, "long.json": b"1" * 5000}.items():
        (tmp_path / file).write_bytes(text)
    said = CliRunner().invoke(app, ["check", str(tmp_path / name)], env={"COLUMNS": "200"})
    assert (said.exit_code, said.stderr.count("\n")) == (2, 1)


# ------------------------------------------------------------------------------------------------- reports
@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_report_is_a_formula(tmp_path: Path, begin: str) -> None:
    formula = f"{begin}cmd|' /C calc'!A0"
    harmful = Refused(ProblemType.INVALID_EVENT, formula, formula)
    statement = Parsed(facts.released(id="=HYPERLINK(1)", source="@SUM(1)"), suspect=False)
    row_report.write(tmp_path / "out.csv", [(Row(1, statement), harmful)])
    with (tmp_path / "out.csv").open(newline="") as file:
        [_, cells] = csv.reader(file)
    assert not [cell for cell in cells if cell.startswith(row_report.FORMULA)]
    assert cells[4] == cells[5] == f"'{formula}"
    assert cells[1:3] == ["'@SUM(1)", "'=HYPERLINK(1)"]


def test_two_statements_are_shown_beside_each_other_where_they_differ() -> None:
    before = facts.admitted(facts.released(id="E-1", purpose="onward movement", seals=[]))
    now = facts.released(id="E-1", purpose="burial", seals=[{"number": "1", "position": "lid"}])
    assert differences(before, now) == [
        ("/data/purpose", "onward movement", "burial"),
        ("/data/seals", [], None),
        ("/data/seals/0/number", None, "1"),
        ("/data/seals/0/position", None, "lid"),
    ]
