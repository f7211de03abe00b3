"""What time alone changes: gates and hours that open, assignments and events dated ahead that come into force."""

from datetime import timedelta
from typing import Final

import structlog
from psycopg import OperationalError

from services.tracker.model.targets import Target
from services.tracker.record.commit import Register
from services.tracker.record.group import Group, with_group
from services.tracker.record.policies import all_judged

log = structlog.get_logger()

DUE: Final = """
SELECT 'case', number, next_check_at FROM case_ WHERE next_check_at <= %(now)s
UNION ALL SELECT 'person', ref, next_check_at FROM person WHERE next_check_at <= %(now)s
UNION ALL SELECT 'turnover', ref, next_check_at FROM turnover WHERE next_check_at <= %(now)s
ORDER BY next_check_at, 1, 2 LIMIT %(limit)s
"""
CHECK_AGAIN: Final = {
    "case": "UPDATE case_ SET next_check_at = %s WHERE number = %s",
    "person": "UPDATE person SET next_check_at = %s WHERE ref = %s",
    "turnover": "UPDATE turnover SET next_check_at = %s WHERE ref = %s",
}
PUT_OFF: Final = timedelta(seconds=60)
"""What could not be worked out is looked at again after this, on the record's clock, so that it never fills a round."""
UP_TO: Final = 200
"""A round of dispatch looks at no more, so that a morning on which every office opens does not keep a stop waiting."""


async def sweep(register: Register) -> int:
    """Work out again whatever is due by the record's clock, each with its group. Returns how many were.

    The longest due come first. One that cannot be worked out keeps none of the others: it is put off, and the log says which.

    Raises:
        psycopg.OperationalError: the record is out of reach; what was worked out before stays.
    """
    async with register.pool.connection() as conn:
        due = await (await conn.execute(DUE, {"now": register.now(), "limit": UP_TO})).fetchall()
    done = 0
    for kind, ref, _ in due:
        try:
            await with_group(register, Target(kind, ref), Group.reconcile)
            done += 1
        except OperationalError:
            raise
        except Exception:
            log.exception("sweep.failed", kind=kind, ref=ref)
            async with register.pool.connection() as conn:
                await conn.execute(CHECK_AGAIN[kind], (register.now() + PUT_OFF, ref))
    await _end_change_of_policy(register)
    return done


async def _end_change_of_policy(register: Register) -> None:
    async with register.pool.connection() as conn:
        rule = await register.policies.in_force(conn.cursor(binary=True))
        if rule.before is not None:
            await all_judged(conn, rule, register.now())
