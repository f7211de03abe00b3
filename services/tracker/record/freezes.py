"""Freezing what may leave, and letting it go again: acts of an operator, each with a reason."""

from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.record.actions import act
from services.tracker.record.watermarks import advance

OPEN: Final = """
    INSERT INTO "freeze" (kind, reason, opened_at) VALUES ('manual', %s, %s) RETURNING no
"""
LIFT: Final = """
    UPDATE "freeze" SET lifted_at = %(at)s, lifted_by = %(who)s
     WHERE lifted_at IS NULL AND (%(no)s::bigint IS NULL OR no = %(no)s)
    RETURNING no, stream, kind, epoch, low, high
"""
MOVE_ON: Final = "INSERT INTO filed_range (stream, epoch, low, high) VALUES (%s, %s, %s, %s)"


async def freeze(conn: AsyncConnection[Any], who: str, reason: str, at: datetime) -> int:
    """No family or public notice leaves until this is lifted, whatever the streams it is about. Returns its number."""
    async with conn.transaction():
        row = await (await conn.execute(OPEN, (reason, at))).fetchone()
        assert row is not None
        await act(conn, who, "freeze", str(row[0]), {"reason": reason}, at)
        return int(row[0])


async def unfreeze(conn: AsyncConnection[Any], who: str, reason: str, at: datetime, no: int | None = None) -> list[int]:
    """Lift one freeze, or all that are open. Returns their numbers; none where there was nothing to lift.

    What was missing is acknowledged as lost: the watermark moves on over it, and stays there if it ever turns up.
    """
    async with conn.transaction():
        lifted = await (await conn.execute(LIFT, {"at": at, "who": who, "no": no})).fetchall()
        for freeze_no, stream, kind, epoch, low, high in lifted:
            detail = {"stream": stream, "kind": kind, "epoch": epoch, "low": low, "high": high, "reason": reason}
            await act(conn, who, "unfreeze", str(freeze_no), detail, at)
            if kind == "gap":
                await conn.execute(MOVE_ON, (stream, epoch, low, high))
                await advance(conn, stream, at)
        return sorted(row[0] for row in lifted)
