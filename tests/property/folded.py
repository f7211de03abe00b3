"""What the model makes of events: every case and person that they are about, folded."""

from collections.abc import Sequence

from services.tracker.model import descent
from services.tracker.model import person as person_
from services.tracker.model.register import Record
from shared.events.event import Event
from tests.unit.played import DIRECTORY
from tests.unit.stories import histories


def folded(events: Sequence[Event]) -> Record:
    """Parents before their children, whatever the order of `events`."""
    known = histories(events)
    return Record(
        persons={hub.ref: person_.fold(hub.ref, mine) for hub, mine in known.items() if hub.kind == "person"},
        cases=descent.fold({hub.ref: mine for hub, mine in known.items() if hub.kind == "case"}),
        directory=DIRECTORY,
    )
