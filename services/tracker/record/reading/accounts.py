"""Everything that was said of a turnover, of the cases that came of it, and of the persons whom these concern."""

from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.scope import Scope, fold
from services.tracker.model.travel import When, until
from shared import wire
from shared.events import CaseRegistered, CustodyRecordCorrected

# The cases of a turnover are those that a registration names with it, and whatever was said to have come out of one of them.
# More are reached than belong to it, what was corrected away for one: what counts is for the fold to say.
REACHED: Final = """
    WITH RECURSIVE whole (no) AS (
      SELECT no FROM target WHERE kind = 'turnover' AND ref = %(ref)s
    ), inside (no) AS (
      (SELECT no FROM whole
       UNION
       SELECT beside.hub FROM whole
         JOIN history AS mine ON mine.hub = whole.no AND mine.direct
         JOIN event ON event.no = mine.event AND event.type = ANY(%(ties)s)
         JOIN history AS beside ON beside.event = event.no AND beside.direct)
      UNION
      SELECT lineage.child FROM inside JOIN lineage ON lineage.parent = inside.no
    ), hub (no) AS (
      SELECT no FROM inside UNION SELECT concern.person FROM inside JOIN concern ON concern.remains = inside.no
    ), said (no) AS (
      SELECT DISTINCT history.event FROM hub JOIN history ON history.hub = hub.no
    )
"""
"""The events `said`, by number; takes `ref` and `ties`."""
SAID: Final = f"""{REACHED}
    SELECT event.digest, event_body.body FROM said JOIN event USING (no) JOIN event_body ON event_body.event = event.no
     WHERE event.filed_at <= %(known_at)s
"""  # noqa: S608 - composed of a constant of this module
TIES: Final = (CaseRegistered.wire_name(), CustodyRecordCorrected.wire_name())
"""What names a case with the turnover that it came in, as said or as corrected."""
EXISTS: Final = "SELECT EXISTS (SELECT FROM turnover WHERE ref = %s)"


async def scope(conn: AsyncConnection[Any], ref: str, when: When) -> Scope | None:
    """The scope of a turnover as of a moment; None where the record has never heard of it."""
    row = await (await conn.execute(EXISTS, (ref,))).fetchone()
    if row is None or not row[0]:
        return None
    asked = {"ref": ref, "ties": list(TIES), "known_at": when.known_at}
    said = await (await conn.execute(SAID, asked)).fetchall()
    return fold(ref, until([wire.reread(body, digest) for digest, body in said], when.as_of))
