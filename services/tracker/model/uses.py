"""First uses of an id. Ids are unique over all sources: a second, different use is a discrepancy, and the first stands."""

from collections.abc import Mapping
from typing import Any

from services.tracker.model.discrepancies import Misfit
from shared.events import CustodyReleased, HoldPlaced, IdentificationDetermined, TurnoverDeclared
from shared.events.base import Fact

Uses = Mapping[str, tuple[Any, ...]]
"""`<kind>/<id>` -> what its first use in world order said."""


def defined(data: Fact) -> tuple[str, tuple[Any, ...]] | None:
    """The id that a statement defines, and what makes another statement with that id a different one."""
    match data:
        case CustodyReleased():
            return f"transfer/{data.transfer}", (data.released_by, data.released_to)
        case HoldPlaced():
            return f"hold/{data.hold}", (data.stream, data.authority, data.scope, data.cases, data.person)
        case IdentificationDetermined():
            return f"determination/{data.determination}", (data.persons, data.cases, data.individuals)
        case TurnoverDeclared():
            return f"turnover/{data.turnover}", (data.from_party, data.to_party, data.expected_cases)
        case _:
            return None


def second_use(before: Uses, data: Fact, event: tuple[str, str]) -> Misfit | None:
    """The misfit of a statement that uses an id for something else than its first use did."""
    definition = defined(data)
    if definition is None or before.get(definition[0], definition[1]) == definition[1]:
        return None
    return Misfit("id_used_twice", definition[0], "an id that is used once", "#".join(event))


def with_use(before: Uses, data: Fact) -> Uses:
    definition = defined(data)
    if definition is None or definition[0] in before:
        return before
    return {**before, definition[0]: definition[1]}
