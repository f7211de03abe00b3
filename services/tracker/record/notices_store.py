"""Stored notices: read as the model sees them, and changed as it asks, each change of state with a line in the log."""

from base64 import b32encode
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final, Literal, assert_never

from psycopg.types.json import Jsonb

from services.tracker.model.notices import CLASS_OF, Add, Change, Finish, Join, Notice, Owed, Reopen, Update, Withdraw
from services.tracker.model.reasons import Reason
from services.tracker.model.reconcile import state_of
from services.tracker.record.moves import move
from services.tracker.record.names import Cursor

Why = Literal["facts", "time", "policy", "person"]
"""What made us look again. What a policy would newly send waits until a person lets it go."""

COLUMNS: Final = (
    "reference, key, kind, state, person, kin, cause, recipient, cases, portions, stops, subject, reasons, left_at, "
    "place_in_line"
)
OF_PERSONS: Final = f"SELECT {COLUMNS} FROM notice WHERE person = ANY(%b::text[]) ORDER BY key"  # noqa: S608 - a constant of this module
OF_SUBJECTS: Final = f"SELECT {COLUMNS} FROM notice WHERE kind = %b AND subject = ANY(%b::text[]) ORDER BY key"  # noqa: S608
ALARMS: Final = f"""
    SELECT {COLUMNS} FROM notice WHERE kind IN ('overdue_hand_over', 'gap', 'source_silent', 'escalation')
       AND state IN ('held', 'ready', 'refused', 'sent', 'acknowledged')
    UNION SELECT {COLUMNS} FROM notice WHERE key = ANY(%b::text[])
"""  # noqa: S608 - a constant of this module
UNANSWERED: Final = f"""
    SELECT {COLUMNS} FROM notice
     WHERE state IN ('sent', 'acknowledged') AND left_at <= %b AND class IN ('family', 'stop')
       AND NOT (class = 'stop' AND state = 'acknowledged') ORDER BY key
"""  # noqa: S608 - a constant of this module

SAYS: Final = "notice.no, notice.kind, notice.recipient, notice.cases, notice.portions, notice.stops, notice.reasons"
SAID: Final = """INSERT INTO notice_content (notice, at, kind, recipient, cases, portions, stops, reasons)
      SELECT no, %(at)s, kind, recipient, cases, portions, stops, reasons FROM {now_says}"""
"""Whatever changes what stands in a notice keeps beside it what stood there: a day gone by is judged by what was said then."""

ADD: Final = f"""
    WITH added AS (
      INSERT INTO notice (reference, key, kind, class, state, person, kin, cause, recipient, subject, cases, portions, stops,
                          reasons, ready_at, needs_release, created_at)
      VALUES (%(reference)s, %(key)s, %(kind)s, %(class)s, %(state)s, %(person)s, %(kin)s, %(cause)s, %(recipient)s,
              %(subject)s, %(cases)s, %(portions)s, %(stops)s, %(reasons)s, %(ready_at)s, %(needs_release)s, %(at)s)
      RETURNING {SAYS}
    ), said AS ({SAID.format(now_says="added")})
    INSERT INTO notice_transition (notice, at, before, after, why) SELECT no, %(at)s, NULL, %(state)s, 'owed' FROM added
"""  # noqa: S608 - composed of constants of this module
# A ready notice that is waited for keeps its settling while it says the same; what says something else settles anew.
UPDATE: Final = f"""
    WITH stored AS (
      SELECT no, state, state = 'ready' AND kind = %(kind)s AND recipient IS NOT DISTINCT FROM %(recipient)s::text
                       AND cases = %(cases)s::text[] AS still_ready
        FROM notice WHERE reference = %(reference)s FOR UPDATE
    ), changed AS (
      UPDATE notice
         SET kind = %(kind)s, class = %(class)s, state = %(state)s, recipient = %(recipient)s, cases = %(cases)s,
             portions = %(portions)s, stops = %(stops)s, subject = %(subject)s, reasons = %(reasons)s,
             ready_at = CASE WHEN %(state)s <> 'ready' THEN NULL WHEN still_ready THEN ready_at ELSE %(at)s END,
             awaits = CASE WHEN %(state)s = 'ready' AND still_ready THEN awaits END,
             needs_release = CASE WHEN stored.state <> 'ready' THEN coalesce(needs_release, %(needs_release)s)
                                  ELSE needs_release END
        FROM stored WHERE notice.no = stored.no RETURNING {SAYS}, stored.state AS before
    ), said AS ({SAID.format(now_says="changed")})
    INSERT INTO notice_transition (notice, at, before, after, why)
    SELECT no, %(at)s, before, %(state)s, %(why)s FROM changed WHERE before <> %(state)s
"""  # noqa: S608 - composed of constants of this module
JOIN: Final = f"""
    WITH joined AS (
      UPDATE notice SET cases = %(cases)s, portions = %(portions)s WHERE reference = %(reference)s RETURNING {SAYS}
    ) {SAID.format(now_says="joined")}
"""  # noqa: S608 - composed of constants of this module
CHECK_AT: Final = """
    UPDATE person SET next_check_at = %(at)b, judged_by = %(rule)b
     WHERE target = ANY(%(persons)b::bigint[])
       AND (next_check_at IS DISTINCT FROM %(at)b::timestamptz OR judged_by IS DISTINCT FROM %(rule)b)
"""

FINISHED: Final = {
    "done": "the family was told, or has answered",
    "stopped": "its stop has left",
    "acknowledged": "its recipient has read it",
    "cleared": "its ground is gone",
}
PUBLISHED: Final = "it was published"


async def of_persons(cursor: Cursor, persons: Sequence[str]) -> list[Notice]:
    """Every notice there ever was about these persons, by key."""
    await cursor.execute(OF_PERSONS, (list(persons),))
    return [_notice(*row) for row in await cursor.fetchall()]


async def of_subjects(cursor: Cursor, kind: str, subjects: Sequence[str]) -> list[Notice]:
    """Operators' notices of one kind about these subjects."""
    await cursor.execute(OF_SUBJECTS, (kind, list(subjects)))
    return [_notice(*row) for row in await cursor.fetchall()]


async def alarms(cursor: Cursor, keys: Sequence[str]) -> list[Notice]:
    """The alarms that wait or are out, and whatever has one of these keys."""
    await cursor.execute(ALARMS, (list(keys),))
    return [_notice(*row) for row in await cursor.fetchall()]


async def unanswered(cursor: Cursor, left_by: datetime) -> list[Notice]:
    """Family notices and stops that left at `left_by` or before, and of which nothing has come yet."""
    await cursor.execute(UNANSWERED, (left_by,))
    return [_notice(*row) for row in await cursor.fetchall()]


async def apply(cursor: Cursor, changes: Sequence[Change], why: Why, at: datetime, *, newly: Collection[str] = ()) -> None:
    """Make the stored notices what they must be. Dispatch sees it at its next look, once the transaction is committed.

    Args:
        newly: keys of what leaves only because of a new policy, and therefore waits for a person.
    """
    for change in changes:
        match change:
            case Add(owed):
                await cursor.execute(ADD, {**_columns(owed, _because(owed, why, newly), at), "reference": new_reference()})
            case Update(reference, owed):
                words = "owed again" if not owed.reasons else "held"
                await cursor.execute(
                    UPDATE, {**_columns(owed, _because(owed, why, newly), at), "reference": reference, "why": words}
                )
            case Join(reference, owed):
                await cursor.execute(JOIN, {**_columns(owed, _because(owed, why, newly), at), "reference": reference})
            case Withdraw(reference):
                await move(cursor, reference, "withdrawn", "no longer owed", "follows", now=at)
            case Finish(reference, state, to_the_public):
                await move(cursor, reference, state, PUBLISHED if to_the_public else FINISHED[state], "follows", now=at)
            case Reopen(reference):
                await move(cursor, reference, "sent", "its ground is back", "follows", now=at)
            case _:
                assert_never(change)


async def check_again_at(cursor: Cursor, persons: Sequence[int], when: datetime | None, rule: int) -> None:
    """When the passing of time alone may change what these persons are owed, as judged by the policy of this number."""
    await cursor.execute(CHECK_AT, {"at": when, "rule": rule, "persons": list(persons)})


def _because(owed: Owed, why: Why, newly: Collection[str]) -> Why:
    return "policy" if owed.key in newly else why


def new_reference() -> str:
    """96 random bits, as people can read them out."""
    return b32encode(token_bytes(12)).decode().rstrip("=")


def _columns(owed: Owed, why: Why, at: datetime) -> dict[str, Any]:
    state = state_of(owed)
    return {
        "key": owed.key,
        "kind": owed.kind,
        "class": CLASS_OF[owed.kind],
        "state": state,
        "person": owed.person,
        "kin": owed.kin,
        "cause": owed.cause,
        "recipient": owed.recipient,
        "subject": owed.subject,
        "cases": list(owed.cases),
        "portions": list(owed.portions),
        "stops": owed.stops,
        "reasons": Jsonb([_as_json(reason) for reason in owed.reasons]),
        "ready_at": at if state == "ready" else None,
        "needs_release": why if why == "policy" else None,
        "at": at,
    }


def _notice(*row: Any) -> Notice:
    reference, key, kind, state, person, kin, cause, recipient, cases, portions, stops, subject, reasons, left_at, place = row
    return Notice(
        reference=reference,
        key=key,
        state=state,
        person=person,
        kin=kin,
        cause=cause,
        subject=subject,
        left_at=left_at,
        place_in_line=place,
        **content_of(kind, recipient, cases, portions, stops, reasons),
    )


def content_of(*row: Any) -> dict[str, Any]:
    """What stands in a notice, by the fields that the model has for it: from its row, or from what was kept beside it."""
    kind, recipient, cases, portions, stops, reasons = row
    return {
        "kind": kind,
        "recipient": recipient,
        "cases": tuple(cases),
        "portions": tuple(portions),
        "stops": stops,
        "reasons": reasons_of(reasons),
    }


def _as_json(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "text": reason.text,
        "ground": reason.ground,
        "event": list(reason.event) if reason.event is not None else None,
        "until": reason.until.isoformat() if reason.until is not None else None,
    }


def reasons_of(stored: Iterable[dict[str, Any]]) -> tuple[Reason, ...]:
    """Reasons as the model knows them."""
    return tuple(_reason(each) for each in stored)


def _reason(stored: dict[str, Any]) -> Reason:
    event, until = stored["event"], stored["until"]
    return Reason(
        stored["code"],
        stored["text"],
        stored["ground"],
        (event[0], event[1]) if event is not None else None,
        datetime.fromisoformat(until) if until is not None else None,
    )
