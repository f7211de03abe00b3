"""Writing down what became of an attempt, and what follows: the notice moves, doubt goes to an operator, a line goes on."""

from functools import partial
from uuid import UUID

import structlog

from services.tracker.model.notices import Add
from services.tracker.model.operators import of_doubt
from services.tracker.model.targets import Target
from services.tracker.notices.conclusions import Silent, conclusion
from services.tracker.notices.outcomes import Outcome
from services.tracker.record import attempts
from services.tracker.record.commit import Register
from services.tracker.record.group import Group, with_group
from services.tracker.record.moves import move
from services.tracker.record.notices_store import apply
from services.tracker.record.obligations import clear
from shared.clock import Now

log = structlog.get_logger()


async def conclude(register: Register, attempt: UUID, person: str | None, outcome: Outcome | Silent, machine: Now) -> None:
    """Write the outcome of an attempt, once, in one transaction with all that follows from it.

    Guarantee: conditional on the attempt. Whatever has been concluded by its server or by a person stands; what was in doubt
    is settled by a late answer of its owner.
    """
    await with_group(register, about(person), partial(_write, attempt, outcome, machine))


async def _write(attempt: UUID, outcome: Outcome | Silent, machine: Now, group: Group) -> None:
    at = await attempts.standing(group.conn, attempt)
    found = conclusion(at, outcome, machine()) if at is not None else None
    if at is None or found is None:
        return
    await attempts.end(group.conn, attempt, found.phase, found.reply, machine())
    if found.state != at.state:
        why = f"{found.phase}: {found.reply}"
        again_at = found.again_at
        await move(group.cursor, at.reference, found.state, why, "attempted", now=group.at, attempt=attempt, again_at=again_at)
    log.info("notice.attempted", reference=at.reference, phase=found.phase, reply=found.reply, state=found.state)
    if (
        found.phase == "unknown" and at.notice_class != "operator"
    ):  # a doubt about operators' own mail would only make more mail
        await doubt(group, attempt, at.reference)
    elif at.phase == "unknown":
        await clear(group.cursor, "in_doubt", at.reference, group.at)
    await group.reconcile()


async def doubt(group: Group, attempt: UUID, reference: str) -> None:
    """Ask an operator what became of a mail."""
    owed = of_doubt(str(attempt), reference, await group.directory())
    await apply(group.cursor, [Add(owed)], "person", group.at)


def about(person: str | None) -> Target | None:
    """Whose group a notice is judged with; operators' notices stand alone."""
    return Target("person", person) if person is not None else None
