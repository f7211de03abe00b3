"""What the record holds of the stories, and what the model says of the same statements, told once and in order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row

from services.tracker.model import case as case_
from services.tracker.model import person as person_
from services.tracker.model import turnover as turnover_
from services.tracker.model.case import Case
from services.tracker.model.directory import Directory
from services.tracker.model.notices import CLASS_OF, Notice, Owed
from services.tracker.model.operators import of_discrepancies
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reconcile import reconcile, state_of
from services.tracker.model.register import Record
from services.tracker.model.targets import Target
from services.tracker.model.telling import required
from services.tracker.record.notices_store import COLUMNS, reasons_of
from shared.events.event import Event
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import histories

Said = Sequence[Collection[CloudEvent]]
"""The statements of each story."""


@dataclass(frozen=True)
class Outcome:
    """`notices`: those that wait or are out; what only operators read leaves at once, so that it counts as said or not."""

    histories: Mapping[tuple[str, str], frozenset[str]]
    cases: Mapping[str, tuple[Any, ...]]
    persons: Mapping[str, tuple[Any, ...]]
    discrepancies: frozenset[tuple[str, ...]]
    notices: frozenset[tuple[Any, ...]]


HISTORIES: Final = """
    SELECT kind, ref, array_agg(id) FROM history JOIN target ON hub = target.no JOIN event ON event = event.no GROUP BY 1, 2
"""
CASES: Final = "SELECT number, custody, progress, custodian, place, flags FROM case_"
PERSONS: Final = "SELECT ref, progress, pnok, determinations FROM person"
DISCREPANCIES: Final = "SELECT id, expected, observed, resolution FROM discrepancy WHERE open OR resolution <> ''"
NOTICES: Final = """
    SELECT key, kind, state, recipient, cases, reasons FROM notice WHERE state NOT IN ('withdrawn', 'cleared')
"""
OF_FAMILIES: Final = f"SELECT {COLUMNS} FROM notice WHERE person IS NOT NULL ORDER BY key"


def read(record: "psycopg.Connection[Any]") -> Outcome:
    def rows(query: LiteralString) -> list[tuple[Any, ...]]:
        return record.execute(query).fetchall()

    return Outcome(
        histories={(kind, ref): frozenset(ids) for kind, ref, ids in rows(HISTORIES)},
        cases={row[0]: row[1:] for row in rows(CASES)},
        persons={row[0]: row[1:] for row in rows(PERSONS)},
        discrepancies=frozenset(rows(DISCREPANCIES)),
        notices=frozenset(
            (key, kind, _said(kind, state), recipient, tuple(cases), tuple(reason["code"] for reason in reasons))
            for key, kind, state, recipient, cases, reasons in rows(NOTICES)
        ),
    )


def stored(record: "psycopg.Connection[Any]") -> list[Notice]:
    """Every notice about a person, as the model sees it."""
    with record.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(OF_FAMILIES).fetchall()
    lists = ("cases", "portions")
    return [
        Notice(**row | {name: tuple(row[name]) for name in lists} | {"reasons": reasons_of(row["reasons"])}) for row in rows
    ]


def expected(said: Said, policy: Policy, directory: Directory, now: datetime) -> Outcome:
    """What it must come to while nobody has been told anything."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    cases: dict[str, tuple[Any, ...]] = {}
    persons: dict[str, tuple[Any, ...]] = {}
    discrepancies: set[tuple[str, ...]] = set()
    notices: set[tuple[Any, ...]] = set()
    for statements in said:
        by_hub = histories([facts.event(statement) for statement in statements])
        known |= {(hub.kind, hub.ref): frozenset(event.id for event in mine) for hub, mine in by_hub.items()}
        record = folded(by_hub, directory)
        owed = set(required(record, (), policy, now).owed)
        for found, custodian in _misfits(record, policy):
            owed |= of_discrepancies(found, custodian, directory)
            discrepancies |= {(one.id, one.expected, one.observed, one.resolution) for one in found}
        cases |= {number: of_case(case, policy) for number, case in record.cases.items()}
        persons |= {ref: of_person(person) for ref, person in record.persons.items()}
        notices |= {_of_owed(one) for one in owed}
    return Outcome(known, cases, persons, frozenset(discrepancies), frozenset(notices))


def undone(said: Said, notices: Sequence[Notice], policy: Policy, directory: Directory, now: datetime) -> list[str]:
    """What the model would still change of these notices; nothing, where they are just what is required."""
    by_person: dict[str, list[Notice]] = {}
    for notice in notices:
        by_person.setdefault(str(notice.person), []).append(notice)
    found: list[str] = []
    for statements in said:
        record = folded(histories([facts.event(statement) for statement in statements]), directory)
        mine = [notice for ref in sorted(record.persons) for notice in by_person.get(ref, ())]
        found += [str(change) for change in reconcile(required(record, mine, policy, now), mine)]
    return found


def folded(by_hub: Mapping[Target, list[Event]], directory: Directory) -> Record:
    of_kind = {
        kind: [(hub.ref, mine) for hub, mine in by_hub.items() if hub.kind == kind] for kind in ("person", "case", "turnover")
    }
    ended = (ref for ref, mine in of_kind["turnover"] if turnover_.fold(ref, mine).closed is not None)
    return Record(
        persons={ref: person_.fold(ref, mine) for ref, mine in of_kind["person"]},
        cases={ref: case_.fold(ref, mine) for ref, mine in of_kind["case"]},
        directory=directory,
        closed=frozenset(ended),
    )


def _misfits(record: Record, policy: Policy) -> list[tuple[Any, str | None]]:
    found: list[tuple[Any, str | None]] = [(one.discrepancies(policy), one.custody.custodian) for one in record.cases.values()]
    return found + [(one.discrepancies(policy), None) for one in record.persons.values()]


def _of_owed(one: Owed) -> tuple[Any, ...]:
    state = _said(one.kind, state_of(one))
    return one.key, one.kind, state, one.recipient, one.cases, tuple(reason.code for reason in one.reasons)


def _said(kind: Any, state: str) -> str:
    return "said" if CLASS_OF[kind] == "operator" and state in ("ready", "sent", "acknowledged") else state


def of_case(case: Case, policy: Policy) -> tuple[Any, ...]:
    flags = sorted(case.flags(case.discrepancies(policy)))
    return case.state, case.progress, case.custody.custodian, case.custody.place, flags


def of_person(person: Person) -> tuple[Any, ...]:
    return person.progress, person.pnok, [one.id for one in person.standing()]
