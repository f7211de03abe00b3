"""Which case came out of which: by inventory, split, merge, or the cutting of a sample (invariant 3).

What a case came out of is said by one event, its *origin*; the first in world order stands. An edge runs from each parent of
the origin to the child. Edges are taken in world order, and the one that would close a circle is left out.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeVar

from shared.events import CaseInventoried, CaseMerged, CaseSplit, SampleCut
from shared.events.base import Fact
from shared.events.event import Event, WorldOrder, world_order
from shared.terms import CaseKind, Inventoried

EdgeKind = Literal["inventory", "split", "merge", "sample"]

Case = TypeVar("Case", str, int)
"""A case by its number, or by that of its row."""

KIND: Final[Mapping[type[Fact], EdgeKind]] = {
    CaseInventoried: "inventory",
    CaseSplit: "split",
    CaseMerged: "merge",
    SampleCut: "sample",
}


class Edge(NamedTuple):
    """A child came out of a parent, by an event and at its place in world order."""

    parent: str
    child: str
    kind: EdgeKind
    order: WorldOrder
    event: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a case came out of. `found` is how an inventory lists it; `actor` who says so."""

    child: str
    parents: tuple[str, ...]
    kind: EdgeKind
    order: WorldOrder
    event: tuple[str, str]
    actor: str
    found: Inventoried | None = None

    def edges(self) -> Iterator[Edge]:
        for parent in self.parents:
            yield Edge(parent, self.child, self.kind, self.order, self.event)

    def is_said_again_by(self, other: "Origin") -> bool:
        """Whether another event says the same: the case came out of these parents in this way."""
        return (self.kind, set(self.parents)) == (other.kind, set(other.parents))

    def kind_of_case(self, parents: Collection[str | None]) -> CaseKind | str | None:
        """What kind of case it is: as listed, a sample, or what all its parents were."""
        if self.found is not None:
            return self.found.kind
        if self.kind == "sample":
            return "sample"
        return next(iter(parents)) if len(set(parents)) == 1 else "remains"


def origin(number: str, event: Event) -> Origin | None:
    """What `event` says that case `number` came out of, if it says so."""
    said = event.data
    parents = tuple(parent for parent, child in pairs(said) if child == number)
    if not parents:
        return None
    listed = said.cases if isinstance(said, CaseInventoried) else ()
    found = next((each for each in listed if each.case == number), None)
    return Origin(number, parents, KIND[type(said)], world_order(event), event.key, said.actor.ref, found)


def first_origin(number: str, events: Iterable[Event]) -> Origin | None:
    """What a case came out of, by its events that count, in world order."""
    said = (event for event in events if type(event.data) in KIND)
    return next((found for event in said if (found := origin(number, event)) is not None), None)


def pairs(data: Fact) -> Iterator[tuple[str, str]]:
    """Every (parent, child) that a statement names."""
    match data:
        case CaseInventoried():
            yield from ((data.parent, each.case) for each in data.cases)
        case CaseSplit() | CaseMerged():
            yield from ((parent, child) for parent in data.parents for child in data.children)
        case SampleCut():
            yield data.parent, data.sample
        case _:
            return


class Ordered(NamedTuple):
    """The parents that stand for each child, and the edges left out because they close a circle."""

    parents: Mapping[str, tuple[str, ...]]
    circular: frozenset[Edge]

    def closing(self, child: str) -> frozenset[str]:
        """The parents of which the child would be an ancestor."""
        return frozenset(edge.parent for edge in self.circular if edge.child == child)


def ordered(edges: Iterable[Edge]) -> Ordered:
    """Add edges in world order and leave out the one that closes a circle."""
    parents: dict[str, tuple[str, ...]] = {}
    circular: set[Edge] = set()
    for edge in sorted(edges, key=lambda each: (each.order, each.parent, each.child)):
        if edge.child == edge.parent or edge.child in above(edge.parent, parents):
            circular.add(edge)
        else:
            parents[edge.child] = (*parents.get(edge.child, ()), edge.parent)
    return Ordered(parents, frozenset(circular))


def above(number: str, parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """All that a case came out of, its parents and theirs."""
    return reached(number, lambda each: parents.get(each, ()))


def reached(start: Case, beyond: Callable[[Case], Iterable[Case]]) -> frozenset[Case]:
    """All that is reached from `start`, without it unless a circle leads back."""
    found: set[Case] = set()
    left = list(beyond(start))
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += beyond(one)
    return frozenset(found)


def parents_first(numbers: Iterable[str], parents: Mapping[str, Iterable[str]]) -> list[str]:
    """The cases, each after all that it came out of, which is among them; without circles in `parents`."""
    placed: dict[str, None] = {}
    for number in sorted(numbers):
        left = [number]
        while left:
            waiting = [parent for parent in parents.get(left[-1], ()) if parent not in placed]
            if waiting:
                left += sorted(waiting)
            else:
                placed[left.pop()] = None
    return list(placed)
