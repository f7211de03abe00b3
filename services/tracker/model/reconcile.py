"""From what must be said and what is stored, to what has to change. Pure; the record applies it in the same transaction."""

from collections.abc import Iterator, Sequence

from services.tracker.model.notices import (
    CLASS_OF,
    OUT,
    UNSENT,
    Add,
    Change,
    Finish,
    Join,
    Notice,
    NoticeState,
    Owed,
    Reopen,
    Update,
    Withdraw,
)
from services.tracker.model.telling import Required


def reconcile(required: Required, notices: Sequence[Notice]) -> tuple[Change, ...]:
    """What turns the notices there are into the notices there must be. Empty when nothing has to change.

    `notices` are all those that `required` was computed over, and nothing else: what is stored and not owed is withdrawn.
    """
    by_key = {notice.key: notice for notice in notices}
    owed_keys = {owed.key for owed in required.owed}
    changes: list[Change] = []
    for owed in sorted(required.owed, key=lambda one: one.key):
        changes.extend(_for_owed(owed, by_key.get(owed.key)))
    for notice in sorted(notices, key=lambda one: one.key):
        changes.extend(_for_notice(notice, required, owed=notice.key in owed_keys))
    return tuple(changes)


def state_of(owed: Owed) -> NoticeState:
    """The state in which an unsent notice waits."""
    return "held" if owed.reasons else "ready"


def _for_owed(owed: Owed, stored: Notice | None) -> Iterator[Change]:
    if stored is None:
        yield Add(owed)
    elif owed.keeps is not None or stored.state in OUT:
        if stored.portions != owed.portions:
            yield Join(stored.reference, owed)
    elif stored.state == "cleared":
        yield Reopen(stored.reference)
    elif stored.state == "withdrawn" or (stored.state in UNSENT and _differs(stored, owed)):
        yield Update(stored.reference, owed)


def _differs(stored: Notice, owed: Owed) -> bool:
    """Refused mail stays refused until it is addressed to somebody else."""
    if stored.state == "refused":
        return stored.recipient != owed.recipient
    as_it_stands = (stored.kind, stored.recipient, stored.cases, stored.portions, stored.stops, stored.reasons)
    as_owed = (owed.kind, owed.recipient, owed.cases, owed.portions, owed.stops, owed.reasons)
    return as_it_stands != as_owed or stored.state != state_of(owed)


def _for_notice(notice: Notice, required: Required, *, owed: bool) -> Iterator[Change]:
    operators = CLASS_OF[notice.kind] == "operator"
    if notice.state in UNSENT:
        if not owed:
            yield Withdraw(notice.reference)
    elif operators:
        if notice.state in ("sent", "acknowledged") and not owed:
            yield Finish(notice.reference, "cleared")
    else:
        yield from _come_to(notice, required)


def _come_to(notice: Notice, required: Required) -> Iterator[Change]:
    """Where a notice of the family's that left stands now: told before stopped before read."""
    if notice.reference in required.done:
        if notice.state in OUT | {"stopped"}:
            yield Finish(notice.reference, "done", to_the_public=CLASS_OF[notice.kind] == "public")
    elif notice.state not in ("sent", "acknowledged", "done"):
        return
    elif notice.reference in required.stopped:
        yield Finish(notice.reference, "stopped")
    elif notice.reference in required.acknowledged:
        if notice.state != "acknowledged":
            yield Finish(notice.reference, "acknowledged")
    elif notice.state == "done":
        yield Reopen(notice.reference)
