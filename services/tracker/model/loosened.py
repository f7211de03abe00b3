"""What a new policy would newly let leave: it waits for a person, while what the policy forbids is held at once."""

from datetime import datetime

from services.tracker.model.notices import Owed
from services.tracker.model.reasons import Reason
from services.tracker.model.telling import Required


def loosened(before: Required, after: Required) -> frozenset[str]:
    """Keys of what is owed by the policy of now and was not by the one before, or with fewer blocks, or sooner.

    Both are of the same record at the same instant. What other reasons still hold counts too: once they are gone it would
    leave because of the policy alone.
    """
    known = {owed.key: owed for owed in before.owed}
    return frozenset(owed.key for owed in after.owed if owed.keeps is None and _newly(known.get(owed.key), owed))


def _newly(before: Owed | None, after: Owed) -> bool:
    if before is None or before.keeps is not None:
        return True
    blocks = {_block(reason): reason.until for reason in after.reasons}
    return any(_block(reason) not in blocks or _sooner(blocks[_block(reason)], reason.until) for reason in before.reasons)


def _block(reason: Reason) -> tuple[str, str, tuple[str, str] | None]:
    return reason.code, reason.text, reason.event


def _sooner(now: datetime | None, before: datetime | None) -> bool:
    return now is not None and (before is None or now < before)
