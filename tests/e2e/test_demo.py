"""`python -m demo`, as a newcomer runs it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

CHECKOUT = Path(__file__).parents[2]
DEMO = (sys.executable, "-m", "demo")
LONGEST_RUN_S = 240
"""On a machine that is busy with something else; a quarter of a minute is usual."""

pytestmark = pytest.mark.timeout(LONGEST_RUN_S + 30)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The figures of one run."""
    ran = subprocess.run([*DEMO, "--once", "--json"], cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_RUN_S)
    assert ran.returncode == 0, ran.stderr
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def test_every_case_that_came_back_is_held_by_the_laboratory(told: dict[str, Any]) -> None:
    assert told["cases"] == 55
    assert told["cases_by_custody"] == {"held": 55}


def test_cases_are_as_far_as_the_laboratory_has_come(told: dict[str, Any]) -> None:
    assert told["cases_by_progress"] == {"accessioned": 49, "associated": 4, "identified": 1, "under_analysis": 1}


def test_every_submission_is_a_fact_once_or_a_duplicate(told: dict[str, Any]) -> None:
    assert told["events_applied"] + told["duplicates"] == told["events_sent"]
    assert told["duplicates"] == 28
    assert told["quarantined"] == 0


def test_what_did_not_agree_was_settled_by_people(told: dict[str, Any]) -> None:
    assert (told["discrepancies_open"], told["discrepancies_resolved"]) == (0, 2)


def test_each_family_is_told_once_and_what_was_taken_back_is_put_right_once(told: dict[str, Any]) -> None:
    assert told["identification_mails_per_person"] == [1, 1]
    assert told["corrections"] == 1


def test_no_mail_leaves_before_its_gate_and_none_is_left_behind(told: dict[str, Any]) -> None:
    assert told["mails_before_gate"] == 0
    assert told["notices_held"] == 0
    to_public_affairs, stopped_there = 2 * 3, 3
    assert told["notices_sent"] == told["mails_received"]
    assert told["notices_sent"] - told["alarms_sent"] == 5 + to_public_affairs + stopped_there


def test_it_takes_less_than_a_minute(told: dict[str, Any]) -> None:
    assert told["seconds"] < 60


@pytest.fixture
def run() -> Iterator["subprocess.Popen[str]"]:
    """A run that is to stay up, ended at the latest by the test's end."""
    running = subprocess.Popen(
        DEMO,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    yield running
    if running.poll() is None:
        running.kill()
    running.communicate()


def test_the_services_stay_up_until_they_are_interrupted_and_leave_nothing_running(
    run: "subprocess.Popen[str]",
) -> None:
    assert run.stderr
    said = ""
    while "Ctrl-C" not in said:
        line = run.stderr.readline()
        assert line, f"ended before it said where to look:\n{said}"
        said += line
    tracker = re.search(r"^Tracker answers at +(http://127\.0\.0\.1:\d+)$", said, re.MULTILINE)
    assert tracker, said
    for url in re.findall(r"http\S+", said):
        assert url[-1].isalnum(), f"a terminal would take {url} for the link"
    assert httpx2.get(f"{tracker[1]}/v1/cases/K55-17").json()["progress"] == "identified"

    children = psutil.Process(run.pid).children(recursive=True)
    assert children
    run.send_signal(signal.SIGINT)
    shown, _ = run.communicate(timeout=60)
    assert run.returncode == 0
    assert "mails before gate" in shown
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_an_interrupted_story_is_no_success_and_leaves_nothing_running(run: "subprocess.Popen[str]") -> None:
    while not (children := psutil.Process(run.pid).children(recursive=True)):
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert run.returncode == 130
    assert psutil.wait_procs(children, timeout=10)[1] == []
