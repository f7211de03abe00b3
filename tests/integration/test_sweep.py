"""What time changes is worked out again, the longest due first, and what fails keeps nothing else."""

from typing import Any

import pytest

from services.tracker.model.targets import Target
from services.tracker.record import sweep
from tests import facts
from tests.integration.filing import a_register, file, rows

DUE = """
UPDATE person SET next_check_at = %s - minutes * interval '1 minute'
  FROM (VALUES ('P-0001', 2), ('P-0002', 1)) AS due (person, minutes) WHERE ref = due.person RETURNING ref
"""


async def test_one_that_cannot_be_worked_out_is_put_off_and_starves_no_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    async def fails_for_the_first(_register: Any, about: Target, _do: Any) -> None:
        tried.append(about.ref)
        if about.ref == "P-0001":
            raise ValueError

    monkeypatch.setattr(sweep, "with_group", fails_for_the_first)
    monkeypatch.setattr(sweep, "UP_TO", 1)
    async with a_register(database_url) as register:
        await file(register, facts.kin("P-0001"), facts.kin("P-0002"))
        await rows(register, DUE, register.now())
        assert [await sweep.sweep(register) for _ in range(2)] == [0, 1]
        assert tried == ["P-0001", "P-0002"]
        left = await rows(register, "SELECT next_check_at - %s FROM person WHERE ref = 'P-0001'", register.now())
        assert left == [(sweep.PUT_OFF,)]
