"""What a case sees of determinations: which stand over it, what was amended, and the holds that come of taking them back.

A determination reaches a case by name, or through the individual that the case is associated with. An amendment adds remains to
it or removes some, whatever its date; of several the last in world order stands (invariants 9, 10, 11).
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.tracker.model import holds as holds_
from services.tracker.model.holds import Holds
from shared.events import CaseAssociated, IdentificationAmended, IdentificationDetermined
from shared.events.event import Event
from shared.terms import Remains


@dataclass(frozen=True, slots=True)
class Determined:
    """A determination as a case sees it. `at` is when it was made."""

    persons: tuple[str, ...]
    cases: tuple[str, ...]
    individuals: tuple[str, ...]
    at: datetime
    event: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Amended:
    """What an amendment changed about a determination, under the amendment's own id."""

    id: str
    added: Remains
    removed: Remains
    at: datetime
    event: tuple[str, str]


Determinations = Mapping[str, Determined]
Amendments = Mapping[str, tuple[Amended, ...]]
"""Determination -> what amended it, in world order."""
Rescinded = Mapping[str, tuple[datetime, tuple[str, str]]]
"""Determination -> when it was rescinded, and by which event."""


def covers(determined: Determined, amendments: Sequence[Amended], number: str, individual: str | None) -> bool:
    """Whether a determination as amended is of this case: by name, or through its individual unless the case was removed."""
    named = number in determined.cases
    through = individual in determined.individuals
    taken_out = False
    for each in amendments:
        if number in each.added.cases:
            named, taken_out = True, False
        if number in each.removed.cases:
            named, taken_out = False, True
        if individual in each.added.individuals:
            through = True
        if individual in each.removed.individuals:
            through = False
    return named or (through and not taken_out)


def cascaded(
    before: Holds,
    number: str,
    joined: Container[str],
    determinations: Determinations,
    amendments: Amendments,
    rescinded: Rescinded,
) -> Holds:
    """The holds of a case with one for each determination of it that was rescinded, and each amendment that removed it.

    What an amendment added is on one when the amendment is rescinded; what it removed stays on its own until that is lifted.
    `joined` are the individuals that the case ever was associated with. Whichever of two statements came first, the hold is
    there, under an id that comes from its cause.
    """
    holds = before
    for id, determined in determinations.items():
        amended = amendments.get(id, ())
        if id in rescinded and _was_of(determined, amended, number, joined):
            holds = holds_.cascaded(holds, holds_.rescinded(id), *rescinded[id])
        for each in amended:
            if each.id in rescinded and _names(number, joined, each.added):
                holds = holds_.cascaded(holds, holds_.rescinded(each.id), *rescinded[each.id])
            if _names(number, joined, each.removed) and _was_of(determined, amended, number, joined):
                holds = holds_.cascaded(holds, holds_.removed(each.id), each.at, each.event)
    return holds


def taken_back(before: Holds, number: str, events: Sequence[Event], ever: Iterable[Event]) -> Holds:
    """The holds of a case with one for each determination, or addition to one, that a correction took from it."""
    joined = {each.data.individual for each in events if isinstance(each.data, CaseAssociated) and each.data.case == number}
    still = {id for id, _ in _of_case(number, joined, events)}
    holds = before
    for id, event in _of_case(number, joined, ever):
        if id not in still:
            holds = holds_.cascaded(holds, holds_.removed(id), event.occurred_at, event.key)
    return holds


def _of_case(number: str, joined: Container[str], events: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    """The determinations of this case, and the amendments that add it to one."""
    for event in events:
        match event.data:
            case IdentificationDetermined() as data if _names(number, joined, data):
                yield data.determination, event
            case IdentificationAmended(amendment=id, added=added) if _names(number, joined, added):
                yield id, event
            case _:
                pass


def _was_of(determined: Determined, amendments: Sequence[Amended], number: str, joined: Container[str]) -> bool:
    """Whether a determination is, or ever was, one of this case."""
    return _names(number, joined, determined) or any(_names(number, joined, each.added) for each in amendments)


def _names(number: str, joined: Container[str], named: Determined | IdentificationDetermined | Remains) -> bool:
    """By name, or through an individual that the case joined."""
    return number in named.cases or any(one in joined for one in named.individuals)
