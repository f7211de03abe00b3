"""What a batch reaches: ids that share an event, the hubs those events name, persons and cases brought together, descendants.

Ids tie events together: a hold that is lifted reaches the cases it was placed on, because both events name the hold. A
*component* is a set of ids that events tie together; every hub that one of its events names is folded from all of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.tracker.record.names import Cursor

REACH: Final = """
    WITH RECURSIVE reached (id) AS (
      SELECT unnest(%b::bigint[])
      UNION
      SELECT beside.target FROM reached
        JOIN mention AS one ON one.target = reached.id JOIN mention AS beside ON beside.event = one.event
    ), tie AS MATERIALIZED (
      SELECT mention.target, mention.event FROM reached JOIN mention ON mention.target = reached.id
    ), named AS MATERIALIZED (
      SELECT history.hub, history.event FROM (SELECT DISTINCT event FROM tie) AS tied
        JOIN history ON history.event = tied.event AND history.direct
    ), near (hub) AS (
      SELECT hub FROM (SELECT unnest(%b::bigint[]) AS hub UNION SELECT hub FROM named) AS start
      UNION
      SELECT side.hub FROM near, LATERAL (
        SELECT person AS hub FROM concern WHERE remains = near.hub UNION ALL
        SELECT remains FROM concern WHERE person = near.hub UNION ALL
        SELECT child FROM lineage WHERE parent = near.hub) AS side
    )
    SELECT 'tie', target, event FROM tie
    UNION ALL SELECT 'named', hub, event FROM named
    UNION ALL SELECT 'near', hub, 0 FROM near
    UNION ALL SELECT 'child', lineage.parent, lineage.child FROM near JOIN lineage ON lineage.parent = near.hub
"""


class Tie(NamedTuple):
    id: int
    event: int


class Named(NamedTuple):
    """An event by its number, with the numbers of the hubs and ids that it names."""

    event: int
    hubs: frozenset[int]
    ids: frozenset[int]


class Pair(NamedTuple):
    """A line of a hub's history."""

    hub: int
    event: int
    direct: bool


@dataclass(slots=True)
class Reach:
    """`near`: the hubs reached, and the individuals that tie persons together. `named`: tied event -> hubs that it names.

    What came out of a case that is near is near as well, since it takes the case's holds; `children`: which out of which. What
    a near case came out of is not: it can be read without a lock, for whoever changes it holds all that came out of it.
    """

    ties: list[Tie] = field(default_factory=list)
    named: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    near: set[int] = field(default_factory=set)
    children: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def numbers(self) -> set[int]:
        return self.near | {tie.id for tie in self.ties}


async def reached(cursor: Cursor, ids: Collection[int], hubs: Collection[int]) -> Reach:
    await cursor.execute(REACH, (list(ids), list(hubs)))
    reach = Reach()
    for part, number, event in await cursor.fetchall():
        if part == "tie":
            reach.ties.append(Tie(number, event))
        elif part == "named":
            reach.named[event].add(number)
        elif part == "child":
            reach.children[number].add(event)
        else:
            reach.near.add(number)
    return reach


# ---------------------------------------------------------------------------------------------------- which pairs are new
def new_pairs(
    before: Iterable[Tie], links: Iterable[Tie], named: Mapping[int, Collection[int]], arrived: Iterable[Named]
) -> set[Pair]:
    """What the arrived events, and events newly linked to their corrections, add to the histories of hubs.

    Args:
        before: the ties of the components reached, as they were: all their pairs are in the histories already.
        links: ties made now between the identity of an event and that event, since a correction names it.
        named: event -> hubs, for every event of `before` and `links`.
    """
    arrived = list(arrived)
    pairs = {Pair(hub, each.event, direct=True) for each in arrived for hub in each.hubs}
    tied = [Tie(id, each.event) for each in arrived for id in each.ids]
    if not tied and not (links := list(links)):
        return pairs
    old, new = Components(before), Components([*before, *links, *tied])
    hubs_of = {**named, **{each.event: each.hubs for each in arrived}}
    for events in new.groups({tie.id for tie in (*links, *tied)}):
        pairs |= _joined(events, hubs_of, old)
    return pairs


def _joined(events: Collection[int], hubs_of: Mapping[int, Collection[int]], old: "Components") -> set[Pair]:
    """The pairs of one component that are not in the histories yet."""
    parts: dict[int | None, list[int]] = defaultdict(list)
    for event in events:
        parts[old.of_event(event)].append(event)
    has: dict[int, set[int | None]] = defaultdict(set)
    for event in events:
        for hub in hubs_of.get(event, ()):
            has[hub].add(old.of_event(event))
    return {
        Pair(hub, event, direct=hub in hubs_of.get(event, ()))
        for hub, known in has.items()
        for part, members in parts.items()
        if part is None or part not in known
        for event in members
    }


class Components:
    """Ids that events tie together, by union and find."""

    def __init__(self, ties: Iterable[Tie]) -> None:
        self._parent: dict[int, int] = {}
        self._id_of_event: dict[int, int] = {}
        for tie in ties:
            self._parent.setdefault(tie.id, tie.id)
            first = self._id_of_event.setdefault(tie.event, tie.id)
            self._parent[self._root(tie.id)] = self._root(first)

    def of_event(self, event: int) -> int | None:
        """The component of an event, None where no tie holds it."""
        id = self._id_of_event.get(event)
        return None if id is None else self._root(id)

    def groups(self, ids: Collection[int]) -> list[list[int]]:
        """The events of each component that one of `ids` belongs to."""
        roots = {self._root(id) for id in ids}
        events: dict[int, list[int]] = defaultdict(list)
        for event, id in self._id_of_event.items():
            if (root := self._root(id)) in roots:
                events[root].append(event)
        return list(events.values())

    def _root(self, id: int) -> int:
        while (parent := self._parent[id]) != id:
            self._parent[id] = self._parent[parent]
            id = parent
        return id
