"""What the medical examiner determined of a person, with every amendment and correction, and the portions it comes to.

A *portion* is what a family is told at once: what a determination first named, what an amendment added, or what corrections
added. Each is the cause of a line of its own, for ever: what it *stands* for grows and shrinks, and never moves to another.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.events import IdentificationAmended, IdentificationDetermined
from shared.events.event import Event, WorldOrder, world_order

Tokens = frozenset[str]
"""Cases and individuals, by reference."""

ADDED: Final = "added:"
"""How the cause begins of what corrections added to a determination, or to what an amendment adds."""


@dataclass(frozen=True, slots=True)
class Determination:
    """What the medical examiner determined of this person. `tokens` are the cases and individuals it names."""

    id: str
    kind: str
    persons: tuple[str, ...]
    cases: tuple[str, ...]
    individuals: tuple[str, ...]
    order: WorldOrder
    event: tuple[str, str]

    @property
    def tokens(self) -> Tokens:
        return frozenset(self.cases + self.individuals)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What was added to a determination, and what was taken from it, whatever its date."""

    id: str
    determination: str
    added: Tokens
    removed: Tokens
    order: WorldOrder


@dataclass(frozen=True, slots=True)
class Statement:
    """What a determination was said to be of, or an amendment to add: by its own event, or by a correction of that.

    A correction has its own order, and is not the `original`. `of` is the determination.
    """

    of: str
    order: WorldOrder
    cases: tuple[str, ...]
    individuals: tuple[str, ...]
    original: bool = True

    @property
    def tokens(self) -> Tokens:
        return frozenset(self.cases + self.individuals)


Statements = Mapping[str, tuple[Statement, ...]]
"""Determination or amendment -> all that was ever stated of it, in world order, also what a correction took back."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One portion of a determination that stands. `stands` may be empty: all of it was taken from the determination again.

    `named` is what stands of all that it names; of what an earlier portion names too, only that one stands. `formerly` is what
    it named, names no more, and stands all the same since another statement of the determination names it: a family that was
    told of it here has heard nothing untrue.
    `first` says how it is ordered: a determination by its own order, then what was added to it.
    """

    cause: str
    determination: str
    named: Tokens
    stands: Tokens
    first: tuple[WorldOrder, WorldOrder, str]
    event_order: WorldOrder
    formerly: Tokens = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """By which an election may name it."""
        return frozenset({self.cause, self.cause.removeprefix(ADDED)})


def determined(event: Event, data: IdentificationDetermined) -> Determination:
    return Determination(
        data.determination, data.kind, data.persons, data.cases, data.individuals, world_order(event), event.key
    )


def amended(event: Event, data: IdentificationAmended) -> Amendment:
    added = frozenset(data.added.cases + data.added.individuals)
    removed = frozenset(data.removed.cases + data.removed.individuals)
    return Amendment(data.amendment, data.determination, added, removed, world_order(event))


def statements(ref: str, ever: Sequence[Event], corrections: frozenset[tuple[str, str]]) -> Statements:
    """All that was ever stated of this person's determinations. `corrections` are the keys of the events that correct."""
    found: dict[str, tuple[Statement, ...]] = {}
    for event in ever:
        data, original = event.data, event.key not in corrections
        if isinstance(data, IdentificationDetermined) and ref in data.persons:
            one = Statement(data.determination, world_order(event), data.cases, data.individuals, original)
            found[data.determination] = (*found.get(data.determination, ()), one)
    determinations = frozenset(found)
    for event in ever:
        data, original = event.data, event.key not in corrections
        if isinstance(data, IdentificationAmended) and data.determination in determinations:
            one = Statement(data.determination, world_order(event), data.added.cases, data.added.individuals, original)
            found[data.amendment] = (*found.get(data.amendment, ()), one)
    return found


def first_stated(said: Sequence[Statement]) -> Tokens:
    """What the cause itself is about: its own event or, where that was of somebody else, the first correction of it."""
    return next((each.tokens for each in said if each.original), said[0].tokens)


def as_amended(tokens: Tokens, amendments: Iterable[Amendment]) -> Tokens:
    """What is left of `tokens` after amendments, in world order; what one adds that another took away is back."""
    for amendment in amendments:
        tokens = (tokens - amendment.removed) | amendment.added
    return tokens


def portions(standing: Iterable[Determination], amendments: Sequence[Amendment], said: Statements) -> Iterator[Portion]:
    """The portions of the determinations that stand. What two of one name stands in the first."""
    for determination in standing:
        mine = [each for each in amendments if each.determination == determination.id]
        current = as_amended(determination.tokens, mine)
        claimed: Tokens = frozenset()
        causes: set[str] = set()
        own = (determination.id, determination.tokens, determination.order)
        for cause, tokens, order in (own, *((each.id, each.added, each.order) for each in mine)):
            first = first_stated(said[cause])
            for its_cause, its_tokens in ((cause, first), (ADDED + cause, tokens - first)):
                if its_tokens or its_cause == cause:
                    named, place = its_tokens & current, (determination.order, order, its_cause)
                    formerly = _ever_told_by(said, its_cause) & current - named
                    yield Portion(its_cause, determination.id, named, named - claimed, place, order, formerly)
                    claimed |= its_tokens
                    causes.add(its_cause)
        yield from _gone(determination, current, said, causes)


def _gone(determination: Determination, current: Tokens, said: Statements, there: Container[str]) -> Iterator[Portion]:
    """What was a portion and is none: rescinded or corrected away, while others name some of it."""
    for id in (id for id, its in said.items() if its[0].of == determination.id):
        for cause in (id, ADDED + id):
            formerly = _ever_told_by(said, cause) & current
            if formerly and cause not in there:
                place = determination.order, said[id][0].order, cause
                yield Portion(cause, determination.id, frozenset(), frozenset(), place, said[id][0].order, formerly)


def ever_named(said: Statements, cause: str) -> Tokens:
    """All that a determination, or an amendment, was ever said to be of, with what corrections added to it."""
    return frozenset().union(*(each.tokens for each in said.get(cause.removeprefix(ADDED), ())))


def _ever_told_by(said: Statements, cause: str) -> Tokens:
    """Of all that was ever named, the part that this cause tells: what was stated first, or what corrections added to that."""
    first = first_stated(said[cause.removeprefix(ADDED)])
    return ever_named(said, cause) - first if cause.startswith(ADDED) else first
