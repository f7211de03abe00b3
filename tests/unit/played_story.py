"""One story of telling: random, under a played dispatcher and played liaisons, judged from events and mailbox alone.

Run more with ROSETTE_STORIES=20000; tell one again with ROSETTE_STORY=<seed>. They are told in files of their own, since a file
stays with one worker: two files of stories (`HALVES`), and one of orders.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from services.tracker.model.notices import Notice
from tests import facts
from tests.unit.judge import Left, Line
from tests.unit.justice import everybody_knows_the_truth, is_justified, line_of
from tests.unit.later import CALM, WHOLE, with_a_choice
from tests.unit.played import Desk, Liaisons, Mail
from tests.unit.rules import Rules
from tests.unit.stories import START, TURNOVER, World

STORIES = int(os.environ.get("ROSETTE_STORIES", "2000"))
ONE = os.environ.get("ROSETTE_STORY")
CHUNK = 50
ALL = [range(int(ONE), int(ONE) + 1)] if ONE else [range(n, min(n + CHUNK, STORIES)) for n in range(0, STORIES, CHUNK)]
"""The seeds, a chunk a test."""
HALVES = ALL[: len(ALL) // 2] or ALL, ALL[len(ALL) // 2 :]
STEPS = 36
WITHOUT_END = 40
"""More than anybody would say of one line in a story of this length."""
END = START + timedelta(days=30)


def a_world(random: Random) -> World:
    world = World(random, registered_with={"turnover": TURNOVER}, happenings=CALM if random.random() < 0.6 else WHOLE)
    world.begin()
    with_a_choice(world)
    return world


class Story:
    """One story, played to its end. The judge is asked whenever something leaves."""

    def __init__(self, seed: int) -> None:
        self.world = a_world(Random(seed))
        self.left = Left(lambda reference: self.desk.notices[reference].portions)
        self.liaisons = Liaisons(self.world)
        self.log: list[str] = []
        self.desk = Desk(self.world.random, self.leaves, self.arrives, self.left.back, thorough=seed % 5 == 0)

    def play(self) -> None:
        for _ in range(STEPS):
            self.world.step()
            self._file(all_of_it=False)
            for act in self.world.random.choices(self._acts(), k=3):
                act()
        self._come_to_rest()

    def _acts(self) -> list[Callable[[], object]]:
        desk, now = self.desk, self.world.now
        return [
            *[lambda: desk.claim(now)] * 4,
            *[lambda: desk.attempt(now)] * 6,
            lambda: desk.resolve(now),
            lambda: desk.requeue(now),
            *[self.liaisons.read_one] * 4,
            *[self.liaisons.act] * 3,
            self.liaisons.report_too_early,
            self.world.withdraw_reports,
        ]

    def _file(self, *, all_of_it: bool) -> None:
        here = self.world.arriving(all_of_it=all_of_it)
        for statement in here:
            self.log.append(f"{self.world.now:%d %H:%M} filed {_short(statement)}")
        self.desk.file(here, self.world.now)

    def _come_to_rest(self) -> None:
        """Everything arrives, leaves, is read, done and reported, by day, until nothing is left to do."""
        for _ in range(60):
            day = timedelta(days=1)
            self.world.now = (self.world.now + day).replace(hour=9)
            self.world.withdraw_reports()
            before = len(self.world.said), len(self.left.notices)
            self._file(all_of_it=True)
            now = self.world.now
            while self.desk.resolve(now) or self.desk.claim(now) or self.desk.attempt(now, luck=True):
                pass
            requeued = self.desk.requeue(now)
            while self.liaisons.read_one() or self.liaisons.act():
                pass
            if (len(self.world.said), len(self.left.notices)) == before and not self.world.post and not requeued:
                return
        raise AssertionError("telling never comes to rest")

    # ------------------------------------------------------------------------------------------------- when it leaves
    def arrives(self, mail: Mail) -> None:
        self.log.append(f"{self.world.now:%d %H:%M} arrived {_named(mail.notice)}")
        self.liaisons.inbox.append(mail)

    def leaves(self, notice: Notice) -> None:
        self.log.append(f"{self.world.now:%d %H:%M} leaves {_named(notice)}")
        assert len(self.left.of(line_of(notice))) < WITHOUT_END, "stops and reinstatements follow each other without end"
        is_justified(Rules(self.desk.filed, self.left), notice, self.world.now, self._lines())
        self.left.notices.append(notice)

    def _lines(self) -> set[Line]:
        return {line_of(one) for one in self.left.notices} | set(self.world.belief)

    # ------------------------------------------------------------------------------------------------- when all is done
    def everybody_knows_the_truth(self) -> None:
        everybody_knows_the_truth(Rules(self.desk.filed, self.left), self.world.belief, self.world.now, self._lines())

    def nothing_left_twice(self) -> None:
        keys = [one.key for one in self.left.notices]
        assert len(keys) == len(set(keys)), "one notice left twice"


def tell(seed: int) -> None:
    """Tell a story, and judge it; with all that happened if it breaks a rule."""
    story = Story(seed)
    try:
        story.play()
        story.everybody_knows_the_truth()
        story.nothing_left_twice()
    except AssertionError as broken:
        pytest.fail(f"story {seed}: {broken}\n" + "\n".join(story.log))


def _short(statement: facts.CloudEvent) -> str:
    data = {name: value for name, value in statement["data"].items() if name not in ("actor", "reason", "lines", "channel")}
    return f"{statement['id']} {statement['time'][8:19]} {statement['type'][12:-3]} {data}"


def _named(notice: Notice) -> str:
    return f"{notice.reference} {notice.key} {notice.kind} -> {notice.recipient} {notice.cases} stops={notice.stops}"


def required_after(filed: list[facts.CloudEvent], random: Random) -> set[tuple[object, ...]]:
    """The notices that wait once everything is filed, in steps of a few, with dispatch paused."""
    desk = Desk(random, on_leave=_never, on_left=_never, on_stayed=_never)
    rest = list(filed)
    while rest:
        count = random.randint(1, len(rest))
        desk.file(rest[:count], END)
        rest = rest[count:]
    waiting = (each for each in desk.notices.values() if each.state != "withdrawn")
    return {(one.key, one.kind, one.state, one.recipient, one.cases, one.reasons) for one in waiting}


def _never(left: object) -> None:
    raise AssertionError(f"left while dispatch was paused: {left}")
