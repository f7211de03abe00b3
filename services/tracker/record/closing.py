"""Turnovers on which the laboratory has ended its work, and the families who chose to hear of later portions then.

A turnover is no part of a family's history, so nothing locks both: the families are looked at again by the sweeper. Whoever
works out what such a family is owed has the turnover's row to itself from then on: a closing that is not committed yet is
waited for, and one that comes later finds the notice that waits for it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from services.tracker.model.case import Case
from services.tracker.model.person import Person
from services.tracker.record.names import Cursor

CLOSED: Final = "SELECT ref FROM turnover WHERE closed AND ref = ANY(%s::text[])"
ALONE: Final = "SELECT target FROM turnover WHERE ref = ANY(%s::text[]) ORDER BY target FOR NO KEY UPDATE"
WAKE: Final = """
    UPDATE person SET next_check_at = least(next_check_at, %s)
      FROM notice WHERE notice.person = person.ref AND notice.kind IN ('additional_portions', 'takeover', 'reinstatement')
                    AND notice.state NOT IN ('done', 'stopped')
"""


async def closed(cursor: Cursor, cases: Iterable[Case], waiting: Iterable[Person] = ()) -> frozenset[str]:
    """Which of the turnovers that these cases came with are closed.

    Args:
        waiting: persons whose family may have chosen to hear at the end; no closing goes unseen by them until this commits.
    """
    scopes = sorted({case.turnover for case in cases if case.turnover is not None})
    if not scopes:
        return frozenset()
    if any(each.choice == "at_end" for person in waiting for each in person.signed):
        await cursor.execute(ALONE, (scopes,))
    await cursor.execute(CLOSED, (scopes,))
    return frozenset(ref for (ref,) in await cursor.fetchall())


async def wake(cursor: Cursor, turnovers: Collection[str], at: datetime) -> None:
    """Have families looked at again that wait for a later portion, or whose liaison has it: turnovers closed or opened."""
    if turnovers:
        await cursor.execute(WAKE, (at,))
