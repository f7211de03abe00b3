"""A line of telling: (person, cause, kin), with what stands, what the family last heard, and what is in hand.

Those three are known apart and never mixed: *stands* comes from the fold, *told* from reports of delivery alone, *in hand* from
the notices that left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.notices import ARRIVED, LEFT, Notice, NoticeKind
from services.tracker.model.person import Delivery, Person
from shared.events.event import WorldOrder

Tokens = frozenset[str]
NOTHING: Tokens = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: its key, what stands, what the family last heard, and its notices."""

    person: Person
    cause: str
    kin: str
    stands: Tokens
    told: Tokens | None
    notices: tuple[Notice, ...]
    reported: frozenset[str]

    @property
    def key(self) -> str:
        return f"told/{self.person.ref}/{self.cause}/{self.kin}"

    @property
    def untrue(self) -> bool:
        """The family believes of some case what no longer stands."""
        return self.told is not None and not self.told <= self.stands

    def left(self) -> Iterator[Notice]:
        return (notice for notice in self.notices if notice.state in LEFT)

    def stops(self) -> Iterator[Notice]:
        return (notice for notice in self.notices if notice.kind == "stop")

    def next_key(self, kind: NoticeKind, recipient: str | None) -> str:
        """One more than the greatest number of the kind that left, or that was reported; one that never left is used again."""
        start = f"{kind}/{self.key}/{recipient}/"
        spent = [notice for notice in self.notices if notice.state in LEFT or notice.reference in self.reported]
        numbers = [int(notice.key[len(start) :]) for notice in spent if notice.key.startswith(start)]
        return f"{start}{max(numbers, default=0) + 1}"

    def in_hand(self) -> Iterator[Notice]:
        """For each liaison the last notice of the line that is out, unless it is a stop or was reported.

        A liaison obeys the last of a line: a stop covers all that he got before it, whichever notice it was about.
        """
        last = {notice.recipient: notice for notice in sorted(self.left(), key=_order)}
        for notice in last.values():
            if notice.kind != "stop" and notice.reference not in self.reported:
                yield notice

    def after(self, notice: Notice) -> Iterator[Notice]:
        """What left after `notice` to the same liaison."""
        for other in self.left():
            if other.recipient == notice.recipient and _order(other) > _order(notice):
                yield other

    def stopped(self) -> Iterator[Notice]:
        """What a stop that is known to have left took out of its liaison's hand."""
        for notice in self.left():
            if notice.kind != "stop" and any(one.kind == "stop" and one.state in ARRIVED for one in self.after(notice)):
                yield notice


def _order(notice: Notice) -> tuple[bool, datetime | None, int]:
    """As they left; at one instant (a story's clock may stand still) by their place in the line."""
    return notice.left_at is not None, notice.left_at, notice.place_in_line or 0


def lines_of(person: Person, notices: Sequence[Notice]) -> list[Line]:
    """Every line of a person: those that stand, and those of which anything was ever written or told."""
    mine = [notice for notice in notices if notice.person == person.ref and notice.cause is not None]
    written = {(notice.cause, notice.kin) for notice in mine if notice.kin is not None}
    reported = {(delivery.cause, delivery.kin) for delivery in person.deliveries if delivery.cause is not None}
    standing = {(determination.id, kin) for determination in person.standing() for kin in recipients(person)}
    return [
        line_of(person, cause, kin, [notice for notice in mine if (notice.cause, notice.kin) == (cause, kin)])
        for cause, kin in sorted((str(cause), str(kin)) for cause, kin in written | reported | standing)
    ]


def line_of(person: Person, cause: str, kin: str, notices: Sequence[Notice]) -> Line:
    determination = person.determinations.get(cause)
    stands = determination.tokens if determination is not None and cause not in person.rescinded else NOTHING
    by_reference = {notice.reference: notice for notice in notices}
    told: Tokens | None = None
    reported: set[str] = set()
    mine = (delivery for delivery in person.deliveries if delivery.kin == kin)
    for delivery in sorted(mine, key=lambda one: _heard(one, by_reference.get(one.notice or ""))):
        if delivery.notice in by_reference:
            notice = by_reference[delivery.notice]
            if notice.kind != "stop":
                told = frozenset(notice.cases)
                reported.add(notice.reference)
        elif delivery.cause == cause and cause in person.statements:
            told = person.stated(cause, delivery.order) if delivery.says == "stands" else NOTHING
    return Line(person, cause, kin, stands, told, tuple(notices), frozenset(reported))


def _heard(delivery: Delivery, notice: Notice | None) -> tuple[datetime, int, WorldOrder]:
    """When the kin heard it: in world order, but no report is of before its notice left, however early the device's clock was.

    Of what was heard at one instant the later of the line counts: its liaison obeys the highest.
    """
    at = delivery.order[0]
    if notice is None or notice.left_at is None:
        return at, 0, delivery.order
    return max(at, notice.left_at), notice.place_in_line or 0, delivery.order


def recipients(person: Person) -> frozenset[str]:
    """The kin who are owed an identification: the PNOK, and whoever is required."""
    required_kin = {kin.ref for kin in person.kin.values() if kin.required}
    return frozenset(required_kin | ({person.pnok} if person.pnok is not None else set()))
