"""Everybody who shares a case with a person, and all their cases, as the rules of telling look at them; read without locks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.tracker.model.case import Case
from services.tracker.model.notices import Notice
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.register import Record
from services.tracker.model.targets import Target, TargetKind
from services.tracker.model.travel import When, until
from services.tracker.record.closing import closed
from services.tracker.record.directory import load_directory
from services.tracker.record.histories import Folded
from services.tracker.record.notices_store import of_persons
from services.tracker.record.policies import Policies
from services.tracker.record.reading import past
from services.tracker.record.whole import fold_whole
from shared import wire
from shared.events.event import Event

# A person, whoever shares a case or an individual with them, whoever shares one with those, until it rests; then their cases,
# and all that these came out of.
HISTORIES = """
    WITH RECURSIVE family AS (
      SELECT no AS person FROM target WHERE kind = 'person' AND ref = %(ref)s
      UNION
      SELECT other.person FROM family
        JOIN concern AS mine ON mine.person = family.person JOIN concern AS other ON other.remains = mine.remains
    ), hub AS (
      SELECT person AS no FROM family UNION SELECT remains FROM concern JOIN family USING (person)
      UNION SELECT lineage.parent FROM hub JOIN lineage ON lineage.child = hub.no
    )
    SELECT target.kind, target.ref, event.digest, event_body.body
      FROM hub JOIN target USING (no)
      LEFT JOIN history ON history.hub = hub.no
      LEFT JOIN event ON event.no = history.event AND (%(known_at)s::timestamptz IS NULL OR event.filed_at <= %(known_at)s)
      LEFT JOIN event_body ON event_body.event = event.no
     WHERE target.kind <> 'individual'
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One event of one hub's history; without an event the hub has none."""

    kind: TargetKind
    ref: str
    digest: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Family:
    """What `required` takes, as of one snapshot of the record.

    `unfoldable`: the history of somebody in it cannot be worked out, so nobody knows what is owed to any of them.
    """

    record: Record
    notices: list[Notice]
    policy: Policy
    unfoldable: bool


async def family(
    conn: AsyncConnection[Any], person: str, now: datetime, when: When | None = None, *, notices_as_known: bool = False
) -> Family:
    """The group of a person. What happened later than `now` allows is left out, as in every fold.

    Args:
        when: looking back: then `now` is its `as_of`, and policy and notices are those of that moment.
        notices_as_known: the notices as of `known_at`, whatever `as_of` is: what a report means by its reference.
    """
    rule = await (Policies().in_force(conn.cursor(binary=True)) if when is None else past.policy(conn, when))
    async with conn.cursor(row_factory=class_row(Told)) as cursor:
        asked = {"ref": person, "known_at": when.known_at if when is not None else None}
        rows = await (await cursor.execute(HISTORIES, asked)).fetchall()
    events: dict[Target, list[Event]] = defaultdict(list)
    for row in rows:
        mine = events[Target(row.kind, row.ref)]
        if row.body is not None and row.digest is not None:
            mine.append(wire.reread(row.body, row.digest))
    horizon = now + rule.policy.clock_tolerance
    if when is not None:
        horizon, events = when.as_of, {target: until(said, when.as_of) for target, said in events.items()}
    folded = fold_whole(events, rule.policy, horizon)
    cases = {target.ref: cast("Case", each.state) for target, each in folded.items() if target.kind == "case"}
    record = Record(
        persons={target.ref: cast("Person", each.state) for target, each in folded.items() if target.kind == "person"},
        cases=cases,
        directory=await load_directory(conn),
        unfoldable=frozenset(target.ref for target, each in folded.items() if unfoldable_case(target, each)),
        closed=await (
            closed(conn.cursor(binary=True), cases.values()) if when is None else past.closed(conn, cases.values(), when)
        ),
    )
    notices = await of_persons(conn.cursor(binary=True), sorted(record.persons))
    if when is not None:
        at = when.known_at if notices_as_known else min(when.as_of, when.known_at)
        notices = await past.notices(conn, notices, at)
    unknown = any(each.unfoldable for target, each in folded.items() if target.kind == "person")
    return Family(record, notices, rule.policy, unknown)


def unfoldable_case(target: Target, folded: Folded) -> bool:
    return target.kind == "case" and folded.unfoldable
