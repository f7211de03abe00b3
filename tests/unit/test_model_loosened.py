"""What only a new policy lets leave is known by its key; what leaves anyway, and what it forbids, is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.tracker.model.loosened import loosened
from services.tracker.model.notices import Owed
from services.tracker.model.reasons import Reason
from services.tracker.model.telling import Required

NOON = datetime(2018, 9, 18, 12, tzinfo=UTC)
HOURS = Reason("hours", "outside the liaison's duty hours", ground=False, until=NOON)
DOUBT = Reason("discrepancy", "discrepancy D is open", ground=True)
OPEN = Owed("told/P-0001/D-1/KIN-1", "identification", person="P-0001")


def newly(before: tuple[Owed, ...], after: tuple[Owed, ...]) -> frozenset[str]:
    return loosened(Required(frozenset(before)), Required(frozenset(after)))


def held(*reasons: Reason) -> Owed:
    return replace(OPEN, reasons=reasons)


def test_what_was_not_owed_before_waits() -> None:
    assert newly((), (OPEN,)) == {OPEN.key}


def test_what_loses_a_block_waits_even_while_another_holds_it() -> None:
    assert newly((held(DOUBT),), (OPEN,)) == {OPEN.key}
    assert newly((held(DOUBT, HOURS),), (held(HOURS),)) == {OPEN.key}


def test_what_would_leave_sooner_waits() -> None:
    sooner = replace(HOURS, until=NOON - timedelta(hours=1))
    assert newly((held(HOURS),), (held(sooner),)) == {OPEN.key}
    assert newly((held(replace(HOURS, until=None)),), (held(HOURS),)) == {OPEN.key}
    assert newly((held(sooner),), (held(HOURS),)) == frozenset()


def test_what_left_anyway_and_what_is_forbidden_does_not_wait() -> None:
    assert newly((OPEN,), (OPEN,)) == frozenset()
    assert newly((OPEN,), (held(DOUBT),)) == frozenset()
    assert newly((held(DOUBT),), (held(DOUBT, HOURS),)) == frozenset()
    assert newly((OPEN,), ()) == frozenset()


def test_what_is_out_already_does_not_wait() -> None:
    assert newly((), (replace(OPEN, keeps="N-1"),)) == frozenset()
    assert newly((replace(OPEN, keeps="N-1"),), (OPEN,)) == {OPEN.key}
