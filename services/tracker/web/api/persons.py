"""`/v1/persons`: how far the telling of each family has come, and what keeps the next of it. References only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.tracker.model import gates
from services.tracker.model.embargo import publications
from services.tracker.model.lines import lines_of
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
from services.tracker.web.api.credential import Asking
from services.tracker.web.api.gates import due_to
from services.tracker.web.api.own import Own, page_of
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import LookingBack
from services.tracker.web.eyes import person_row_seen, person_seen
from services.tracker.web.family_page import DeterminationView, Kept, KinView, PersonDetail
from services.tracker.web.timeline import timeline

router = APIRouter(prefix="/v1/persons", tags=["persons"])


class PersonFilter(ByName):
    progress: Progress | None = None


@router.get("")
async def persons(conn: Connection, who: Asking, own: Own, asked: Annotated[PersonFilter, Query()]) -> Page[PersonRow]:
    if own is not None:
        mine = await reading.persons_named(conn, own.persons)
        return page_of([row for row in mine if asked.progress in (None, row.progress)], "ref", asked)
    found = await reading.persons(conn, **asked.model_dump())
    return Page([person_row_seen(each, who.role) for each in found.items], found.next)


@router.get("/{ref:path}")
async def person(conn: Connection, who: Asking, own: Own, ref: str, now: Instant, when: LookingBack) -> PersonDetail:
    """Looking back, all of it is as of that moment, the flags and the values of discrepancies included."""
    if own is not None and ref not in own.persons:
        raise not_found("person")
    row = await reading.person(conn, ref)
    if row is None:
        raise not_found("person")
    at = now if when is None else when.as_of
    known = await family(conn, ref, now, when)
    state = known.record.persons[ref]
    owed = None if known.unfoldable else required(known.record, known.notices, known.policy, at)
    stored = await discrepancies.discrepancies_of(conn, "person", ref)
    found = stored if when is None else discrepancies.as_found(stored, state.discrepancies(known.policy))
    detail = PersonDetail(
        ref=ref,
        progress=row.progress if when is None else state.progress,
        pnok=row.pnok if when is None else state.pnok,
        flags=row.flags if when is None else flags_of(state, found),
        kin=kin_of(state, at),
        determinations=determinations_of(state),
        publications=publications(lines_of(state, known.notices), gates.View(state, known.record, known.policy, at, {})),
        unfoldable=known.unfoldable,
        due=due_to(ref, owed.owed) if owed is not None else None,
        silent=silent_to(ref, owed.silent) if owed is not None else None,
        discrepancies=found,
        timeline=timeline(await reading.history(conn, "person", ref), when),
    )
    return person_seen(detail, who.role)


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
