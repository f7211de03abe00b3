"""Two hundred stories told at once to two trackers: what happens in each, and what their liaisons do about their mail.

The first chapter of every story is accepted whole, shuffled into all the others, before the clock moves: no settling time ends,
so no family is told, and what is owed can be held against the model. Then the clock moves on in rounds. In each round a few
steps happen in every story; half of what arrives is filed while no family's mail is due, the other half while mail leaves.

What happens is drawn from one seed a story, and mail is read in an order of its own: what differs from run to run is only what
two processes do to each other in one instant. A story keeps the references that all stories have (`P-0001`); in the streams its
number stands behind them (`P-0001.s17`).
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, cast

import orjson
import psycopg
from redis.asyncio import Redis

from services.intake.accept import Accepted, Acceptor
from services.intake.admit import Admitted, Submission, admit
from services.intake.grants import Source
from shared.clock import machine_now
from shared.events import BY_WIRE_NAME
from shared.streams import events_key, seq_key
from shared.terms import ROLES, instant_text
from tests import facts
from tests.facts import CloudEvent
from tests.integration.filing import stream_of
from tests.integration.two_trackers import Pair, reference_of
from tests.integration.what_left import notices_of, shared_by_all, story_of
from tests.unit.later import CALM, WHOLE, with_a_choice
from tests.unit.played import NIGHT_OFF, Liaisons, Mail
from tests.unit.stories import LIAISONS, START, TURNOVER, World

STORIES: Final = 200
FIRST_STEPS, ROUNDS, STEPS_A_ROUND = 9, 7, 3
KILLED_IN: Final = 3
"""The round in which one of the two processes is killed while it sends."""
HOURS_A_ROUND: Final = timedelta(hours=12, minutes=40)
"""Each of its steps is no longer than four hours, and what people say takes seconds."""
DAYS: Final = 40
SAID_TWICE, APPENDED_TWICE, USURPED = 0.2, 0.05, 0.08
"""Of what is said: how much is submitted again, or gets a second number, as where a receipt was lost to a retention run; and in
how many steps the laboratory takes back what only the examiner may."""

OWN: Final = re.compile(r"(?<![\w.-])(P-\d{4}|KIN-\w+|K-\d+|D-\d+|H-\d+|A-\d+|INF-\d+|TO-1|2018-201:I-01)(?![\w-])")
SENDER: Final = Source(
    "stories", ("urn:example",), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({"*"}), ("urn:example",)
)
WITHOUT_ADDRESS: Final = "L-3"
"""The liaison whom the first chapter cannot reach, so that some notices wait for an address."""


def directory(*, whole: bool) -> str:
    """The liaisons of the stories, as the judge knows them; in the first chapter without one address."""
    text = '[offices."default"]\naddress = "duty@rosette.example.org"\nzone = "UTC"\n'
    for ref in LIAISONS:
        hours = '["08:00", "18:00"]' if ref == NIGHT_OFF else '["00:00", "24:00"]'
        text += f'[liaisons."{ref}"]\nservice = "army"\nzone = "UTC"\nduty_hours = [{hours}]\n'
        text += f'address = "{ref}@liaisons.example.org"\n' if whole or ref != WITHOUT_ADDRESS else ""
    return text


def own(number: int, statement: CloudEvent) -> CloudEvent:
    """A statement of a story as it stands in the streams."""
    made: CloudEvent = orjson.loads(OWN.sub(rf"\1.s{number}", orjson.dumps(statement).decode()))
    return made


@dataclass
class Tale:
    """One story: its world, its liaisons, and what was said in it by who may not say it."""

    number: int
    world: World
    liaisons: Liaisons
    usurped: list[CloudEvent] = field(default_factory=list)

    @classmethod
    def begun(cls, number: int) -> "Tale":
        random = Random(number)
        happenings = CALM if random.random() < 0.8 else WHOLE
        world = World(random, registered_with={"turnover": TURNOVER}, happenings=happenings)
        world.begin()
        with_a_choice(world)
        return cls(number, world, Liaisons(world))

    @property
    def said(self) -> list[CloudEvent]:
        return self.world.said + self.usurped

    def step(self) -> None:
        self.world.step()
        if self.world.random.random() < USURPED:
            self._usurp()

    def _usurp(self) -> None:
        if known := self.world.some("identification.determined") + self.world.some("identification.rescinded"):
            original = self.world.random.choice(known)
            self.world.now += timedelta(seconds=1)
            self.usurped.append(facts.corrected(original, role="laboratory", at=self.world.now.isoformat()))

    def act(self) -> None:
        """Liaisons read some of their mail and do some of what it asks for; some report what they never did."""
        acts: list[Callable[[], object]] = [*[self.liaisons.read_one] * 4, *[self.liaisons.act] * 3]
        acts += [self.liaisons.report_too_early, self.world.withdraw_reports]
        for each in self.world.random.choices(acts, k=3):
            each()

    def finish(self) -> None:
        """They read and do everything."""
        while self.liaisons.read_one() or self.liaisons.act():
            pass


@dataclass
class Tellers:
    """All stories, told to a pair of trackers. Who it is told by is drawn from one seed."""

    pair: Pair
    tales: list[Tale] = field(default_factory=lambda: [Tale.begun(number) for number in range(STORIES)])
    random: Random = field(default_factory=lambda: Random(0))
    now: datetime = START
    submitted: list[CloudEvent] = field(default_factory=list)
    appended: int = 0
    refused: int = 0
    doubts: list[tuple[str, bool]] = field(default_factory=list)
    """What nobody knew after the kill, and whether it was in the box."""
    _read: int = 0

    def first_chapter(self) -> None:
        """All of it is accepted, in any order, and filed; no family has been told."""
        for tale in self.tales:
            for _ in range(FIRST_STEPS):
                tale.step()
        self._move(max(tale.world.now for tale in self.tales) + timedelta(minutes=1))
        self._submit([own(tale.number, each) for tale in self.tales for each in tale.world.arriving(all_of_it=True)])
        self._usurp({tale.number: 0 for tale in self.tales})
        self.pair.come_to_rest()

    def second_chapter(self) -> None:
        """Families are told, liaisons report, the truth changes; one process is killed and started again."""
        self.pair.know(directory(whole=True))
        for number in range(ROUNDS):
            self._round(number)

    def come_to_rest(self) -> None:
        """Everything arrives, leaves, is read, done and reported, by day, until nothing is left to do."""
        for _ in range(DAYS):
            here = [own(tale.number, each) for tale in self.tales for each in self._ended(tale)]
            self._move((self.now + timedelta(days=1)).replace(hour=9, minute=0))
            self._submit(here)
            self.pair.come_to_rest()
            self._move(self.now + timedelta(minutes=1))
            self.pair.come_to_rest()
            if not self._deliver() and not here:
                return
        raise AssertionError("telling never comes to rest")

    def _ended(self, tale: Tale) -> list[CloudEvent]:
        tale.world.now = max(tale.world.now, self.now)
        tale.world.withdraw_reports()
        tale.finish()
        return tale.world.arriving(all_of_it=True)

    def _round(self, number: int) -> None:
        usurped = {tale.number: len(tale.usurped) for tale in self.tales}
        for tale in self.tales:
            tale.world.now = max(tale.world.now, self.now)
            for _ in range(STEPS_A_ROUND):
                tale.step()
                tale.act()
        here = [own(tale.number, each) for tale in self.tales for each in tale.world.arriving()]
        self.random.shuffle(here)
        self._move(self.now + HOURS_A_ROUND)
        self._submit(here[::2])
        self.pair.come_to_rest()
        if number == KILLED_IN:
            self.pair.arm()
        self._move(self.now + timedelta(minutes=1))
        self._submit(here[1::2])
        self._usurp(usurped)
        self.pair.come_to_rest()
        self._resolve()
        self._deliver()

    def _move(self, to: datetime) -> None:
        assert all(tale.world.now <= to for tale in self.tales), "nothing is filed before it is said"
        self.now = to
        self.pair.move(to)

    # ------------------------------------------------------------------------------------------------- to the streams
    def _submit(self, statements: Sequence[CloudEvent]) -> None:
        """In an order of its own, some of it twice, some of what was said before once more."""
        self.submitted += statements
        again = self.random.sample(self.submitted, int(SAID_TWICE * len(statements)))
        appended = self.random.sample(self.submitted, int(APPENDED_TWICE * len(statements)))
        self.appended += len(appended)
        said = [*statements, *again]
        self.random.shuffle(said)
        asyncio.run(self._accept(said, appended))

    async def _accept(self, said: Sequence[CloudEvent], appended: Iterable[CloudEvent]) -> None:
        async with Redis.from_url(self.pair.redis_url) as client:
            acceptor = Acceptor(client)
            await acceptor.load()
            for start in range(0, len(said), 100):
                batch = [cast("Admitted", judged(each)) for each in said[start : start + 100]]
                answers = await acceptor.accept(SENDER.slug, batch)
                assert all(isinstance(answer, Accepted) for answer in answers), answers
            for statement in appended:
                await append(client, statement)

    def _usurp(self, known: dict[int, int]) -> None:
        """Intake refuses it. It gets into the stream all the same, as it would by an intake that had a fault."""
        new = [own(tale.number, each) for tale in self.tales for each in tale.usurped[known[tale.number] :]]
        self.refused += sum(not isinstance(judged(each), Admitted) for each in new)
        asyncio.run(self._append(new))

    async def _append(self, statements: Iterable[CloudEvent]) -> None:
        async with Redis.from_url(self.pair.redis_url) as client:
            for statement in statements:
                await append(client, statement)

    # ------------------------------------------------------------------------------------------------- from the mailbox
    def _deliver(self) -> int:
        """What came into the box since is in the hands of the liaisons of its story. Returns how much."""
        came = self.pair.mailbox.messages[self._read :]
        self._read += len(came)
        about = {reference_of(mail) for mail in came}
        with psycopg.connect(self.pair.database_url) as record:
            mails = [Mail(notice) for notice in notices_of(record, about)]
        for mail in sorted(mails, key=lambda one: (one.line, one.place)):
            self.tales[story_of(mail.notice)].liaisons.inbox.append(Mail(shared_by_all(mail.notice)))
        return len(mails)

    def _resolve(self) -> None:
        """An operator asks whether the mail is there, and says so."""
        with psycopg.connect(self.pair.database_url) as record:
            doubtful = record.execute("SELECT reference FROM notice WHERE state = 'in_doubt' ORDER BY no").fetchall()
        there = {reference_of(mail) for mail in self.pair.mailbox.messages}
        for (reference,) in doubtful:
            self.doubts.append((reference, reference in there))
            said = "--sent" if reference in there else "--not-sent"
            self.pair.ask("notices", "resolve", reference, said, "--by", "desk-1")
        if doubtful:
            self.pair.come_to_rest()


def judged(statement: CloudEvent) -> object:
    """What intake makes of a statement."""
    return admit(Submission(statement, "http", instant_text(machine_now())), SENDER)


async def append(client: "Redis", statement: CloudEvent) -> None:
    """As accept does where it has no receipt any more."""
    stream = stream_of(statement)
    epoch = cast("bytes", await client.hget(seq_key(stream), "epoch")).decode()
    seq = await client.hincrby(seq_key(stream), "n", 1)
    await client.xadd(events_key(stream), cast("dict[Any, Any]", facts.entry(statement, seq, epoch)))
