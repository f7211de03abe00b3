"""What a case takes from those it came out of: custodian and place of that instant, turnover, holds and exclusions.

Holds and exclusions are taken whenever they are known, whatever their date: what binds a case binds all that it becomes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from services.tracker.model.holds import Holds, joined
from services.tracker.model.lineage import Origin

if TYPE_CHECKING:
    from services.tracker.model.case_state import Case


@dataclass(frozen=True)
class Heritage:
    """`custodians`: parent -> who answered for it at the instant of the origin. `circular`: parents left out.

    `exclusions` are (case, person) pairs that are active for a parent. Two heritages that are equal fold into the same child.
    """

    parents: tuple[str, ...] = ()
    circular: tuple[str, ...] = ()
    custodians: Mapping[str, str | None] = field(default_factory=dict)
    place: str | None = None
    turnover: str | None = None
    registered: bool = False
    kinds: tuple[str | None, ...] = ()
    holds: Holds = field(default_factory=Holds)
    exclusions: frozenset[tuple[str, str]] = frozenset()

    @property
    def answering(self) -> tuple[str, ...]:
        """The custodians of the parents, each once; with more than one they do not agree."""
        return tuple(sorted({party for party in self.custodians.values() if party is not None}))


NONE: Final = Heritage()


def heritage(origin: Origin | None, relatives: Mapping[str, "Case"], circular: Collection[str] = ()) -> Heritage:
    """What the case of this origin takes from its parents among `relatives`. One that is not there gives nothing."""
    if origin is None:
        return NONE
    at = origin.order[0]
    parents = [relatives[each] for each in sorted(origin.parents) if each in relatives and each not in circular]
    return Heritage(
        parents=tuple(sorted(each for each in origin.parents if each not in circular)),
        circular=tuple(sorted(circular)),
        custodians={each.number: each.custody.custodian_at(at) for each in parents},
        place=_agreed(each.custody.place_at(at) for each in parents),
        turnover=_agreed(each.turnover for each in parents),
        registered=any(each.registered for each in parents),
        kinds=tuple(each.kind for each in parents),
        holds=joined(each.holds for each in parents),
        exclusions=frozenset(pair for each in parents for pair in each.excluded()),
    )


def _agreed(values: Iterable[str | None]) -> str | None:
    """The value, where all that is known of it agrees."""
    known = {value for value in values if value is not None}
    return next(iter(known)) if len(known) == 1 else None
