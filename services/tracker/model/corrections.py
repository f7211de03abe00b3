"""Which statements stand once corrections are applied. Both the original and its correction stay readable; only one counts."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from services.tracker.model.discrepancies import Misfit
from shared.events import BY_WIRE_NAME, RecordCorrected, may_correct
from shared.events.event import Event, world_order

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Effective:
    """The events that count, in world order, and the corrections that could not be applied.

    `ever` is all that was ever said, in the order it was said: originals, and each correction as what it says instead.
    """

    events: tuple[Event, ...]
    ever: tuple[Event, ...]
    misfits: tuple[Misfit, ...] = ()


def effective(events: Collection[Event]) -> Effective:
    """Apply the corrections among `events`: the last in world order stands, a cycle is ignored and flagged."""
    corrections = [event for event in events if isinstance(event.data, RecordCorrected)]
    if not corrections:
        as_said = tuple(sorted(events, key=world_order))
        return Effective(as_said, as_said)
    standing = Standing(events, corrections)
    originals = [event for event in events if not isinstance(event.data, RecordCorrected)]
    stated = [event for event in map(standing.stated, originals) if event is not None]
    return Effective(
        events=tuple(sorted(stated, key=world_order)),
        ever=tuple(sorted([*originals, *standing.restatements()], key=world_order)),
        misfits=standing.misfits(),
    )


class Standing:
    """For each event, the correction that stands on it. A correction can itself be withdrawn by another."""

    def __init__(self, events: Iterable[Event], corrections: Collection[Event]) -> None:
        self.originals = {event.key: event for event in events}
        self.of: dict[Identity, list[Event]] = {}
        self.names: dict[Identity, Identity] = {}
        self.without_effect: dict[Identity, str] = {}
        for correction in sorted(corrections, key=world_order):
            self._admit(correction)
        self.settled: list[Identity] = []
        """The corrections that are in no circle: first those that nothing names, each before what it names."""
        self.standing: dict[Identity, Event] = {}
        self._settle()

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
        return self.standing.get(key)

    def restatements(self) -> Iterator[Event]:
        """What corrections that have an effect say instead, each as said when the correction was made."""
        for correction in chain.from_iterable(self.of.values()):
            if correction.restated is not None and correction.key not in self.without_effect:
                yield replace(correction, data=correction.restated.data, restated=None)

    def misfits(self) -> tuple[Misfit, ...]:
        return tuple(
            Misfit("correction", f"{source}#{id}", "a correction that fits what it corrects", why)
            for (source, id), why in sorted(self.without_effect.items())
        )

    def _admit(self, correction: Event) -> None:
        data = correction.data
        assert isinstance(data, RecordCorrected)
        named = (data.corrects.source, data.corrects.id)
        original = self.originals.get(named)
        if original is not None and type(original.data) is not BY_WIRE_NAME.get(data.corrects.type):
            self.without_effect[correction.key] = "the event that it names is of another type"
        elif original is not None and not may_correct(data.actor.role, type(original.data), correction.stream):
            self.without_effect[correction.key] = "its role may not say what it corrects"
        else:
            self.of.setdefault(named, []).append(correction)
            self.names[correction.key] = named

    def _settle(self) -> None:
        """What stands on what. However long a chain, each is looked at once; what is never reached goes round in a circle."""
        open_ = Counter(self.names.values())
        self.settled = [key for key in self.names if not open_[key]]
        for key in self.settled:
            named, correction = self.names[key], self.originals[key]
            if key not in self.standing:
                self.standing[named] = max(self.standing.get(named, correction), correction, key=world_order)
            open_[named] -= 1
            if named in self.names and not open_[named]:
                self.settled.append(named)
        for key in self.names.keys() - set(self.settled):
            self.without_effect[key] = "part of a circle of corrections"
