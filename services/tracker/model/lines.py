"""A line of telling: (person, cause, kin), with what stands, what the family last heard, and what is in hand.

Those three are known apart and never mixed: *stands* comes from the fold, *told* from reports of delivery alone, *in hand* from
the notices that left.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.tracker.model.determinations import ADDED, Portion, Tokens
from services.tracker.model.notices import ARRIVED, FIRST, LEFT, OUT, Notice, NoticeKind
from services.tracker.model.person import Person
from services.tracker.model.reports import Delivery
from shared.events.event import WorldOrder

NOTHING: Tokens = frozenset()
ASK: Final = "ask:"
"""How the cause of an ask begins; the earliest portion in it follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: its key, what stands, what the family last heard, and its notices.

    `stands` is what the cause names; `brought` are the cases that the individuals in it bring. `told` may hold both, since a
    notice names all that it reached when it was claimed. `ever_told` is all that was told of the line by any report. `portion`
    is None for information, for an ask, and for what stands no more. `reported` are the references of notices that were
    reported as delivered; `answered` those of asks that an election answered.
    """

    person: Person
    cause: str
    kin: str
    stands: Tokens
    told: Tokens | None
    notices: tuple[Notice, ...]
    reported: frozenset[str]
    answered: frozenset[str] = frozenset()
    portion: Portion | None = None
    in_hand: tuple[Notice, ...] = ()
    """For each liaison the last notice of the line that is out, unless it is a stop, was reported or was answered.

    A liaison obeys the last of a line: a stop covers all that he got before it, whichever notice it was about.
    """
    ever_told: Tokens = NOTHING
    brought: Tokens = NOTHING

    @property
    def key(self) -> str:
        if self.asks:
            return f"ask/{self.person.ref}/{self.cause.removeprefix(ASK)}/{self.kin}"
        return f"told/{self.person.ref}/{self.cause}/{self.kin}"

    @property
    def asks(self) -> bool:
        return self.cause.startswith(ASK)

    @property
    def informs(self) -> bool:
        return self.cause in self.person.informed and self.cause not in self.person.statements

    @property
    def identifies(self) -> bool:
        """Whether to be told of it is to be told of an identification, or of a portion of one."""
        return not (self.asks or self.informs)

    @property
    def untrue(self) -> bool:
        """The family believes of some case what no longer stands. Who has died believes nothing, and an ask tells nothing."""
        if self.asks or self.kin in self.person.deaths:
            return False
        return self.told is not None and not self.told <= self.whole

    @property
    def whole(self) -> Tokens:
        """All that a telling of it would tell now."""
        return self.stands | self.brought

    @property
    def known(self) -> Tokens:
        """All of that of which the family ought to know: a case that joins an individual later is no telling of its own."""
        return self.stands | (self.brought & self.ever_told)

    def says(self, notice: Notice) -> bool:
        """Whether a notice still tells what stands: what it reached when it was claimed, though more may have joined since."""
        said = frozenset(notice.cases)
        return said == self.stands | (self.brought & said)

    @property
    def ended(self) -> frozenset[str]:
        """Notices that ask nothing of a liaison any more."""
        return self.reported | self.answered

    def left(self) -> Iterator[Notice]:
        return (notice for notice in self.notices if notice.state in LEFT)

    def stops(self) -> Iterator[Notice]:
        return (notice for notice in self.notices if notice.kind == "stop")

    def key_of(self, kind: NoticeKind, recipient: str | None) -> str:
        return self.key if kind in FIRST else self.next_key(kind, recipient)

    def next_key(self, kind: NoticeKind, recipient: str | None) -> str:
        """One more than the greatest number of the kind that left, or that was reported; one that never left is used again."""
        start = f"{kind}/{self.key}/{recipient}/"
        spent = [notice for notice in self.notices if notice.state in LEFT or notice.reference in self.reported]
        numbers = [int(notice.key[len(start) :]) for notice in spent if notice.key.startswith(start)]
        return f"{start}{max(numbers, default=0) + 1}"

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

    def overtaken(self, read: Collection[str]) -> Iterator[str]:
        """Stops whose liaison read, or acted on, something later of the line: mail can overtake itself, and the last counts."""
        for stop in self.stops():
            if any(each.reference in self.reported or each.reference in read for each in self.after(stop)):
                yield stop.reference

    def believed(self, read: Collection[str]) -> Tokens:
        """What the family was told, and what a liaison has in hand to tell them; an ask tells nothing.

        What was stopped is in their mind until the stop is among what was `read`. Who has died believes nothing.
        """
        if self.asks:
            return NOTHING
        told = (self.told or NOTHING) if self.kin not in self.person.deaths else NOTHING
        unread = (each for each in self.stops() if each.state in OUT - {"acknowledged"} and each.reference not in read)
        return told.union(*(notice.cases for notice in (*self.in_hand, *unread)))


def read_of(persons: Iterable[Person], lines: Iterable[Line]) -> frozenset[str]:
    """References of these persons' notices that were read, as was reported or as follows from what was done since.

    `lines` are of theirs.
    """
    reported = frozenset[str]().union(*(person.acknowledged for person in persons))
    return reported.union(*(line.overtaken(reported) for line in lines))


def _order(notice: Notice) -> tuple[bool, datetime | None, int]:
    """As they left; at one instant (a story's clock may stand still) by their place in the line."""
    return notice.left_at is not None, notice.left_at, notice.place_in_line or 0


def lines_of(person: Person, notices: Sequence[Notice]) -> list[Line]:
    """Every line of a person: those that stand, and those of which anything was ever written or told."""
    mine = [notice for notice in notices if notice.person == person.ref and notice.cause is not None]
    portions = {portion.cause: portion for portion in person.portions}
    family = recipients(person) | {kin for kin in (person.padd,) if kin is not None}
    known = {(notice.cause, notice.kin) for notice in mine if notice.kin is not None}
    known |= {(cause, each.kin) for each in person.deliveries if each.cause for cause in (each.cause, ADDED + each.cause)}
    known |= {(cause, kin) for cause in portions for kin in family}
    known |= {(reference, kin) for reference in person.information for kin in informed(person)}
    lines = [
        line_of(person, cause, kin, [each for each in mine if (each.cause, each.kin) == (cause, kin)], portions.get(cause))
        for cause, kin in sorted((str(cause), str(kin)) for cause, kin in known)
    ]
    plain = all(each.stands == each.named and not each.formerly for each in person.portions)
    return [with_what_it_brings(line) for line in (lines if plain else [once(line, lines) for line in lines])]


def once(line: Line, among: Sequence[Line]) -> Line:
    """The line without what another portion tells its kin: what several name is told once, and stays where it was told.

    That is where they were told of it, have it in hand or were asked about it, even if that portion names it no more; else in
    the earliest.
    """
    if line.portion is None:
        return line
    kept, elsewhere = (line.portion.named | line.portion.formerly) & _known_by(line, among), NOTHING
    for other in among:
        portion = other.portion
        if portion is None or other is line or (other.kin, portion.determination) != (line.kin, line.portion.determination):
            continue
        elsewhere |= (portion.named | portion.formerly) & _known_by(other, among)
        elsewhere |= portion.named if portion.first < line.portion.first else NOTHING
    stands = kept | (line.portion.named - elsewhere)
    return replace(line, stands=stands, portion=replace(line.portion, stands=stands))


def _known_by(line: Line, among: Sequence[Line]) -> Tokens:
    """What a kin was told on a line, has in hand of it or was asked about."""
    asks = [other for other in among if other.asks and other.kin == line.kin]
    asked = (
        notice for ask in asks for notice in (*ask.in_hand, *(each for each in ask.notices if each.reference in ask.ended))
    )
    about = (notice for notice in asked if line.cause in notice.portions)
    return (line.told or NOTHING).union(*(notice.cases for notice in (*line.in_hand, *about)))


def line_of(person: Person, cause: str, kin: str, notices: Sequence[Notice], portion: Portion | None) -> Line:
    stands = portion.stands if portion is not None else frozenset({cause} & person.information.keys())
    by_reference = {notice.reference: notice for notice in notices}
    told: Tokens | None = None
    ever_told = NOTHING
    reported: set[str] = set()
    mine = (delivery for delivery in person.deliveries if delivery.kin == kin)
    for delivery in sorted(mine, key=lambda one: _heard(one, by_reference.get(one.notice or ""))):
        if delivery.notice in by_reference:
            notice = by_reference[delivery.notice]
            if notice.kind != "stop":
                told = frozenset(notice.cases)
                reported.add(notice.reference)
        elif delivery.cause is not None and delivery.cause == cause.removeprefix(ADDED):
            told = _said(person, cause, delivery, told)
        ever_told |= told or NOTHING
    answered = frozenset(notice.reference for notice in notices if _is_answered(person, notice))
    in_hand = tuple(_in_hand(notices, reported | answered))
    return Line(person, cause, kin, stands, told, tuple(notices), frozenset(reported), answered, portion, in_hand, ever_told)


def with_what_it_brings(line: Line) -> Line:
    brought = NOTHING if line.portion is None else line.person.reach(line.portion) - line.stands
    return replace(line, brought=brought) if brought else line


def _in_hand(notices: Iterable[Notice], ended: Collection[str]) -> Iterator[Notice]:
    last = {notice.recipient: notice for notice in sorted((each for each in notices if each.state in LEFT), key=_order)}
    for notice in last.values():
        if notice.kind != "stop" and notice.reference not in ended:
            yield notice


def _said(person: Person, cause: str, delivery: Delivery, before: Tokens | None) -> Tokens | None:
    """What a kin knows after a report that names no notice: it speaks of the cause as that was stated by then.

    Of the cases that individuals bring it says nothing: what the kin knew of them they know still.
    """
    if delivery.cause in person.statements:
        stated = person.stated(cause, delivery.order)
    elif delivery.cause in person.informed and delivery.cause == cause:
        stated = frozenset({cause})
    else:
        return before
    if before is None and not stated and cause != delivery.cause:
        return None
    brought = (before or NOTHING) - person.ever_named(cause)
    return stated | brought if delivery.says == "stands" else NOTHING


def _is_answered(person: Person, notice: Notice) -> bool:
    if notice.kind == "stop" or notice.state not in LEFT or notice.left_at is None or not notice.portions:
        return False  # one that was claimed and given back asked nobody
    return person.elections.answer(notice.portions, notice.left_at)


def _heard(delivery: Delivery, notice: Notice | None) -> tuple[datetime, int, WorldOrder]:
    """When the kin heard it: in world order, but no report is of before its notice left, however early the device's clock was.

    Of what was heard at one instant the later of the line counts: its liaison obeys the highest.
    """
    at = delivery.order[0]
    if notice is None or notice.left_at is None:
        return at, 0, delivery.order
    return max(at, notice.left_at), notice.place_in_line or 0, delivery.order


def recipients(person: Person) -> frozenset[str]:
    """The kin who are owed an identification: the PNOK, and whoever is required; nobody who has died."""
    return _living(person, (person.pnok, *(kin.ref for kin in person.kin.values() if kin.required)))


def informed(person: Person) -> frozenset[str]:
    """The kin who are owed information: those of an identification, and those who were PNOK before."""
    return recipients(person) | _living(person, (each.kin for each in person.pnoks))


def _living(person: Person, kin: Iterable[str | None]) -> frozenset[str]:
    return frozenset(each for each in kin if each is not None and each not in person.deaths)
