"""A pytest plugin that writes down what went red: which test, and whether by an assertion of its own."""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

WRITTEN_TO: Final = "ROSETTE_WITNESS"
"""Names the file: one JSON object a line, {"test": node id, "own": bool, "error": str}."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    if call.excinfo is not None:
        seen = {"test": item.nodeid.partition("[")[0], "own": own_assertion(call), "error": call.excinfo.exconly()[:300]}
        with Path(os.environ[WRITTEN_TO]).open("a") as file:
            file.write(json.dumps(seen) + "\n")
    return (yield)


def own_assertion(call: pytest.CallInfo[Any]) -> bool:
    """Whether the test itself found fault, rather than a fixture, a crash or an assertion of the product."""
    if call.when != "call" or call.excinfo is None or not isinstance(call.excinfo.value, AssertionError):
        return False
    return "tests" in Path(call.excinfo.traceback[-1].path).relative_to(Path.cwd()).parts[:1]
