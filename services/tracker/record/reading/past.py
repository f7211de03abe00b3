"""What stood beside the facts at a moment gone by: the policy in force, and how far each notice had come."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model import turnover
from services.tracker.model.case import Case
from services.tracker.model.notices import Notice
from services.tracker.model.policy import Policy
from services.tracker.model.travel import When, until
from services.tracker.record.policies import InForce
from services.tracker.record.reading.cases import history
from shared import wire

POLICY: Final = """
    SELECT no, digest, body FROM policy ORDER BY applied_at <= %(at)s DESC,
           CASE WHEN applied_at <= %(at)s THEN no END DESC NULLS LAST, no LIMIT 1
"""
STATES: Final = """
    SELECT DISTINCT ON (notice.no) notice.reference, transition.after
      FROM notice JOIN notice_transition AS transition ON transition.notice = notice.no
     WHERE notice.reference = ANY(%s) AND transition.at <= %s ORDER BY notice.no, transition.no DESC
"""


async def policy(conn: AsyncConnection[Any], when: When) -> InForce:
    """The policy in force at `as_of`; before the first one, the first."""
    row = await (await conn.execute(POLICY, {"at": when.as_of})).fetchone()
    assert row is not None, "a record has a policy from its first day on"
    no, digest, body = row
    return InForce(no, digest, Policy.parse(body))


async def closed(conn: AsyncConnection[Any], cases: Iterable[Case], when: When) -> frozenset[str]:
    """Which of the turnovers that these cases came with were closed by then, as was known then."""
    scopes = {case.turnover for case in cases if case.turnover is not None}
    return frozenset([ref for ref in scopes if await _closed(conn, ref, when)])


async def _closed(conn: AsyncConnection[Any], ref: str, when: When) -> bool:
    said = [wire.reread(row.body, row.digest) for row in await history(conn, "turnover", ref) if row.filed_at <= when.known_at]
    return turnover.fold(ref, until(said, when.as_of)).closed is not None


async def notices(conn: AsyncConnection[Any], stored: Sequence[Notice], when: When) -> list[Notice]:
    """Those of `stored` that there were by then, each in the state it had; what we did is on our own clock alone."""
    at = min(when.as_of, when.known_at)
    found = await (await conn.execute(STATES, ([each.reference for each in stored], at))).fetchall()
    states = dict(found)
    return [
        replace(each, state=states[each.reference], left_at=each.left_at if each.left_at and each.left_at <= at else None)
        for each in stored
        if each.reference in states
    ]
