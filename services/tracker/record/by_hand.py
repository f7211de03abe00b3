"""What an operator does to a notice by hand: each in one transaction with the act that says who did it, under the locks of
everybody it is about, and judged again before anything may leave.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.tracker.model.notices import CLASS_OF, NoticeState
from services.tracker.model.targets import Target
from services.tracker.record import attempts, moves
from services.tracker.record.actions import act
from services.tracker.record.commit import Register
from services.tracker.record.group import Group, with_group
from services.tracker.record.obligations import clear
from shared.clock import machine_now

FIND: Final = "SELECT no, reference, kind, state, person, needs_release FROM notice WHERE reference = %s"
DOUBTED: Final = "SELECT id FROM attempt WHERE notice = %s AND phase = 'unknown' ORDER BY started_at DESC LIMIT 1"
TO_RELEASE: Final = """
SELECT no, reference, kind, state, person, needs_release FROM notice
 WHERE needs_release IS NOT NULL AND state IN ('held', 'ready') ORDER BY no
"""


class NotAsItStands(Exception):
    """There is no such notice, or it is not in a state in which this can be done to it; nothing was written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice as an operator's act finds it."""

    no: int
    reference: str
    kind: str
    state: NoticeState
    person: str | None
    needs_release: str | None


async def acknowledge(register: Register, reference: str, who: str) -> None:
    """An operator read a notice of theirs, or records that a liaison, or public affairs, have read a stop."""

    async def do(group: Group, at: Standing) -> None:
        expect(at, "sent")
        if CLASS_OF[at.kind] == "family":  # type: ignore[index]
            raise NotAsItStands("a family notice is acknowledged by its liaison's report, on the family stream")
        await move(group, at, "acknowledged", "acknowledged by an operator")

    await by_hand(register, reference, who, "notice acknowledge", {}, do)


async def resolve(register: Register, reference: str, who: str, *, sent: bool) -> None:
    """An operator found out what became of a mail in doubt. One that did not leave is ready again only if it is still owed."""

    async def do(group: Group, at: Standing) -> None:
        expect(at, "in_doubt")
        row = await (await group.conn.execute(DOUBTED, (at.no,))).fetchone()
        attempt: UUID | None = row[0] if row is not None else None
        word = "resolved_sent" if sent else "resolved_not_sent"
        if attempt is not None:
            await attempts.end(group.conn, attempt, "resolved", word, machine_now())
        await move(group, at, "sent" if sent else "ready", word, attempt)
        await clear(group.cursor, "in_doubt", at.reference, group.at)

    await by_hand(register, reference, who, "notice resolve", {"sent": sent}, do)


async def requeue(register: Register, reference: str, who: str) -> None:
    """Try again what a mail server refused, because its administrator said that it now takes it."""

    async def do(group: Group, at: Standing) -> None:
        expect(at, "refused")
        await move(group, at, "ready", "requeued by an operator")

    await by_hand(register, reference, who, "notice requeue", {}, do)


async def release(register: Register, reference: str, who: str) -> None:
    """Let go what waits for a person: logged while delivery was off, or newly owed under a new policy or new code."""

    async def do(group: Group, at: Standing) -> None:
        if at.needs_release is None:
            raise NotAsItStands(f"notice {at.reference} waits for nobody's release")
        await move(group, at, at.state, f"released ({at.needs_release})")

    await by_hand(register, reference, who, "notice release", {}, do)


async def to_release(register: Register) -> list[Standing]:
    """Everything that `release` would let go."""
    async with register.pool.connection() as conn:
        return [Standing(*row) for row in await (await conn.execute(TO_RELEASE)).fetchall()]


async def by_hand(
    register: Register,
    reference: str,
    who: str,
    what: str,
    detail: dict[str, Any],
    do: Callable[[Group, Standing], Awaitable[None]],
) -> None:
    """Find the notice, lock everybody it is about, find it again, do it, record who did, and reconcile.

    Raises:
        NotAsItStands: nothing was written.
    """
    async with register.pool.connection() as conn:
        person = Standing(*await found(conn, reference)).person

    async def transaction(group: Group) -> None:
        at = Standing(*await found(group.conn, reference))
        await do(group, at)
        await act(group.conn, who, what, reference, detail, group.at)
        await group.reconcile()

    await with_group(register, Target("person", person) if person is not None else None, transaction)


async def found(conn: Any, reference: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = await (await conn.execute(FIND + " FOR UPDATE", (reference,))).fetchone()
    if row is None:
        raise NotAsItStands(f"there is no notice {reference}")
    return row


def expect(at: Standing, state: NoticeState) -> None:
    if at.state != state:
        raise NotAsItStands(f"notice {at.reference} is {at.state}, not {state}")


async def move(group: Group, at: Standing, after: NoticeState, why: str, attempt: UUID | None = None) -> None:
    await moves.move(group.cursor, at.reference, after, why, "by_hand", now=group.at, attempt=attempt)
