"""A stored notice moves from one state to another, with its line in the log.

| intent | who moves it, and why | what changes besides |
|---|---|---|
| `follows` | the reconciliation: it is no longer owed, has come to its end, or its ground is back | nothing |
| `attempted` | an attempt has ended | when it may be tried again |
| `by_hand` | an operator | nothing keeps it that did before, and what is ready settles anew |

What public affairs have in hand of a number is judged with its turnover's account, which is looked at again when it moved.

Whatever moved waits again for all that is accepted by the time it is ready: its last look at the counters is old knowledge.
"""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from services.tracker.model.notices import NoticeState
from services.tracker.record.names import Cursor

Intent = Literal["follows", "attempted", "by_hand"]

BESIDES: Final[dict[Intent, str]] = {
    "follows": "",
    "attempted": ", next_attempt_at = %(again_at)s",
    "by_hand": """, next_attempt_at = NULL, needs_release = NULL,
      ready_at = CASE WHEN %(after)s = 'ready' THEN %(now)s ELSE ready_at END""",
}
# What an operator does is logged even where the state stays as it was: a release does no more than take a hindrance away.
MOVE: Final = """
    WITH stored AS (
      SELECT no, state FROM notice WHERE reference = %(reference)s FOR UPDATE
    ), moved AS (
      UPDATE notice SET state = %(after)s, awaits = NULL{besides} FROM stored WHERE notice.no = stored.no
      RETURNING notice.no, notice.class, notice.person, notice.subject, stored.state AS before
    ), stirred AS (
      UPDATE turnover SET stirred = stirred + 1 FROM moved
       WHERE class IN ('public', 'stop') AND person IS NULL AND turnover.ref = moved.subject)
    INSERT INTO notice_transition (notice, at, before, after, why, attempt)
    SELECT no, %(now)s, before, %(after)s, %(why)s, %(attempt)s FROM moved WHERE before <> %(after)s OR %(by_hand)s
"""
MOVES: Final[dict[Intent, str]] = {intent: MOVE.format(besides=besides) for intent, besides in BESIDES.items()}


async def move(
    cursor: Cursor,
    reference: str,
    after: NoticeState,
    why: str,
    intent: Intent,
    *,
    now: datetime,
    attempt: UUID | None = None,
    again_at: datetime | None = None,
) -> None:
    """Bring a notice from where it stands to `after`.

    Args:
        now: on the record's clock.
        again_at: on the machine's clock; what was `attempted` is left alone until then, or not at all.
    """
    given = {"reference": reference, "after": after, "why": why, "now": now, "attempt": attempt, "again_at": again_at}
    await cursor.execute(MOVES[intent], given | {"by_hand": intent == "by_hand"})
