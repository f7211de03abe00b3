"""A turnover: what was declared, what was sent before, and what was registered of it. Its estimates are `scope.py`'s."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce

from services.tracker.model.corrections import effective
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, reported, settled, with_resolution
from services.tracker.model.uses import Uses, used
from shared.events import (
    CaseRegistered,
    DiscrepancyReported,
    DiscrepancyResolved,
    FieldReviewCompleted,
    ProjectClosed,
    TurnoverDeclared,
)
from shared.events.event import Event


@dataclass(frozen=True, slots=True)
class Turnover:
    """`expected` is the count declared, `listed` the case numbers where the manifest lists them.

    A case too many is a discrepancy at once; a case too few is one when the whole turnover has been reviewed, since until then
    its registration may simply not have happened yet.
    """

    ref: str
    declared: bool = False
    kind: str | None = None
    from_party: str | None = None
    to_party: str | None = None
    expected: int | None = None
    listed: frozenset[str] = frozenset()
    containers_sent: int | None = None
    registered: frozenset[str] = frozenset()
    reviewed: bool = False
    closed: tuple[str, str] | None = None
    """The event that ended the laboratory's work."""
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)

    def discrepancies(self) -> tuple[Discrepancy, ...]:
        return settled("turnover", self.ref, self._misfits(), self.resolutions)

    def _misfits(self) -> Iterator[Misfit]:
        yield from self.misfits
        if self.expected is None:
            return
        if self.containers_sent is not None and self.containers_sent != self.expected:
            yield Misfit("count", "containers", f"{self.containers_sent} containers sent", f"{self.expected} declared")
        received = len(self.registered)
        if received > self.expected or (self.reviewed and received < self.expected):
            yield Misfit("count", "cases", f"{self.expected} declared", f"{received} registered")
        if self.listed:
            for number in sorted(self.registered - self.listed):
                yield Misfit("count", f"case/{number}", "a case on the manifest", "registered, not on the manifest")


def fold(ref: str, events: Collection[Event]) -> Turnover:
    """The turnover that its events describe, corrections included, in any order."""
    counted = effective(events)
    return reduce(_advance, counted.events, Turnover(ref, misfits=counted.misfits))


def _advance(before: Turnover, event: Event) -> Turnover:
    uses = used(before.uses, event.data, event.key)
    if isinstance(uses, Misfit):
        return replace(before, misfits=(*before.misfits, uses))
    return replace(_evolve(before, event), uses=uses)


def _evolve(before: Turnover, event: Event) -> Turnover:
    match event.data:
        case TurnoverDeclared(turnover=before.ref) as data:
            expected = data.expected_cases
            return replace(
                before,
                declared=True,
                kind=data.kind,
                from_party=data.from_party,
                to_party=data.to_party,
                expected=expected if isinstance(expected, int) else len(expected),
                listed=frozenset() if isinstance(expected, int) else frozenset(expected),
                containers_sent=data.containers_sent,
            )
        case CaseRegistered(turnover=before.ref, case=number):
            return replace(before, registered=before.registered | {number})
        case FieldReviewCompleted(turnover=before.ref):
            return replace(before, reviewed=True)
        case ProjectClosed(scope=before.ref):
            return replace(before, closed=before.closed or event.key)
        case DiscrepancyReported(subject=subject) as data if subject.ref == before.ref and subject.kind == "turnover":
            return replace(before, misfits=(*before.misfits, reported(event.key, data)))
        case DiscrepancyResolved() as data:
            resolutions = with_resolution(before.resolutions, data.discrepancy, data.settled, data.resolution)
            return replace(before, resolutions=resolutions)
        case _:
            return before
