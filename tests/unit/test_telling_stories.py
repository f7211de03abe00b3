"""Telling on its own: random stories under a played dispatcher and played liaisons, judged from events and mailbox alone.

Run more with ROSETTE_STORIES=20000; tell one again with ROSETTE_STORY=<seed>.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from services.tracker.model.notices import FIRST, Notice
from shared.events import InformationRecorded
from tests import facts
from tests.unit.judge import Left, Line
from tests.unit.later import CALM, WHOLE, with_a_choice
from tests.unit.played import Desk, Liaisons, Mail
from tests.unit.rules import TO_BE_ASKED, Rules
from tests.unit.stories import PERSONS, START, TURNOVER, World, kin_of

STORIES = int(os.environ.get("ROSETTE_STORIES", "400"))
ONE = os.environ.get("ROSETTE_STORY")
CHUNK = STORIES if ONE else 50
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
        truth = Rules(self.desk.filed, self.left)
        line = (str(notice.person), str(notice.cause), str(notice.kin))
        assert len(self.left.of(line)) < WITHOUT_END, "stops and reinstatements follow each other without end"
        if notice.kind == "stop":
            self._stop_is_justified(truth, line, notice)
        else:
            self._may_leave(truth, line, notice)
            if notice.portions:
                self._ask_is_justified(truth, line, notice)
            elif notice.kind == "correction":
                self._correction_is_justified(truth, line, notice)
            else:
                self._telling_is_justified(truth, line, notice)
        self.left.notices.append(notice)

    def _may_leave(self, truth: Rules, line: Line, notice: Notice) -> None:
        person, _, kin = line
        assert kin not in truth.deaths(person), "the kin has died"
        assert notice.recipient == truth.liaison(person, kin, self.world.now), "it goes to the liaison of now"
        assert not truth.off_duty(notice.recipient, self.world.now), "a family notice keeps duty hours"
        assert not truth.in_hand(line), "something of its line is still in a hand"

    def _correction_is_justified(self, truth: Rules, line: Line, notice: Notice) -> None:
        told, stands = truth.told(line), truth.whole(line)
        assert told is not None
        assert not told <= stands, "the family believes nothing untrue"
        assert frozenset(notice.cases) == told & stands

    def _telling_is_justified(self, truth: Rules, line: Line, notice: Notice) -> None:
        told = truth.told(line)
        assert frozenset(notice.cases) == truth.whole(line), "it tells what stands"
        assert told is None or told < truth.known(line), "the family knows already"
        why = truth.unowed(line, self.world.now) or truth.other_family_wronged(line, self._lines())
        assert why is None, why
        if told is not None:
            assert notice.kind == "reinstatement"
        if notice.kind in FIRST:
            assert not self.left.of(line), "a second first telling"
            assert notice.kind == truth.role(line), f"it is {truth.role(line)}"

    def _ask_is_justified(self, truth: Rules, line: Line, notice: Notice) -> None:
        person, _, kin = line
        now, stands = self.world.now, frozenset[str]()
        for each in truth.portions(person):
            about = person, each.cause, kin
            why = truth.unaskable(about, now)
            assert (why is None) == (each.cause in notice.portions), f"{each.cause}: {why}"
            if why is None:
                stands |= truth.stands(about)
                wronged = truth.other_family_wronged(about, self._lines())
                assert wronged is None, wronged
        assert frozenset(notice.cases) == stands, "it asks about what stands"

    def _stop_is_justified(self, truth: Rules, line: Line, notice: Notice) -> None:
        person, _, kin = line
        now = self.world.now
        held = truth.in_hand(line).get(notice.recipient)
        assert held is not None, "nothing of the line is in that hand"
        assert held.reference == notice.stops
        told, whole, said = truth.told(line), truth.whole(line), frozenset(held.cases)
        if held.portions:
            owed = any(truth.unaskable((person, each, kin), now) is None for each in held.portions)
        elif held.kind == "correction":
            owed = told is not None and not told <= whole and said == told & whole and kin not in truth.deaths(person)
        else:
            says = said == truth.stands(line) | (whole & said)
            owed = says and (told is None or told < truth.known(line)) and truth.unowed(line, now) is None
        same_hand = notice.recipient == truth.liaison(person, kin, now)
        assert not (owed and same_hand), "what is in hand is just what is owed"

    def _lines(self) -> set[Line]:
        return {(str(one.person), str(one.cause), str(one.kin)) for one in self.left.notices} | set(self.world.belief)

    # ------------------------------------------------------------------------------------------------- when all is done
    def everybody_knows_the_truth(self) -> None:
        truth = Rules(self.desk.filed, self.left)
        for line, heard in self.world.belief.items():
            if line[2] in truth.deaths(line[0]):
                continue
            reachable = self._is_reachable(truth, line)
            assert truth.told(line) == heard, f"{line}: what was reported is what was heard"
            assert heard <= truth.whole(line) or not reachable, f"{line}: a family is left believing an untruth"
            if heard < truth.known(line) and reachable:
                assert self._is_delayed(truth, line), f"{line}: stands again, and untold without a reason"
        for person in PERSONS:
            for kin in kin_of(person):
                self._is_told_or_waits(truth, person, kin)

    def _is_told_or_waits(self, truth: Rules, person: str, kin: str) -> None:
        now = self.world.now
        if truth.liaison(person, kin, now) is None:
            return
        causes = [each.cause for each in truth.portions(person)]
        causes += [each.reference for each in truth.all(InformationRecorded) if each.person == person]
        for line in [(person, cause, kin) for cause in causes]:
            if truth.told(line) is not None or not truth.stands(line):
                continue
            why = truth.unowed(line, now)
            if why == TO_BE_ASKED:
                why = truth.unaskable(line, now)
            why = why or truth.other_family_wronged(line, self._lines())
            assert why is not None, f"{line}: stands, and untold without a reason"

    def _is_reachable(self, truth: Rules, line: Line) -> bool:
        """Whether there is a liaison; for a correction also one of the PNOK, who comes first."""
        person, cause, kin = line
        pnok = truth.pnok(person)
        first = (person, cause, str(pnok))
        untrue = not (truth.told(first) or frozenset()) <= truth.whole(first)
        waits = pnok not in (kin, None) and untrue and not truth.is_overridden(person, cause)
        kins = [kin, str(pnok)] if waits else [kin]
        return all(truth.liaison(person, each, self.world.now) is not None for each in kins)

    def _is_delayed(self, truth: Rules, line: Line) -> bool:
        closed = truth.identity_closed(line) or truth.order_closed(line)
        return bool(closed or truth.other_family_wronged(line, self._lines()))

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
        world = a_world(random)
        for _ in range(STEPS):
            world.step()
        in_order = required_after(world.said, random)
        shuffled = random.sample(world.said, k=len(world.said))
        assert required_after(shuffled, random) == in_order, f"story {seed}"
