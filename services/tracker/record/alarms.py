"""What only the passing of time makes worth telling: hand-overs left open, liaisons who do not answer, sources that are silent,
and entries that are missing. And what only a look at a whole turnover shows.

Nothing here is made inside a fold. A look takes the record as it stands, works out every alarm that is due, and reconciles them
with those that stand, so that an alarm ends by itself when its ground goes. A late batch must not raise a false one: a look is
as of an instant for which everything that had been accepted by then is filed.
"""

from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model import operators
from services.tracker.model.directory import Directory
from services.tracker.model.escalation import escalations, next_step, soonest
from services.tracker.model.notices import Owed
from services.tracker.model.operators import Missing
from services.tracker.model.policy import Policy
from services.tracker.model.reconcile import reconcile
from services.tracker.model.telling import Required
from services.tracker.record import hand_overs, heard
from services.tracker.record.commit import Register
from services.tracker.record.directory import load_directory
from services.tracker.record.notices_store import alarms, apply, unanswered
from services.tracker.record.scopes import Look

ALONE: Final = "SELECT pg_try_advisory_xact_lock(5530, 2)"
GAPS: Final = """SELECT stream, epoch, low FROM "freeze" WHERE kind = 'gap' AND lifted_at IS NULL"""
SAID: Final = """
    SELECT (SELECT max(no) FROM notice_transition), (SELECT array_agg(no ORDER BY no) FROM "freeze" WHERE lifted_at IS NULL),
           (SELECT max(no) FROM policy)
"""
OPENINGS: Final = """
    SELECT min((reason ->> 'until')::timestamptz) FROM notice, jsonb_array_elements(reasons) AS reason
     WHERE kind = 'escalation' AND state = 'held' AND (reason ->> 'until')::timestamptz > %s
"""


async def look(register: Register, as_of: datetime) -> int | None:
    """Reconcile all alarms as of an instant. Returns how many changed; None where somebody else is looking.

    Raises:
        psycopg.OperationalError: the record is out of reach; nothing was written.
    """
    async with register.pool.connection() as conn, conn.transaction():
        row = await (await conn.execute(ALONE)).fetchone()
        if row is None or not row[0]:
            return None
        cursor = conn.cursor(binary=True)
        rule = await register.policies.in_force(cursor)
        directory = await load_directory(conn)
        owed = await due(conn, rule.policy, directory, as_of)
        changes = reconcile(Required(owed), await alarms(cursor, sorted(one.key for one in owed)))
        await apply(cursor, changes, "time", register.now())
        scopes = Look(conn, cursor, register.facts, rule, directory, as_of, register.now())
        return len(changes) + await scopes.at_all()


async def due(conn: AsyncConnection[Any], policy: Policy, directory: Directory, as_of: datetime) -> frozenset[Owed]:
    """Every alarm whose ground stands as of an instant."""
    gaps = [Missing(*row) for row in await (await conn.execute(GAPS)).fetchall()]
    late = await hand_overs.overdue(conn, as_of - policy.hand_over_overdue)
    silent = await heard.heard(conn)
    waiting = await unanswered(conn.cursor(binary=True), as_of - soonest(policy))
    return (
        operators.of_gaps(gaps, directory)
        | operators.of_overdue(late, policy, directory, as_of)
        | operators.of_silent(silent, policy, directory, as_of)
        | escalations(waiting, policy, directory, as_of)
    )


async def said(conn: AsyncConnection[Any]) -> tuple[Any, ...] | None:
    """What has been said so far: the last change of a notice (every answer to one makes one), the open freezes, the policy."""
    return await (await conn.execute(SAID)).fetchone()


async def next_alarm(conn: AsyncConnection[Any], policy: Policy, after: datetime) -> datetime | None:
    """The earliest instant after one at which an alarm may come due, as things stand."""
    waiting = await unanswered(conn.cursor(binary=True), after)
    opened = await hand_overs.opened_after(conn, after - policy.hand_over_overdue)
    silent = [each.at + policy.source_silent(each.source) for each in await heard.known(conn)]
    opens = await (await conn.execute(OPENINGS, (after,))).fetchone()
    moments = [
        opened + policy.hand_over_overdue if opened is not None else None,
        next_step(waiting, policy, after),
        opens[0] if opens is not None else None,
        *silent,
    ]
    return min((at for at in moments if at is not None and at > after), default=None)
