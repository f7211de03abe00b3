"""What operators did, and when: rows that are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

RECORD: Final = "INSERT INTO action (at, who, act, subject, detail) VALUES (%s, %s, %s, %s, %s)"


async def act(
    conn: AsyncConnection[Any], who: str, act: str, subject: str | None, detail: Mapping[str, Any], at: datetime
) -> None:
    """Record an act, in the transaction in which it is done, so that neither is there without the other."""
    await conn.execute(RECORD, (at, who, act, subject, Jsonb(dict(detail))))
