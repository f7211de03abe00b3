"""The families that a liaison speaks to now, and the cases that are theirs.

Persons are remembered by the revision that their row has in the snapshot of the request: what was filed of one, a relief above
all, counts with the next request, and whoever did not change is not folded again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.person import Person
from services.tracker.model.targets import Target
from services.tracker.model.view import is_own, own_cases
from services.tracker.record.facts import Facts
from services.tracker.record.histories import Folded, Histories, Wanted
from services.tracker.record.names import Cursor
from services.tracker.record.notices_store import of_persons
from services.tracker.record.policies import Policies

# Whoever an assignment has ever named the liaison for, corrections included; whom they speak to now is for the fold to say.
EVER: Final = """
    SELECT target.no, target.ref, target.revision FROM spoken_for JOIN target ON target.no = spoken_for.person
     WHERE spoken_for.liaison = %b ORDER BY target.ref
"""
REMEMBERED_PERSONS: Final = 5_000
"""Some 10 KB each: the families of all liaisons who look on one day."""


class RememberedFamilies:
    """Persons as they were last folded for a liaison who looked; one a process."""

    def __init__(self, limit: int = REMEMBERED_PERSONS) -> None:
        self.histories = Histories(Facts(0), limit)  # an event is read once: what it says is in the person
        self.policies = Policies()

    async def own(self, conn: AsyncConnection[Any], liaison: str, now: datetime) -> dict[str, Person]:
        """The persons to one of whose kin the liaison speaks now, by reference; in one snapshot, which `conn` must have."""
        ever = await self._ever_of(conn.cursor(binary=True), liaison, now)
        return {person.ref: person for person in ever if person.hears_from(liaison, now)}

    async def _ever_of(self, cursor: Cursor, liaison: str, now: datetime) -> list[Person]:
        """Whoever the liaison was ever named for, as far as they can be folded; remembered for the next who looks."""
        rule = await self.policies.in_force(cursor)
        await cursor.execute(EVER, (liaison,))
        wanted = [Wanted(no, Target("person", ref), revision, None) for no, ref, revision in await cursor.fetchall()]
        folded = await self.histories.fold(cursor, wanted, rule.policy, rule.version, now)
        for each in wanted:
            self.histories.written.put(each.no, each.revision, rule.version, folded[each.no])
        return [_person(folded[each.no]) for each in wanted if not folded[each.no].unfoldable]


def _person(hub: Folded) -> Person:
    assert isinstance(hub.state, Person)
    return hub.state


async def cases_of(conn: AsyncConnection[Any], own: Mapping[str, Person]) -> frozenset[str]:
    """The cases of these families."""
    return own_cases(own.values(), await of_persons(conn.cursor(binary=True), sorted(own)))


async def has_case(conn: AsyncConnection[Any], own: Mapping[str, Person], number: str) -> bool:
    """Whether a case is one of `cases_of`. What is forbidden and what is unknown cost the same: the record is asked of all."""
    return is_own(number, own.values(), await of_persons(conn.cursor(binary=True), sorted(own)))
