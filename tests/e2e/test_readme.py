"""What README shows a newcomer: `make up`, a statement, its receipt, and the case as the tracker then tells it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from embedded.services import SERVICES, free_ports
from tests import facts

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text()
CURLS = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "curl" in block]
SHOWN = [block for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if block.startswith("{")]
OF_ANOTHER_RUN = {"epoch", "entry", "recordedtime", "filed_at"}
"""Fields that are different each time; everything else must come out as it is printed."""

pytestmark = pytest.mark.timeout(240)


class Newcomer:
    """Types what README says, on the ports and with the key of this run."""

    def __init__(self, said: str, ports: dict[str, int]) -> None:
        self.said = said
        exports = re.findall(r"^ +export (\w+)=(.+)$", said, re.MULTILINE)
        self.told = {name: subprocess.check_output(["sh", "-c", f"echo {value}"], text=True).strip() for name, value in exports}
        self.key, self.ports = self.told["INTAKE_KEY"], {"8081": str(ports["intake"]), "8082": str(ports["tracker"])}

    def types(self, block: str) -> httpx2.Response:
        """Does what the block's curl would do, as not every machine has one."""
        command = block[block.index("curl") :]
        for port, instead in self.ports.items():
            command = command.replace(port, instead)
        words = [word.replace("$INTAKE_KEY", self.key) for word in shlex.split(command.replace("\\\n", " "))]
        assert words[:2] == ["curl", "-s"]
        url, options = words[2], list(zip(words[3::2], words[4::2], strict=True))
        headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
        body = next((value for option, value in options if option == "-d"), None)
        return httpx2.request("GET" if body is None else "POST", url, headers=headers, content=body)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def newcomer(data: Path) -> Iterator[Newcomer]:
    ports = free_ports(*SERVICES)
    where = ("--data", str(data))
    named = [f"--{name}-port={port}" for name, port in ports.items()]
    running = subprocess.Popen(
        [sys.executable, "-m", "embedded", "up", *where, *named],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = running.stdout.readline()
            assert line, f"ended before everything was up:\n{said}"
            said += line
        yield Newcomer(said, ports)
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)


def test_a_newcomer_submits_what_readme_shows_and_is_answered_as_readme_says(newcomer: Newcomer) -> None:
    submit, look = CURLS[:2]
    shown_receipt, shown_case = SHOWN

    answer = newcomer.types(submit)
    assert [item["status"] for item in answer.json()] == [202, 202]
    assert lasting(answer.json()[1]) == lasting(json.loads(shown_receipt))
    again = newcomer.types(submit)
    assert [item["receipt"]["duplicate"] for item in again.json()] == [True, True]

    while (found := newcomer.types(look)).status_code == httpx2.codes.NOT_FOUND or "R-2" not in found.text:
        time.sleep(0.05)
    said = found.json()
    for name, value in re.findall(r'"(\w+)": ("[^"]*"|\w+|\[\])', shown_case.split('"timeline"')[0]):
        if name not in OF_ANOTHER_RUN:
            assert said[name] == json.loads(value), name
    assert [statement["name"] for statement in said["timeline"]] == re.findall(r'"name": "([^"]+)"', shown_case)


def test_what_make_up_prints_is_all_that_the_commands_need(newcomer: Newcomer, data: Path, tmp_path: Path) -> None:
    def typed(service: str, *words: str) -> Any:
        command = [sys.executable, "-m", f"services.{service}", *words, "--json"]
        ran = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **newcomer.told}, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    assert [stream["stream"] for stream in typed("tracker", "streams")] == ["custody", "identification", "family"]
    assert [source["slug"] for source in typed("intake", "sources", "list")["sources"]] == ["sample"]
    event = tmp_path / "event.json"
    event.write_text(json.dumps(facts.registered("K55-02", source="urn:example:unc")))
    assert typed("intake", "submit", str(event))["outcomes"] == {"accepted": 1}
    assert "{" not in newcomer.said  # what the services log is not for whoever starts them, and is kept
    assert "startup complete" in (data / "logs/intake.log").read_text()
    assert (data / "sample.key").stat().st_mode & 0o077 == 0


def lasting(document: Any) -> Any:
    """A document without what is different each time."""
    if not isinstance(document, dict):
        return document
    return {name: lasting(value) for name, value in document.items() if name not in OF_ANOTHER_RUN}
