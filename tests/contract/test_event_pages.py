"""The pages of the events are the contract's, and the example on each is a statement that intake would admit."""

import re
from pathlib import Path

import jsonschema
import pytest

from shared import wire
from shared.events import BY_WIRE_NAME, CATALOGUE_ORDER
from shared.events.base import Fact
from shared.schemas import folder, pages
from shared.schemas.fields import rows
from shared.schemas.generate import schema
from tests import facts

EXAMPLES = pages.examples()
EVERY = pytest.mark.parametrize("fact", CATALOGUE_ORDER, ids=lambda fact: fact.name)


def test_the_pages_are_as_the_contract_writes_them() -> None:
    assert pages.differing() == [], "run `make schemas`"


def test_every_fact_has_its_page_and_the_index_leads_to_each() -> None:
    named = [f"{fact.name}.md" for fact in CATALOGUE_ORDER]
    assert sorted(pages.pages()) == sorted([*named, "README.md"])
    assert re.findall(r"\]\(([^)]+)\)", pages.pages()["README.md"]) == named


@EVERY
def test_an_example_reads_as_its_fact_and_fits_its_schema(fact: type[Fact]) -> None:
    example = EXAMPLES[fact.name]
    event = wire.read(example)
    assert type(event.data) is fact
    assert event.data.actor.role in fact.roles
    jsonschema.Draft202012Validator(schema(fact)).validate(example)


@EVERY
def test_a_page_has_every_field_that_a_statement_may_hold(fact: type[Fact]) -> None:
    listed = {row.path: row.mandatory for row in rows(fact)}
    expected = {field.alias or name: field.is_required() for name, field in fact.model_fields.items()}
    assert {path: mandatory for path, mandatory in listed.items() if "." not in path} == expected
    assert facts.EVERY[fact.wire_name()]()["data"].keys() <= listed.keys()


def test_a_page_says_what_a_reader_may_conclude_and_who_may_say_it() -> None:
    hold = pages.pages()["identification.hold.placed.md"]
    assert "Somebody with authority blocked what `scope` names" in hold
    assert "Said by: `laboratory`, `medical_examiner`. The source's grant must list the party in `authority`." in hold
    assert "| `cases[].side` | `left`, `right`, `axial`, `unknown` | no |" in pages.pages()["case.inventoried.md"]


def test_an_example_too_many_or_too_few_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tmp_path / "examples.toml"
    short.write_text(pages.EXAMPLES.read_text().replace('"rosette.placed"', '"rosette.lost"'))
    monkeypatch.setattr(pages, "EXAMPLES", short)
    with pytest.raises(ValueError, match=re.escape("differ in rosette.lost, rosette.placed")):
        pages.examples()


def test_a_folder_is_written_whole_and_what_nobody_wants_is_removed(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("old")
    (tmp_path / "kept.json").write_text("{}")
    assert folder.differing(tmp_path, {"new.md": "new"}, ".md") == ["new.md", "old.md"]
    folder.write(tmp_path, {"new.md": "new"}, ".md")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["kept.json", "new.md"]
    assert folder.differing(tmp_path, {"new.md": "new"}, ".md") == []


def test_no_two_facts_share_a_page() -> None:
    assert len({fact.name for fact in CATALOGUE_ORDER}) == len(BY_WIRE_NAME)
