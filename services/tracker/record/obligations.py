"""What follows from what was folded: the notices there must be are worked out whole and held against those there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import psycopg
import structlog

from services.tracker.model import operators
from services.tracker.model.case import Case
from services.tracker.model.directory import Directory
from services.tracker.model.loosened import loosened
from services.tracker.model.notices import CLASS_OF, Change, Finish, Notice, Owed, Update
from services.tracker.model.person import Person
from services.tracker.model.reasons import Reason
from services.tracker.model.reconcile import reconcile
from services.tracker.model.register import Record
from services.tracker.model.telling import Required, required
from services.tracker.model.turnover import Turnover
from services.tracker.record.closing import closed
from services.tracker.record.histories import Folded, Hub
from services.tracker.record.names import Cursor
from services.tracker.record.notices_store import Why, apply, of_persons, of_subjects
from services.tracker.record.policies import InForce, unjudged

log = structlog.get_logger()

UNFOLDABLE: Final = Reason("unfoldable", "the record of this family cannot be worked out", ground=False)


async def oblige_families(
    cursor: Cursor, folded: Sequence[Folded], directory: Directory, rule: InForce, why: Why, at: datetime
) -> datetime | None:
    """Reconcile the notices of all persons among `folded`; complete as the rules need them: with all their cases.

    Where a fold failed, or the rules themselves do, nothing of these persons leaves until it is mended. What only the policy
    in force lets leave, and the one before did not, waits for a person.

    Returns:
        when time alone may change the answer.
    """
    persons = {each.state.ref: each.state for each in folded if isinstance(each.state, Person)}
    cases = {each.state.number: each.state for each in folded if isinstance(each.state, Case)}
    unfoldable = frozenset(each.state.number for each in folded if isinstance(each.state, Case) and each.unfoldable)
    stored = await of_persons(cursor, sorted(persons))
    try:
        if any(each.unfoldable for each in folded if isinstance(each.state, Person)):
            raise Unfoldable
        ended = await closed(cursor, cases.values(), persons.values())
        record = Record(persons, cases, directory, unfoldable, ended)
        owed = required(record, stored, rule.policy, at)
        newly: frozenset[str] = frozenset()
        if rule.before is not None and await unjudged(cursor, sorted(persons), rule):
            newly = loosened(required(record, stored, rule.before, at), owed)
        changes = reconcile(owed, stored)
    except psycopg.Error:
        raise  # the record's trouble, and no fault of these persons: whoever began the transaction begins it again
    except Exception:
        log.exception("unfoldable", persons=sorted(persons))
        await apply(cursor, held(stored), why, at)
        return None
    await apply(cursor, changes, why, at, newly=newly)
    for reference in settled_doubts(stored, changes):
        await clear(cursor, "in_doubt", reference, at)
    return owed.next_check_at


def settled_doubts(stored: Sequence[Notice], changes: Sequence[Change]) -> list[str]:
    """Notices of which nobody knew whether they left, until what a liaison reported, or their stop, brought them to an end."""
    doubted = {notice.reference for notice in stored if notice.state == "in_doubt"}
    return [change.reference for change in changes if isinstance(change, Finish) and change.reference in doubted]


class Unfoldable(Exception):
    """A person's history could not be folded."""


def held(stored: Sequence[Notice]) -> list[Change]:
    """Every family notice that has not left is held, for a reason that only a mended fold takes away."""
    return [
        Update(notice.reference, owed_as_stored(notice, UNFOLDABLE))
        for notice in stored
        if notice.state == "ready" and CLASS_OF[notice.kind] in ("family", "public")
    ]


def owed_as_stored(notice: Notice, *reasons: Reason) -> Owed:
    return Owed(
        key=notice.key,
        kind=notice.kind,
        person=notice.person,
        kin=notice.kin,
        cause=notice.cause,
        recipient=notice.recipient,
        cases=notice.cases,
        portions=notice.portions,
        stops=notice.stops,
        subject=notice.subject,
        reasons=(*notice.reasons, *reasons),
    )


async def oblige_operators(
    cursor: Cursor, hubs: Sequence[Folded], gone: Sequence[str], directory: Directory, why: Why, at: datetime
) -> None:
    """A notice for each open discrepancy of these hubs; those of the discrepancies that are gone lose their ground."""
    subjects = sorted({*gone, *(each.id for hub in hubs for each in hub.discrepancies)})
    if not subjects:
        return
    stored = await of_subjects(cursor, "discrepancy", subjects)
    owed = {one for hub in hubs for one in operators.of_discrepancies(hub.discrepancies, answers_for(hub.state), directory)}
    await apply(cursor, reconcile(Required(frozenset(owed)), stored), why, at)


async def oblige_of_missing(cursor: Cursor, cases: Sequence[Case], directory: Directory, why: Why, at: datetime) -> None:
    """A notice for each report that one of these cases is missing; those of a case that was found lose their ground."""
    owed = {
        one
        for each in cases
        for one in operators.of_missing(each.number, each.custody.missing, each.custody.custodian, directory)
    }
    stored = await of_subjects(cursor, "missing", sorted(each.number for each in cases))
    await apply(cursor, reconcile(Required(frozenset(owed)), stored), why, at)


async def oblige_of_quarantined(
    cursor: Cursor, stream: str, entry_ids: Sequence[str], directory: Directory, at: datetime
) -> None:
    """A notice for each entry that was put into quarantine just now."""
    owed = frozenset(operators.of_quarantined(stream, id, directory) for id in entry_ids)
    stored = await of_subjects(cursor, "quarantine", sorted(str(one.subject) for one in owed))
    await apply(cursor, reconcile(Required(owed), stored), "facts", at)


async def clear(cursor: Cursor, kind: str, subject: str, at: datetime) -> None:
    """The ground of an operators' notice is gone, because a person saw to it."""
    stored = await of_subjects(cursor, kind, [subject])
    await apply(cursor, reconcile(Required(frozenset()), stored), "person", at)


def answers_for(state: Hub) -> str | None:
    """The party whose operators look into a discrepancy of this hub."""
    match state:
        case Case():
            return state.custody.custodian
        case Turnover():
            return state.to_party
        case Person():
            return None
