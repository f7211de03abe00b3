"""Which turnovers' accounts may have changed with a transaction. Each is looked at again later, by whoever looks for what time
makes worth telling: no batch ever waits for all that came of a turnover.
"""

from collections.abc import Collection, Mapping
from typing import Final

from services.tracker.model.case import Case
from services.tracker.model.scope import COUNTS, JOINS
from services.tracker.record.facts import Facts
from services.tracker.record.histories import Folded, News
from services.tracker.record.names import Cursor
from shared.events import TurnoverDeclared
from shared.events.event import Event

# A case is of the turnovers of all that it came out of, also where these are not of one. The rows are locked in order.
STIR: Final = """
    WITH RECURSIVE above (no) AS (
      SELECT unnest(%(hubs)b::bigint[])
      UNION SELECT remains FROM concern WHERE person = ANY(%(hubs)b::bigint[])
      UNION SELECT lineage.parent FROM above JOIN lineage ON lineage.child = above.no
    ), mine AS (
      SELECT target FROM turnover
       WHERE target IN (SELECT no FROM above) OR ref IN (SELECT case_.turnover FROM above JOIN case_ ON case_.target = above.no)
       ORDER BY target FOR NO KEY UPDATE
    )
    UPDATE turnover SET stirred = stirred + 1 FROM mine WHERE turnover.target = mine.target
"""


async def stir(cursor: Cursor, changed: Mapping[int, Folded], news: Mapping[int, News], facts: Facts) -> None:
    """Have the turnovers of these hubs looked at again, if anything that an account counts is new to them.

    What changed without news, by time or by what it came out of, may have changed in anything.
    """
    said = await facts.read(cursor, {event for no in changed.keys() & news.keys() for event in news[no].events})
    hubs = [no for no, hub in changed.items() if no not in news or counts(hub, [said[each] for each in news[no].events])]
    if hubs:
        await cursor.execute(STIR, {"hubs": hubs})


def counts(hub: Folded, news: Collection[Event]) -> bool:
    """Whether any of it is counted. Of whom nobody knows anything, no number changes when they join a scope."""
    nobody = isinstance(hub.state, Case) and hub.state.individual is None and not hub.state.determinations
    uncounted = (TurnoverDeclared, *JOINS) if nobody else (TurnoverDeclared,)
    return any(isinstance(event.data, COUNTS) and not isinstance(event.data, uncounted) for event in news)
