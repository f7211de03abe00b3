"""First uses of an id. Ids are unique over all sources: a second, different use is a discrepancy, and the first stands."""

from collections.abc import Mapping
from typing import Any

from services.tracker.model.discrepancies import Misfit
from shared.events import CustodyReleased, HoldPlaced, IdentificationAmended, IdentificationDetermined, TurnoverDeclared
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
        case IdentificationAmended():
            return f"determination/{data.amendment}", (data.determination, data.added, data.removed)
        case TurnoverDeclared():
            return f"turnover/{data.turnover}", (data.from_party, data.to_party, data.expected_cases)
        case _:
            return None


def used(before: Uses, data: Fact, event: tuple[str, str]) -> Uses | Misfit:
    """The uses with this statement's added, or the misfit of one that uses an id for something else than its first use did."""
    definition = defined(data)
    if definition is None:
        return before
    id, said = definition
    first = before.get(id)
    if first is None:
        return {**before, id: said}
    return before if first == said else Misfit("id_used_twice", id, "an id that is used once", "#".join(event))
