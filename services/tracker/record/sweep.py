"""What time alone changes: gates and hours that open, assignments and events dated ahead that come into force."""

from typing import Final

import structlog
from psycopg import OperationalError

from services.tracker.model.targets import Target
from services.tracker.record.commit import Register
from services.tracker.record.group import Group, with_group

log = structlog.get_logger()

DUE: Final = """
SELECT 'case', number FROM case_ WHERE next_check_at <= %(now)s
UNION ALL SELECT 'person', ref FROM person WHERE next_check_at <= %(now)s
UNION ALL SELECT 'turnover', ref FROM turnover WHERE next_check_at <= %(now)s
LIMIT %(limit)s
"""
UP_TO: Final = 200
"""A round of dispatch looks at no more, so that a morning on which every office opens does not keep a stop waiting."""


async def sweep(register: Register) -> int:
    """Work out again whatever is due by the record's clock, each with its group. Returns how many were.

    One that cannot be worked out keeps none of the others: it stays due, and the log says which it is.

    Raises:
        psycopg.OperationalError: the record is out of reach; what was worked out before stays.
    """
    async with register.pool.connection() as conn:
        due = await (await conn.execute(DUE, {"now": register.now(), "limit": UP_TO})).fetchall()
    done = 0
    for kind, ref in due:
        try:
            await with_group(register, Target(kind, ref), Group.reconcile)
            done += 1
        except OperationalError:
            raise
        except Exception:
            log.exception("sweep.failed", kind=kind, ref=ref)
    return done
