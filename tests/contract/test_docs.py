"""What the pages say is held against the project: a page that has become wrong is a failing test."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.settings import Settings as IntakeSettings
from services.tracker.model.policy import Policy
from services.tracker.settings import Settings as TrackerSettings
from shared import wire

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for page in ROOT.rglob("*.md") if not any(part.startswith(".") for part in page.relative_to(ROOT).parts))
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
DISCREPANCIES = ROOT / "docs/discrepancies.md"
OPERATIONS = (ROOT / "docs/operations.md").read_text()

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\b(?:INTAKE|TRACKER)_[A-Z][A-Z_]*[A-Z]\b")
MACHINE_PATH = re.compile(r"(?<![\w.}>-])(/(?:home|root|Users|tmp|work|mnt|private|var)/\S*|[A-Z]:\\\S*)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its fenced blocks, whose brackets are code."""
    return FENCED.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(section: str) -> Iterator[list[str]]:
    """The cells of every table row, the head and its rule left out."""
    for line in section.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


# ------------------------------------------------------------------------------------------------- every page
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_internal_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors(there), f"{target} is no heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_holds_the_path_of_a_machine(page: Path) -> None:
    assert MACHINE_PATH.findall(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_event_that_a_page_spells_out_can_be_read(page: Path) -> None:
    for language, block in FENCED.findall(page.read_text()):
        for statement in spelled_out(language, block):
            wire.read(statement)


def spelled_out(language: str, block: str) -> Iterator[wire.CloudEvent]:
    """The CloudEvents of a block: the block itself, or the quoted body of a curl, one or a batch."""
    texts = [block] if language == "json" else re.findall(r"'([\[{].*?[\]}])'", block, re.DOTALL)
    for text in texts:
        document = json.loads(text)
        for statement in document if isinstance(document, list) else [document]:
            if "specversion" in statement:
                yield statement


# ------------------------------------------------------------------------------------------------- decisions
@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_says_its_context_what_was_rejected_and_when_to_look_again(page: Path) -> None:
    number = int(page.name[:4])
    headings = re.findall(r"^#+ .+$", prose(page), re.MULTILINE)
    assert headings[0].startswith(f"# {number}. ")
    assert headings[1:] == ["## Context", "## Decision", "## Rejected", "## Revisit when"]


def test_decisions_are_numbered_without_a_gap_and_the_architecture_lists_them() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (ROOT / "docs/architecture.md").read_text().partition("## Decisions\n")[2]
    assert LINK.findall(index) == [f"decisions/{page.name}" for page in DECISIONS]


# ------------------------------------------------------------------------------------------------- discrepancies
def test_the_page_of_discrepancies_has_every_kind_and_anchor_that_the_model_derives_and_no_other() -> None:
    documented = {(kind.strip("`"), shape(anchor.strip("`"))) for kind, anchor, *_ in rows(DISCREPANCIES.read_text())}
    assert documented == set(derived())


def test_the_page_of_discrepancies_says_what_blocks_by_the_default_policy() -> None:
    blocking = Policy.parse((ROOT / "deploy/policy.toml").read_text()).blocking_discrepancies
    for section in DISCREPANCIES.read_text().split("\n## "):
        for kind, anchor, _, blocks, _ in rows(section):
            expected = section.startswith("Of a case") and kind.strip("`") in blocking
            assert blocks == ("yes" if expected else "no"), f"{kind} {anchor}"


def derived() -> Iterator[tuple[str, str]]:
    """Kind and shape of the anchor of every `Misfit("kind", anchor, ...)` in the model."""
    files = sorted((ROOT / "services/tracker/model").glob("*.py"))
    model = ast.Module([node for file in files for node in ast.parse(file.read_text()).body], [])
    for node in calls(model, "Misfit"):
        kind, anchor = node.args[:2]
        if isinstance(kind, ast.Constant):
            for each in passed(anchor, node, model):
                yield str(kind.value), shape(anchor_text(each))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called == name:
                yield node


def passed(anchor: ast.expr, call: ast.Call, model: ast.Module) -> list[ast.expr]:
    """The anchor itself or, where it is a parameter of the function around it, what that function's callers give for it."""
    for function in ast.walk(model):
        if isinstance(function, ast.FunctionDef) and call in ast.walk(function) and isinstance(anchor, ast.Name):
            parameters = [parameter.arg for parameter in function.args.args]
            if anchor.id in parameters:
                return [each.args[parameters.index(anchor.id)] for each in calls(model, function.name)]
    return [anchor]


def anchor_text(anchor: ast.expr) -> str:
    match anchor:
        case ast.Constant(value=text):
            return str(text)
        case ast.JoinedStr(values=parts):
            return "".join(anchor_text(part) for part in parts)
        case _:
            return "<>"


def shape(anchor: str) -> str:
    """An anchor with every varying stretch as `<>`: `<transfer>#release` and `{data.transfer}#release` are one."""
    return re.sub(r"<>([#/]<>)*", "<>", re.sub(r"<[^>]*>", "<>", anchor))


# ------------------------------------------------------------------------------------------------- settings, licences
OF_COMMANDS = {"INTAKE_URL": "http://127.0.0.1:8081", "INTAKE_KEY": "none"}
"""What `intake submit` reads besides: it is a sender, so it shares no settings with the service."""


def test_operations_has_every_setting_with_its_default_and_no_other() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows(OPERATIONS) if re.match("`(INTAKE|TRACKER)_", row[0])}
    fields = {
        str(settings.model_config["env_prefix"]) + name.upper(): written(field.default)
        for settings in (IntakeSettings, TrackerSettings)
        for name, field in settings.model_fields.items()
    }
    assert listed == fields | OF_COMMANDS


def written(default: object) -> str:
    """A default as one would write it into a variable."""
    match default:
        case frozenset():
            return ",".join(sorted(default)) or "none"
        case float():
            return f"{default:g}"
        case _:
            return "none" if default is None else str(default)


def test_every_variable_that_a_service_names_is_in_the_operations() -> None:
    named = {name for file in (ROOT / "services").rglob("*.py") for name in VARIABLE.findall(file.read_text())}
    assert named <= {row[0].strip("`") for row in rows(OPERATIONS)} | {"INTAKE_ATTRIBUTES"}


def test_every_package_that_runs_in_production_has_its_licence_listed() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "locks/runtime.txt").read_text(), re.MULTILINE))
    listed = {row[0].strip("`") for row in rows((ROOT / "docs/licences.md").read_text())}
    assert locked <= listed
