"""`/v1/persons`: how far the telling of each family has come, and what keeps the next of it. References only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.owing import Silent
from services.tracker.model.person import Person, Progress
from services.tracker.model.telling import required
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading import discrepancies
from services.tracker.record.reading.cases import PersonRow
from services.tracker.record.reading.discrepancies import DiscrepancyRow
from services.tracker.record.reading.families import family
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByName, Connection, Instant
from services.tracker.web.api.gates import Due, due_to
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import LookingBack
from services.tracker.web.timeline import Statement, timeline

router = APIRouter(prefix="/v1/persons", tags=["persons"])


class PersonFilter(ByName):
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class KinView:
    """One of the family: what they are to the person, whether they must be told, and who speaks to them now."""

    ref: str
    relation: str
    basis: str
    primary: bool
    required: bool
    liaison: str | None


@dataclass(frozen=True, slots=True)
class DeterminationView:
    """A determination of this person; `stands` is false once it was rescinded."""

    id: str
    kind: str
    cases: list[str]
    individuals: list[str]
    determined_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A later portion that stands and of which the family chose never to hear: an entry of the silent-hold ledger.

    `election` is the (source, id) of the choice that keeps it.
    """

    cause: str
    kin: str
    cases: list[str]
    since: datetime
    election: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person, their family, what was determined, what is owed and what keeps it now; and everything said, in world order.

    `unfoldable`: their history, or that of somebody who shares a case, cannot be worked out. `due` and `silent` are null then:
    nothing leaves, and nobody knows what is owed until the defect is mended.
    """

    ref: str
    progress: str
    pnok: str | None
    flags: list[str]
    kin: list[KinView]
    determinations: list[DeterminationView]
    unfoldable: bool
    due: list[Due] | None
    silent: list[Kept] | None
    discrepancies: list[DiscrepancyRow]
    timeline: list[Statement]


@router.get("")
async def persons(conn: Connection, asked: Annotated[PersonFilter, Query()]) -> Page[PersonRow]:
    return await reading.persons(conn, **asked.model_dump())


@router.get("/{ref:path}")
async def person(conn: Connection, ref: str, now: Instant, when: LookingBack) -> PersonDetail:
    """Looking back, all of it is as of that moment, the flags and the values of discrepancies included."""
    row = await reading.person(conn, ref)
    if row is None:
        raise not_found("person")
    at = now if when is None else when.as_of
    known = await family(conn, ref, now, when)
    state = known.record.persons[ref]
    owed = None if known.unfoldable else required(known.record, known.notices, known.policy, at)
    stored = await discrepancies.discrepancies_of(conn, "person", ref)
    found = stored if when is None else as_found(stored, state.discrepancies(known.policy))
    return PersonDetail(
        ref=ref,
        progress=row.progress if when is None else state.progress,
        pnok=row.pnok if when is None else state.pnok,
        flags=row.flags if when is None else flags_of(state, found),
        kin=kin_of(state, at),
        determinations=determinations_of(state),
        unfoldable=known.unfoldable,
        due=due_to(ref, owed.owed) if owed is not None else None,
        silent=silent_to(ref, owed.silent) if owed is not None else None,
        discrepancies=found,
        timeline=timeline(await reading.history(conn, "person", ref), when),
    )


def as_found(stored: Iterable[DiscrepancyRow], then: Iterable[Discrepancy]) -> list[DiscrepancyRow]:
    """The rows of the discrepancies that there were then, with the values they had then."""
    by_id = {each.id: each for each in then}
    return [
        replace(row, expected=one.expected, observed=one.observed, open=one.open, resolution=one.resolution)
        for row in stored
        if (one := by_id.get(row.id)) is not None
    ]


def flags_of(person: Person, found: Iterable[DiscrepancyRow]) -> list[str]:
    raised = {"hold": person.holds.any_active(), "discrepancy": any(each.open for each in found)}
    return sorted(flag for flag, up in raised.items() if up)


def silent_to(person: str, ledger: Iterable[Silent]) -> list[Kept]:
    """The silent-hold ledger of one person, the oldest entry first."""
    mine = sorted((each for each in ledger if each.person == person), key=lambda one: (one.since, one.cause))
    return [Kept(each.cause, each.kin, list(each.cases), each.since, each.election) for each in mine]


def kin_of(person: Person, now: datetime) -> list[KinView]:
    """The primary next of kin first."""
    views = []
    for kin in sorted(person.kin.values(), key=lambda one: (one.ref != person.pnok, one.ref)):
        speaks = person.liaison_of(kin.ref, now)
        liaison = speaks.liaison if speaks is not None else None
        views.append(KinView(kin.ref, kin.relation, kin.basis, kin.ref == person.pnok, kin.required, liaison))
    return views


def determinations_of(person: Person) -> list[DeterminationView]:
    """Every one that was not corrected away, the earliest first."""
    return [
        DeterminationView(
            id=one.id,
            kind=one.kind,
            cases=sorted(person.cases_of(one)),
            individuals=list(one.individuals),
            determined_at=one.order[0],
            stands=one.id not in person.rescinded,
        )
        for one in sorted(person.determinations.values(), key=lambda one: one.order)
    ]
