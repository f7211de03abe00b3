"""Cases that came out of one another, folded together: parents before children, circles cut."""

from collections.abc import Collection, Mapping

from services.tracker.model import case as case_
from services.tracker.model.case import Case
from services.tracker.model.corrections import effective
from services.tracker.model.lineage import Edge, first_origin, ordered, parents_first
from shared.events.event import Event


def fold(histories: Mapping[str, Collection[Event]]) -> dict[str, Case]:
    """Every case of `histories` (number -> all its events), each with what it takes from those it came out of.

    A parent of which there is no history gives nothing; so for one case the histories of all that it came out of are needed.
    """
    lineage = ordered(edge for number, events in histories.items() for edge in _edges(number, events))
    folded: dict[str, Case] = {}
    for number in parents_first(histories, lineage.parents):
        folded[number] = case_.fold(number, histories.get(number, ()), folded, lineage.closing(number))
    return {number: folded[number] for number in histories}


def _edges(number: str, events: Collection[Event]) -> tuple[Edge, ...]:
    found = first_origin(number, effective(events).events)
    return tuple(found.edges()) if found is not None else ()
