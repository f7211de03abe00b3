"""Telling on its own: random stories under a played dispatcher and played liaisons, judged from events and mailbox alone.

Run more with ROSETTE_STORIES=20000; tell one again with ROSETTE_STORY=<seed>.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from services.tracker.model.notices import Notice
from tests import facts
from tests.unit.judge import ADDED, Left, Line, Truth
from tests.unit.played import Desk, Liaisons, Mail
from tests.unit.stories import PERSONS, START, World, kin_of

STORIES = int(os.environ.get("ROSETTE_STORIES", "400"))
ONE = os.environ.get("ROSETTE_STORY")
CHUNK = STORIES if ONE else 50
STEPS = 36
END = START + timedelta(days=30)


class Story:
    """One story, played to its end. The judge is asked whenever something leaves."""

    def __init__(self, seed: int) -> None:
        self.world = World(Random(seed))
        self.left = Left()
        self.liaisons = Liaisons(self.world)
        self.log: list[str] = []
        self.desk = Desk(self.world.random, self.leaves, self.arrives, self.left.back)

    def play(self) -> None:
        self.world.begin()
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
        truth = Truth(self.desk.filed, self.left)
        line = (str(notice.person), str(notice.cause), str(notice.kin))
        if notice.kind == "stop":
            self._stop_is_justified(truth, line, notice)
        else:
            self._telling_is_justified(truth, line, notice)
        self.left.notices.append(notice)

    def _telling_is_justified(self, truth: Truth, line: Line, notice: Notice) -> None:
        person, cause, kin = line
        now = self.world.now
        told, stands, said = truth.told(line), truth.stands(line), frozenset(notice.cases)
        assert notice.recipient == truth.liaison(person, kin, now), "it goes to the liaison of now"
        assert not truth.off_duty(notice.recipient, now), "a family notice keeps duty hours"
        assert not truth.in_hand(line), "something of its line is still in a hand"
        if notice.kind == "correction":
            assert told is not None
            assert not told <= stands, "the family believes nothing untrue"
            assert said == told & stands
            return
        assert said == stands, "it tells what stands"
        assert told is None or told < stands, "the family knows already"
        assert truth.identity_closed(line) is None, truth.identity_closed(line)
        assert truth.order_closed(person, kin) is None, truth.order_closed(person, kin)
        if told is None:
            assert kin in truth.recipients(person), "nobody is owed this"
            assert not truth.briefed(line), "the briefing is closed"
            known = [one for one in truth.standing(person) if self._was_told(truth, person, one, kin)]
            assert not known or cause == truth.head(person, known[0]), "a later portion waits for an election"
        else:
            assert notice.kind == "reinstatement"
        if notice.kind == "identification":
            assert not self.left.of(line), "a second identification"
        assert self._other_family_wronged(truth, line) is None, self._other_family_wronged(truth, line)

    def _other_family_wronged(self, truth: Truth, line: Line) -> str | None:
        """Whether another family still believes, or may be told, that some of these remains are of theirs."""
        over = truth.stands(line) | truth.remains(line)
        read = truth.read()
        for other in self._lines(but=line[0]):
            gone = over - truth.stands(other)
            if (truth.told(other) or frozenset()) & gone:
                return f"{other} was not corrected"
            for notice in self.left.of(other):
                if notice.kind == "stop" and frozenset(notice.cases) & gone:
                    after = self.left.to(other, notice.recipient)
                    if not any(each.reference in read for each in after[after.index(notice) :]):
                        return f"{other} has an unread stop"
            if any(frozenset(notice.cases) & gone for notice in truth.in_hand(other).values()):
                return f"{other} is not stopped"
        return None

    def _stop_is_justified(self, truth: Truth, line: Line, notice: Notice) -> None:
        person, _, kin = line
        now = self.world.now
        held = truth.in_hand(line).get(notice.recipient)
        assert held is not None, "nothing of the line is in that hand"
        assert held.reference == notice.stops
        told, stands, said = truth.told(line), truth.stands(line), frozenset(held.cases)
        if held.kind == "correction":
            owed = told is not None and not told <= stands and said == told & stands
            grounded = True
        else:
            owed = said == stands and (told is None or told < stands)
            closed = bool(stands) and (truth.identity_closed(line) or truth.order_closed(person, kin))
            grounded = not closed and (told is not None or kin in truth.recipients(person))
        same_hand = notice.recipient == truth.liaison(person, kin, now)
        assert not (owed and grounded and same_hand), "what is in hand is just what is owed"

    @staticmethod
    def _was_told(truth: Truth, person: str, determination: str, kin: str) -> bool:
        causes = determination, ADDED + determination
        return any(truth.told((person, cause, kin)) is not None for cause in causes)

    def _lines(self, but: str = "") -> set[Line]:
        known = {(str(one.person), str(one.cause), str(one.kin)) for one in self.left.notices} | set(self.world.belief)
        return {line for line in known if line[0] != but}

    # ------------------------------------------------------------------------------------------------- when all is done
    def everybody_knows_the_truth(self) -> None:
        truth = Truth(self.desk.filed, self.left)
        for line, heard in self.world.belief.items():
            reachable = self._is_reachable(truth, line)
            assert truth.told(line) == heard, f"{line}: what was reported is what was heard"
            assert heard <= truth.stands(line) or not reachable, f"{line}: a family is left believing an untruth"
            if heard < truth.stands(line) and reachable:
                assert self._is_delayed(truth, line), f"{line}: stands again, and untold without a reason"
        for person in PERSONS:
            for kin in kin_of(person):
                self._is_told_or_waits(truth, person, kin)

    def _is_told_or_waits(self, truth: Truth, person: str, kin: str) -> None:
        standing = list(truth.standing(person))
        lines = [(person, truth.head(person, one), kin) for one in standing]
        if not standing or kin not in truth.recipients(person):
            return
        if any(self._was_told(truth, person, one, kin) for one in standing):
            return
        reachable = truth.liaison(person, kin, self.world.now) is not None
        if reachable and not truth.briefed(lines[0]):
            assert self._is_delayed(truth, lines[0]), f"{lines[0]}: stands, and untold without a reason"

    def _is_reachable(self, truth: Truth, line: Line) -> bool:
        """Whether there is a liaison; for a correction also one of the PNOK, who comes first."""
        person, determination, kin = line
        pnok = truth.pnok(person)
        first = (person, determination, str(pnok))
        waits = (
            pnok != kin and not truth.is_overridden(person) and not (truth.told(first) or frozenset()) <= truth.stands(first)
        )
        kins = [kin, str(pnok)] if waits else [kin]
        return all(truth.liaison(person, each, self.world.now) is not None for each in kins)

    def _is_delayed(self, truth: Truth, line: Line) -> bool:
        person, _, kin = line
        closed = truth.identity_closed(line) or truth.order_closed(person, kin)
        return bool(closed or self._other_family_wronged(truth, line))

    def nothing_left_twice(self) -> None:
        keys = [one.key for one in self.left.notices]
        assert len(keys) == len(set(keys)), "one notice left twice"


def _short(statement: facts.CloudEvent) -> str:
    data = {name: value for name, value in statement["data"].items() if name not in ("actor", "reason", "lines", "channel")}
    return f"{statement['id']} {statement['time'][8:19]} {statement['type'][12:-3]} {data}"


def _named(notice: Notice) -> str:
    return f"{notice.reference} {notice.key} {notice.kind} -> {notice.recipient} {notice.cases} stops={notice.stops}"


@pytest.mark.parametrize("first", range(0, STORIES, CHUNK))
def test_in_every_story_each_family_is_told_the_truth_once_and_by_the_rules(first: int) -> None:
    for seed in [int(ONE)] if ONE else range(first, min(first + CHUNK, STORIES)):
        story = Story(seed)
        try:
            story.play()
            story.everybody_knows_the_truth()
            story.nothing_left_twice()
        except AssertionError as broken:
            pytest.fail(f"story {seed}: {broken}\n" + "\n".join(story.log))


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


@pytest.mark.parametrize("first", range(0, STORIES, CHUNK))
def test_invariant_15_every_filing_order_with_dispatch_paused_ends_in_the_same_required_notices(first: int) -> None:
    for seed in [int(ONE)] if ONE else range(first, min(first + CHUNK, STORIES), 5):
        random = Random(seed)
        world = World(random)
        world.begin()
        for _ in range(STEPS):
            world.step()
        in_order = required_after(world.said, random)
        shuffled = random.sample(world.said, k=len(world.said))
        assert required_after(shuffled, random) == in_order, f"story {seed}"
