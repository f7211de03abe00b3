"""A played record, dispatcher and liaisons around the pure rules of telling: no server, no clock, one seed."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import assert_never

from services.tracker.model import case, person, turnover
from services.tracker.model.case import Case
from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.model.notices import Add, Change, Finish, Join, Notice, Owed, Reopen, Update, Withdraw
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reconcile import reconcile, state_of
from services.tracker.model.register import Record
from services.tracker.model.targets import Target, targets
from services.tracker.model.telling import required
from services.tracker.model.turnover import Turnover
from shared.events.event import Event
from tests import facts
from tests.unit.stories import LIAISONS, World, histories

POLICY = Policy()
NIGHT_OFF = "L-2"
"""The one liaison who keeps duty hours."""
DIRECTORY = Directory(
    liaisons={
        ref: Liaison(ref, f"{ref}@liaisons.example", "UTC", (("08:00", "18:00"),) if ref == NIGHT_OFF else (), "army")
        for ref in LIAISONS
    },
    offices={"default": Office("default", "duty@rosette.example", "UTC")},
)


FOLDS: dict[str, Callable[[str, list[Event]], Person | Case | Turnover]] = {
    "person": person.fold,
    "case": case.fold,
    "turnover": turnover.fold,
}


@dataclass
class Folds:
    """All persons and cases that events are about; what got nothing new is remembered."""

    known: dict[Target, tuple[int, Person | Case | Turnover]] = field(default_factory=dict)
    named: dict[tuple[str, str], Collection[Target]] = field(default_factory=dict)

    def of(self, events: Sequence[Event]) -> Record:
        self.named |= {event.key: targets(event) for event in events if event.key not in self.named}
        for hub, mine in histories(events, self.named).items():
            if self.known.get(hub, (0, None))[0] != len(mine):
                self.known[hub] = len(mine), FOLDS[hub.kind](hub.ref, mine)
        ends = [(hub.ref, end) for hub, (_, end) in self.known.items()]
        return Record(
            persons={ref: end for ref, end in ends if isinstance(end, Person)},
            cases={ref: end for ref, end in ends if isinstance(end, Case)},
            directory=DIRECTORY,
            closed=frozenset(ref for ref, end in ends if isinstance(end, Turnover) and end.closed is not None),
        )


def applied(notices: dict[str, Notice], change: Change) -> None:
    """What the record does for each change."""
    match change:
        case Add(owed):
            reference = f"N-{len(notices) + 1}"
            notices[reference] = _as_owed(Notice(reference, owed.key, owed.kind, "held"), owed)
        case Update(reference, owed):
            notices[reference] = _as_owed(notices[reference], owed)
        case Join(reference, owed):
            notices[reference] = replace(notices[reference], cases=owed.cases, portions=owed.portions)
        case Withdraw(reference):
            notices[reference] = replace(notices[reference], state="withdrawn")
        case Finish(reference, state):
            notices[reference] = replace(notices[reference], state=state)
        case Reopen(reference):
            notices[reference] = replace(notices[reference], state="sent")
        case _:
            assert_never(change)


def _as_owed(notice: Notice, owed: Owed) -> Notice:
    return replace(
        notice,
        kind=owed.kind,
        person=owed.person,
        kin=owed.kin,
        cause=owed.cause,
        recipient=owed.recipient,
        cases=owed.cases,
        portions=owed.portions,
        stops=owed.stops,
        subject=owed.subject,
        reasons=owed.reasons,
        state=state_of(owed),
    )


@dataclass(frozen=True)
class Mail:
    """A notice as it left. Of several of one line the highest `place` is the one to obey."""

    notice: Notice

    @property
    def place(self) -> int:
        return self.notice.place_in_line or 0

    @property
    def line(self) -> tuple[str, str, str]:
        return str(self.notice.person), str(self.notice.cause), str(self.notice.kin)


@dataclass
class Desk:
    """The record and its dispatcher. `on_leave` is asked about every family notice and stop in the moment it is claimed."""

    random: Random
    on_leave: Callable[[Notice], None]
    on_left: Callable[[Mail], None]
    on_stayed: Callable[[Notice], None]
    thorough: bool = True
    """Reconcile twice every time: it costs as much again."""
    filed: list[Event] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    places: Counter[tuple[object, ...]] = field(default_factory=Counter)
    arrived: dict[str, bool] = field(default_factory=dict)
    """Attempts that ended in doubt: whether in truth the mail arrived."""
    folds: Folds = field(default_factory=Folds)
    _record: Record | None = None
    _settled: tuple[int, dict[str, Notice]] | None = None
    _check_at: datetime | None = None

    def file(self, statements: Sequence[facts.CloudEvent], now: datetime) -> None:
        if statements:
            self.filed += [facts.event(statement) for statement in statements]
            self._record = None
        self.settle(now)

    def settle(self, now: datetime, *, anew: bool = False) -> None:
        """Reconcile once, as the record does: after something was filed or became of a notice, or when the check is due.

        A second time there must be nothing left to change.
        """
        seen = (len(self.filed), dict(self.notices))
        if seen == self._settled and not anew and (self._check_at is None or now < self._check_at):
            return
        changes = self._changes(now)
        for change in changes:
            applied(self.notices, change)
        if changes and self.thorough:
            assert self._changes(now) == (), "a second reconciliation changes nothing"
        self._settled = (len(self.filed), dict(self.notices))

    def _changes(self, now: datetime) -> tuple[Change, ...]:
        if self._record is None:
            self._record = self.folds.of(self.filed)
        notices = tuple(self.notices.values())
        found = required(self._record, notices, POLICY, now)
        self._check_at = found.next_check_at
        return reconcile(found, notices)

    # ------------------------------------------------------------------------------------------------- dispatch
    def claim(self, now: datetime) -> bool:
        """Claim one ready notice, stops first, its gate evaluated again; false where nothing is ready."""
        self.settle(now)
        if not self._ready():
            return False
        self.settle(now, anew=True)
        ready = self._ready()
        if not ready:
            return False
        notice = min(ready, key=lambda one: (one.kind != "stop", self.random.random()))
        line = (notice.person, notice.cause, notice.kin)
        self.places[line] += 1
        claimed = replace(notice, state="sending", left_at=now, place_in_line=self.places[line])
        self.on_leave(claimed)
        self.notices[notice.reference] = claimed
        self.settle(now)
        return True

    def _ready(self) -> list[Notice]:
        return [each for each in self.notices.values() if each.state == "ready" and each.kin is not None]

    def attempt(self, now: datetime, *, luck: bool = False) -> bool:
        """One more step of one attempt: it leaves, fails before anything left, is refused, or ends in doubt."""
        going = [each for each in self.notices.values() if each.state in ("sending", "transmitting")]
        if not going:
            return False
        notice = self.random.choice(going)
        if notice.state == "sending" and (luck or self.random.random() < 0.85):
            self.notices[notice.reference] = replace(notice, state="transmitting")
            return True
        if notice.state == "sending":
            self._becomes(notice, "ready")
        else:
            outcome = "sent" if luck else self.random.choices(("sent", "ready", "refused", "in_doubt"), (8, 1, 1, 2))[0]
            if outcome == "in_doubt":
                self.arrived[notice.reference] = self.random.random() < 0.5
            if outcome == "sent" or (outcome == "in_doubt" and self.arrived[notice.reference]):
                self.on_left(Mail(notice))
            self._becomes(notice, outcome)
        self.settle(now)
        return True

    def resolve(self, now: datetime) -> bool:
        """A person finds out what became of an attempt that ended in doubt."""
        doubtful = [each for each in self.notices.values() if each.state == "in_doubt"]
        if not doubtful:
            return False
        notice = self.random.choice(doubtful)
        self._becomes(notice, "sent" if self.arrived[notice.reference] else "ready")
        self.settle(now)
        return True

    def requeue(self, now: datetime) -> bool:
        """What the mail server refused is tried once more."""
        refused = [each for each in self.notices.values() if each.state == "refused"]
        for notice in refused:
            self.notices[notice.reference] = replace(notice, state="ready")
        self.settle(now)
        return bool(refused)

    def _becomes(self, notice: Notice, state: str) -> None:
        self.notices[notice.reference] = replace(notice, state=state)  # type: ignore[arg-type]
        if state in ("ready", "refused"):
            self.on_stayed(notice)


@dataclass
class Liaisons:
    """They read their mail late and in any order, obey the highest place that they read, and report late or too early."""

    world: World
    inbox: list[Mail] = field(default_factory=list)
    read: dict[tuple[object, ...], Mail] = field(default_factory=dict)
    acted: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def read_one(self) -> bool:
        if not self.inbox:
            return False
        mail = self.inbox.pop(self.world.random.randrange(len(self.inbox)))
        line = (*mail.line, mail.notice.recipient)
        if line not in self.read or self.read[line].place < mail.place:
            self.read[line] = mail
        if mail.notice.kind == "stop" or self.world.random.random() < 0.5:
            self.world.say(facts.acknowledged, mail.notice.reference, mail.notice.person, kin=mail.notice.kin)
        return True

    def act(self) -> bool:
        """Do what the highest mail of one line asks for, once."""
        todo = [mail for mail in self.read.values() if mail.notice.kind != "stop" and _done(mail) not in self.acted]
        if not todo:
            return False
        mail = self.world.random.choice(todo)
        self.acted.add(_done(mail))
        if mail.notice.portions:
            self._report(mail)
            return True
        self.world.told(mail.line, frozenset(mail.notice.cases), lambda: self._report(mail))
        return True

    def report_too_early(self) -> None:
        """A report of what has not happened; it is corrected later."""
        todo = [mail for mail in self.read.values() if mail.notice.kind != "stop" and _done(mail) not in self.acted]
        if todo:
            self.world.untrue_reports.append(self._report(self.world.random.choice(todo)))

    def _report(self, mail: Mail) -> facts.CloudEvent:
        return self.world.say(facts.delivered, str(mail.notice.person), str(mail.notice.kin), notice=mail.notice.reference)


def _done(mail: Mail) -> tuple[str, tuple[str, ...]]:
    return mail.notice.reference, mail.notice.cases
