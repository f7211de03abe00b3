"""The families that a liaison speaks to now."""

from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.record.reading.families import family
from shared.events import FamilyRecordCorrected, LiaisonAssigned

# Whoever an assignment has ever named the liaison for, corrections included; whom they speak to now is for the fold to say.
EVER: Final = """
    SELECT DISTINCT target.ref FROM event
      JOIN event_body ON event_body.event = event.no AND strpos(event_body.body, %(liaison)s) > 0
      JOIN history ON history.event = event.no
      JOIN target ON target.no = history.hub AND target.kind = 'person'
     WHERE event.type = ANY(%(types)s) ORDER BY target.ref
"""
TYPES: Final = [LiaisonAssigned.wire_name(), FamilyRecordCorrected.wire_name()]


async def own_persons(conn: AsyncConnection[Any], liaison: str, now: datetime) -> dict[str, frozenset[str]]:
    """Person -> the cases that concern them, for each family to one of whose kin the liaison speaks now."""
    own: dict[str, frozenset[str]] = {}
    rows = await (await conn.execute(EVER, {"liaison": f'"{liaison}"', "types": TYPES})).fetchall()
    for (ref,) in rows:
        person = (await family(conn, ref, now)).record.persons.get(ref)
        if person is None:
            continue
        speaks = (person.liaison_of(kin, now) for kin in person.kin)
        if any(one is not None and one.liaison == liaison for one in speaks):
            own[ref] = frozenset(person.cases)
    return own
