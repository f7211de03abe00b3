"""What a batch of stream entries says, before the record is asked about any of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.tracker.model.targets import Target, targets
from shared import wire
from shared.events import RecordCorrected
from shared.events.event import Event
from shared.terms import Stream
from shared.wire import Decoded, Position, Unreadable

Fields = Mapping[bytes, bytes]
Entry = tuple[bytes, Fields]
"""(entry id, fields), as Redis gives it."""

HIGHEST_SEQ: Final = 2**53
"""Redis counts exactly up to here when a function adds to a number."""


class Arrival(NamedTuple):
    """An entry that reads as an event. `names`: everything the event names or defines."""

    entry_id: str
    position: Position
    event: Event
    body: str
    fields: Fields
    names: frozenset[Target]


class Misread(NamedTuple):
    """An entry that does not."""

    entry_id: str
    fields: Fields
    found: Unreadable


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one stream in the order of the stream, read."""

    stream: Stream
    arrivals: tuple[Arrival, ...]
    misread: tuple[Misread, ...]

    def halves(self) -> tuple["Batch", "Batch"]:
        """Two batches that hold the same entries, for finding the one that cannot be filed."""
        middle = len(self.arrivals) // 2
        return Batch(self.stream, self.arrivals[:middle], self.misread), Batch(self.stream, self.arrivals[middle:], ())

    def given_up(self, why: str) -> "Batch":
        """The same entries with all that read as events taken for unreadable."""
        refused = (
            Misread(each.entry_id, each.fields, Unreadable("unfilable", why, each.position, each.event.source, each.event.id))
            for each in self.arrivals
        )
        return Batch(self.stream, (), (*self.misread, *refused))

    @property
    def corrects(self) -> bool:
        return any(isinstance(arrival.event.data, RecordCorrected) for arrival in self.arrivals)

    @property
    def positions(self) -> list[Position]:
        """Where its entries stand; one that was not written by accept stands nowhere."""
        misread = (entry.found.position for entry in self.misread)
        return [arrival.position for arrival in self.arrivals] + [each for each in misread if each is not None]


def read_batch(stream: Stream, entries: Sequence[Entry]) -> Batch:
    """Read every entry by itself, so that one that cannot be read stops none beside it."""
    arrivals: list[Arrival] = []
    misread: list[Misread] = []
    for id, fields in entries:
        match read_entry(stream, fields):
            case Decoded() as decoded:
                names = targets(decoded.event)
                arrivals.append(Arrival(id.decode(), decoded.position, decoded.event, decoded.body, fields, names))
            case Unreadable() as found:
                misread.append(Misread(id.decode(), fields, found))
    return Batch(stream, tuple(arrivals), tuple(misread))


def read_entry(stream: Stream, fields: Fields) -> Decoded | Unreadable:
    try:
        read = wire.decode(stream, fields)
    except Exception as error:  # noqa: BLE001 - a fault of the reader itself must not hold up the stream
        return Unreadable("invalid", f"could not be read: {type(error).__name__}")
    if read.position is not None and read.position.seq > HIGHEST_SEQ:
        return Unreadable("no_position", "the seq is higher than any that accept gives out")
    return read
