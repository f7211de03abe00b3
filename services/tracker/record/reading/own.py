"""The families that a liaison speaks to now, and the cases that are theirs.

Persons are remembered by the revision that their row has in the snapshot of the request: what was filed of one, a relief above
all, counts with the next request, and whoever did not change is not folded again.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.notices import Notice
from services.tracker.model.person import Person
from services.tracker.model.targets import Target
from services.tracker.model.view import own_cases
from services.tracker.record.facts import Facts
from services.tracker.record.histories import Histories, Wanted
from services.tracker.record.notices_store import of_persons
from services.tracker.record.policies import Policies

# Whoever an assignment has ever named the liaison for, corrections included; whom they speak to now is for the fold to say.
EVER: Final = """
    SELECT target.no, target.ref, target.revision FROM spoken_for JOIN target ON target.no = spoken_for.person
     WHERE spoken_for.liaison = %b ORDER BY target.ref
"""
REMEMBERED_PERSONS: Final = 5_000
"""Some 10 KB each: the families of all liaisons who look on one day."""


class Families:
    """Persons as they were last folded for a liaison who looked; one a process."""

    def __init__(self, limit: int = REMEMBERED_PERSONS) -> None:
        self.histories = Histories(Facts(0), limit)  # an event is read once: what it says is in the person
        self.policies = Policies()

    async def own(self, conn: AsyncConnection[Any], liaison: str, now: datetime) -> dict[str, Person]:
        """The persons to one of whose kin the liaison speaks now, by reference; in one snapshot, which `conn` must have."""
        cursor = conn.cursor(binary=True)
        rule = await self.policies.in_force(cursor)
        await cursor.execute(EVER, (liaison,))
        wanted = [Wanted(no, Target("person", ref), revision, None) for no, ref, revision in await cursor.fetchall()]
        folded = await self.histories.fold(cursor, wanted, rule.policy, rule.version, now)
        own: dict[str, Person] = {}
        for each in wanted:
            hub = folded[each.no]
            self.histories.remember(each.no, each.revision, rule.version, hub)
            assert isinstance(hub.state, Person)
            if not hub.unfoldable and speaks_to(liaison, hub.state, now):
                own[each.target.ref] = hub.state
        return own


def speaks_to(liaison: str, person: Person, now: datetime) -> bool:
    speaks = (person.liaison_of(kin, now) for kin in person.kin)
    return any(one is not None and one.liaison == liaison for one in speaks)


async def cases_of(conn: AsyncConnection[Any], own: Mapping[str, Person], number: str | None = None) -> frozenset[str]:
    """The cases of these families; with a `number`, that one alone if it is theirs.

    The record is asked once whether or not there is anything to ask of: what is forbidden and what is unknown cost the same.
    """
    near = {ref: person for ref, person in own.items() if number is None or number in person.cases}
    notices = await of_persons(conn.cursor(binary=True), sorted(near))
    of_person: dict[str | None, list[Notice]] = defaultdict(list)
    for notice in notices:
        of_person[notice.person].append(notice)
    found = frozenset[str]().union(*(own_cases(person, of_person[ref]) for ref, person in near.items()))
    return found if number is None else found & {number}
