"""What stood beside the facts at a moment gone by: the policy in force, how far each notice had come, and what it said."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model import turnover
from services.tracker.model.case import Case
from services.tracker.model.notices import Notice, NoticeState
from services.tracker.model.policy import Policy
from services.tracker.model.travel import When, until
from services.tracker.record.notices_store import content_of
from services.tracker.record.policies import InForce
from services.tracker.record.reading.cases import history
from shared import wire

POLICY: Final = """
    SELECT no, digest, body FROM policy ORDER BY applied_at <= %(at)s DESC,
           CASE WHEN applied_at <= %(at)s THEN no END DESC NULLS LAST, no LIMIT 1
"""
THEN: Final = """
    SELECT notice.reference, state.after, claim.at,
           said.kind, said.recipient, said.cases, said.portions, said.stops, said.reasons
      FROM notice
      JOIN LATERAL (SELECT after FROM notice_transition WHERE notice = notice.no AND at <= %(at)s
                     ORDER BY no DESC LIMIT 1) AS state ON true
      JOIN LATERAL (SELECT * FROM notice_content WHERE notice = notice.no AND at <= %(at)s
                     ORDER BY no DESC LIMIT 1) AS said ON true
      LEFT JOIN LATERAL (SELECT at FROM notice_transition WHERE notice = notice.no AND after = 'sending' AND at <= %(at)s
                          ORDER BY no DESC LIMIT 1) AS claim ON true
     WHERE notice.reference = ANY(%(references)s)
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


async def notices(conn: AsyncConnection[Any], stored: Sequence[Notice], at: datetime) -> list[Notice]:
    """Those of `stored` that there were by `at`, on our own clock: each in the state it had, saying what it said then.

    `place_in_line` alone is of today: a notice that was claimed a second time has the place that it got with that.
    """
    asked = {"references": [each.reference for each in stored], "at": at}
    rows = await (await conn.execute(THEN, asked)).fetchall()
    then = {reference: rest for reference, *rest in rows}
    return [_as_it_was(each, *then[each.reference]) for each in stored if each.reference in then]


def _as_it_was(today: Notice, state: NoticeState, left_at: datetime | None, *content: Any) -> Notice:
    return replace(today, state=state, left_at=left_at, **content_of(*content))
