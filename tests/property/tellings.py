"""Stories with the telling that follows: each statement is filed, what is ready leaves, liaisons read and report as drawn.

What left is kept with all that was filed when it did: a judge asks what was known then. In the end everything arrives and every
liaison does what the last mail of a line asks for, until nothing is left to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from services.tracker.model.notices import CLASS_OF, Notice
from shared.events.event import Event
from tests import facts
from tests.facts import CloudEvent
from tests.property.happenings import families
from tests.property.stories import Draw, Teller, line
from tests.unit.played import Desk, Mail

ROUNDS: Final = 60
MOST: Final = 60
"""How many notices may leave at one moment: several times what two families of two kin can be owed."""


@dataclass(frozen=True)
class Leaving:
    """A notice in the moment in which it left, and what was filed by then."""

    notice: Notice
    filed: tuple[Event, ...]
    at: datetime

    @property
    def line(self) -> tuple[str, str, str]:
        return str(self.notice.person), str(self.notice.cause), str(self.notice.kin)


class Played(Teller):
    """A teller whose statements are filed, some of them late, at a desk that tells."""

    minutes = st.sampled_from((1, 7, 60, 240, 900))

    def __init__(self, draw: Draw) -> None:
        super().__init__(draw)
        self.left: list[Leaving] = []
        self.public: list[Leaving] = []
        self.inbox: list[Mail] = []
        self.late: list[CloudEvent] = []
        self.log: list[str] = []
        self.reported: set[str] = set()
        self.on_time = False
        self.desk = Desk(Random(0), self._leaves, self.inbox.append, on_stayed=_never)

    def say(self, build: Callable[..., CloudEvent], *args: Any, **given: Any) -> CloudEvent:
        """A second more each time, so that no two statements are of one instant."""
        self.now += timedelta(seconds=1)
        statement = super().say(build, *args, **given)
        if self.on_time or not self.chance():
            self._file(statement)
        else:
            self.late.append(statement)
        return statement

    def turn(self) -> None:
        """Perhaps something arrives that was late; what is ready leaves."""
        if self.late and self.chance():
            self._file(self.late.pop(0))
        self._dispatch()

    def come_to_rest(self) -> None:
        self.on_time = True
        for _ in range(ROUNDS):
            self.now = (self.now + timedelta(days=1)).replace(hour=9)
            before = len(self.said), len(self.left)
            while self.late:
                self._file(self.late.pop())
            self._dispatch()
            for mail in self.last_mails():
                report(self, mail)
            if (len(self.said), len(self.left)) == before:
                return
        raise AssertionError("telling never comes to rest\n" + "\n".join(self.log))

    def last_mails(self) -> list[Mail]:
        """For each line and liaison the mail that they obey, unless they did."""
        last = {(*mail.line, mail.notice.recipient): mail for mail in sorted(self.inbox, key=lambda one: one.place)}
        return [mail for mail in last.values() if mail.notice.reference not in self.reported]

    def _file(self, statement: CloudEvent) -> None:
        self.log.append(line(statement))
        self.desk.file([statement], self.now)

    def _dispatch(self) -> None:
        until = len(self.left) + MOST
        while self.desk.claim(self.now) or self.desk.attempt(self.now, luck=True):
            assert len(self.left) < until, "at one moment telling never comes to rest\n" + "\n".join(self.log)
        for notice in [
            each for each in self.desk.notices.values() if each.state == "ready" and CLASS_OF[each.kind] == "public"
        ]:
            self.log.append(f"{self.now:%m-%dT%H:%M} {notice.reference} {notice.kind} {notice.subject} of {notice.person}")
            self.public.append(Leaving(notice, tuple(self.desk.filed), self.now))
            self.desk.notices[notice.reference] = replace(notice, state="sent", left_at=self.now)

    def _leaves(self, notice: Notice) -> None:
        self.log.append(f"{self.now:%m-%dT%H:%M} {notice.reference} {notice.kind} of {notice.cause} to {notice.recipient}")
        self.left.append(Leaving(notice, tuple(self.desk.filed), self.now))


@dataclass(frozen=True)
class Telling:
    """What was filed in all, what left, and every notice as it stands in the end."""

    events: tuple[Event, ...]
    left: tuple[Leaving, ...]
    public: tuple[Leaving, ...]
    """What left to public affairs."""
    notices: tuple[Notice, ...]
    log: tuple[str, ...]
    now: datetime

    def __repr__(self) -> str:
        return "Telling(\n  " + "\n  ".join(self.log) + ")"


def report(tell: Teller, mail: Mail) -> None:
    """A liaison does what a mail asks for, and says so: a stop is read, anything else told."""
    assert isinstance(tell, Played)
    person, _, kin = mail.line
    tell.reported.add(mail.notice.reference)
    if mail.notice.kind == "stop":
        tell.say(facts.acknowledged, mail.notice.reference, person, kin=kin)
    else:
        tell.say(facts.delivered, person, kin, notice=mail.notice.reference)


def a_liaison_reports(tell: Teller) -> None:
    assert isinstance(tell, Played)
    if mails := tell.last_mails():
        report(tell, tell.one_of(mails))


@st.composite
def tellings(
    draw: Draw, *happenings: Callable[[Teller], object], begin: Sequence[Callable[[Teller], object]] = (), most: int = 14
) -> Telling:
    """Stories of two families and what `happenings` may bring, told as they come to be known."""
    played = Played(draw)
    played.on_time = True
    for happen in (families, *begin):
        happen(played)
    played.on_time = False
    for happen in draw(st.lists(st.sampled_from((*happenings, a_liaison_reports, a_liaison_reports)), max_size=most)):
        happen(played)
        played.turn()
    played.come_to_rest()
    notices = tuple(played.desk.notices.values())
    return Telling(tuple(played.desk.filed), tuple(played.left), tuple(played.public), notices, tuple(played.log), played.now)


def _never(stayed: Notice) -> None:
    raise AssertionError(f"every mail leaves in these stories: {stayed}")
