"""Which statements stand once corrections are applied. Both the original and its correction stay readable; only one counts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import cast

from services.tracker.model.discrepancies import Misfit
from shared.events import BY_WIRE_NAME, RecordCorrected, may_correct
from shared.events.event import Event, world_order

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Effective:
    """The events that count, in world order, and the corrections that could not be applied."""

    events: tuple[Event, ...]
    misfits: tuple[Misfit, ...]


def effective(events: Collection[Event]) -> Effective:
    """Apply the corrections among `events`: the last in world order stands, a cycle is ignored and flagged."""
    corrections = [event for event in events if isinstance(event.data, RecordCorrected)]
    if not corrections:
        return Effective(tuple(sorted(events, key=world_order)), ())
    standing = Standing(events, corrections)
    kept = (standing.stated(event) for event in events if not isinstance(event.data, RecordCorrected))
    return Effective(tuple(sorted((event for event in kept if event is not None), key=world_order)), standing.misfits())


class Standing:
    """For each event, the correction that stands on it. A correction can itself be withdrawn by another."""

    def __init__(self, events: Iterable[Event], corrections: Collection[Event]) -> None:
        self.originals = {event.key: event for event in events}
        self.of: dict[Identity, list[Event]] = {}
        self.without_effect: dict[Identity, str] = {}
        for correction in sorted(corrections, key=world_order):
            self._admit(correction)
        for cyclic in self._in_cycles():
            self.without_effect[cyclic] = "part of a circle of corrections"

    def stated(self, event: Event) -> Event | None:
        """The event as it counts: as it was, as restated, or None where it did not occur."""
        correction = self.on(event.key)
        if correction is None:
            return event
        restated = correction.restated
        if restated is None:
            return None
        return replace(event, data=restated.data, occurred_at=restated.occurred_at, offset_minutes=restated.offset_minutes)

    def on(self, key: Identity) -> Event | None:
        """The last correction in world order that names `key`, has an effect and is not itself withdrawn."""
        for correction in reversed(self.of.get(key, [])):
            if correction.key not in self.without_effect and self.on(correction.key) is None:
                return correction
        return None

    def misfits(self) -> tuple[Misfit, ...]:
        return tuple(
            Misfit("correction", f"{source}#{id}", "a correction that fits what it corrects", why)
            for (source, id), why in sorted(self.without_effect.items())
        )

    def _admit(self, correction: Event) -> None:
        data = cast("RecordCorrected", correction.data)
        original = self.originals.get((data.corrects.source, data.corrects.id))
        if original is not None:
            if type(original.data) is not BY_WIRE_NAME.get(data.corrects.type):
                self.without_effect[correction.key] = "the event that it names is of another type"
                return
            if not may_correct(data.actor.role, type(original.data), correction.stream):
                self.without_effect[correction.key] = "its role may not say what it corrects"
                return
        self.of.setdefault((data.corrects.source, data.corrects.id), []).append(correction)

    def _in_cycles(self) -> set[Identity]:
        """Corrections that name each other, or themselves, in a circle."""
        return {start for start in self._corrections() if start in self._reached_from(start)}

    def _corrections(self) -> dict[Identity, Identity]:
        """Each correction's key, and the key of what it corrects."""
        return {correction.key: named for named, corrections in self.of.items() for correction in corrections}

    def _reached_from(self, start: Identity) -> set[Identity]:
        names = self._corrections()
        seen: set[Identity] = set()
        at = names.get(start)
        while at is not None and at not in seen:
            seen.add(at)
            at = names.get(at)
        return seen
