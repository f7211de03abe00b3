"""What stood beside the facts at a moment gone by: the policy in force, and how far each notice had come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.notices import Notice
from services.tracker.model.policy import Policy
from services.tracker.model.travel import When
from services.tracker.record.policies import InForce

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
