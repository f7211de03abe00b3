"""`python -m demo --story k55`: six years through both services, compared with a truth that they never read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
LONGEST_RUN_S = 600
"""On a machine that is busy with something else; a quiet one needs a fraction of it."""
SEEDS = (1, 2, 3) if "ROSETTE_STORIES" in os.environ else (1,)
"""One in the ordinary run, all of them in `make test-long`; how long a run takes is measured by `make bench`."""

pytestmark = pytest.mark.timeout(LONGEST_RUN_S + 30)


@pytest.fixture(scope="module", params=SEEDS)
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The figures of a run that found no figure, notice or silence to be other than in truth."""
    command = [sys.executable, "-m", "demo", "--story", "k55", "--once", "--json", "--seed", str(request.param)]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_RUN_S)
    assert ran.returncode == 0, ran.stderr
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def test_it_ends_at_250_of_whom_93_are_identified_88_attributed_and_69_remain(told: dict[str, Any]) -> None:
    assert (told["mni"], told["identified"], told["attributed"], told["remaining"]) == (250, 93, 88, 69)


def test_every_submission_is_a_fact_once_or_a_duplicate(told: dict[str, Any]) -> None:
    assert told["events_sent"] > 5_000
    assert told["events_applied"] + told["duplicates"] == told["events_sent"]
    assert told["duplicates"] > 100
    assert told["quarantined"] == 0


def test_no_notice_is_repeated_and_nothing_is_left_on_its_way(told: dict[str, Any]) -> None:
    assert told["notices_repeated"] == 0
    assert not {"ready", "sending", "transmitting", "in_doubt", "refused"} & told["notices_by_state"].keys()
