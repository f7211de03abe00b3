"""A few figures over the whole record, for metrics and for the demo's table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases by custody state, notices by (class, state), and what waits for a person."""

    cases: Mapping[str, int]
    notices: Mapping[tuple[str, str], int]
    discrepancies_open: int
    quarantine_unresolved: int
    unfoldable: int


WAITING = """
    SELECT (SELECT count(*) FROM discrepancy WHERE open),
           (SELECT count(*) FROM quarantine WHERE resolved_at IS NULL),
           (SELECT count(*) FROM case_ WHERE 'unfoldable' = ANY(flags))
             + (SELECT count(*) FROM person WHERE 'unfoldable' = ANY(flags))
"""


async def counts(conn: AsyncConnection[Any]) -> Counts:
    cases = await (await conn.execute("SELECT custody, count(*) FROM case_ GROUP BY custody")).fetchall()
    notices = await (await conn.execute("SELECT class, state, count(*) FROM notice GROUP BY class, state")).fetchall()
    waiting = await (await conn.execute(WAITING)).fetchone()
    assert waiting is not None
    return Counts(dict(cases), {(class_, state): n for class_, state, n in notices}, *waiting)
