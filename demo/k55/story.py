"""The whole story of a seed: what is submitted when, how liaisons behave, and the truth. Pure: one seed, one story."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Final

from demo.cast import Speaker
from demo.k55 import custody, laboratory
from demo.k55.calendar import MOMENTS, within
from demo.k55.cast import LATENESS, UN_COMMAND
from demo.k55.casting import Cast, cast
from demo.k55.conduct import Conducts
from demo.k55.diary import Entry
from demo.k55.remains import Remains, remains
from demo.k55.truth import Truth, truth
from demo.statements import Act, CloudEvent

SENT_TWICE: Final = 0.03
"""Share of the statements that a system sends again later, word for word."""
STUCK: Final = 1_000
"""How often a system that is stuck sends one statement."""
PORTION: Final = 40
"""How many statements a source sends before another has its turn, at most."""


@dataclass(frozen=True, slots=True)
class Story:
    """`acts` are what is submitted whatever happens; the rest answers mails."""

    acts: tuple[Act, ...]
    conducts: Conducts
    truth: Truth


def story(seed: int) -> Story:
    random = Random(seed)
    found = remains(random)
    company = cast(random, found)
    entries = [dated(random, one) for one in entries_of(random, company, found)]
    conducts = {key: conduct for plot in company.plots for key, conduct in plot.conducts.items()}
    once = [(one.sent, one) for one in entries]
    again = [*repeated(random, entries), *stuck(random, entries)]
    return Story(tuple(acts(random, [*once, *again])), conducts, truth(seed, entries, company.plots))


def entries_of(random: Random, company: Cast, found: Remains) -> Iterator[Entry]:
    yield from custody.entries(random, found, company.attributed)
    yield from laboratory.entries(random, found, company.works, company.attributed)
    for plot in company.plots:
        yield from plot.entries


def dated(random: Random, one: Entry) -> Entry:
    """When it is submitted: at one of the moments within what its source may be late."""
    if one.sent_at is not None:
        return one
    return replace(one, sent_at=random.choice(within(one.at, LATENESS[one.speaker])))


def repeated(random: Random, entries: Sequence[Entry]) -> Iterator[tuple[datetime, Entry]]:
    for one in entries:
        if random.random() < SENT_TWICE:
            later = MOMENTS[bisect_right(MOMENTS, one.sent) :]
            yield random.choice(later[:6] or [one.sent]), one


def stuck(random: Random, entries: Sequence[Entry]) -> list[tuple[datetime, Entry]]:
    """One statement of the command, a thousand times at the moment at which it was sent."""
    one = random.choice([each for each in entries if each.speaker is UN_COMMAND])
    return [(one.sent, one)] * STUCK


def acts(random: Random, sent: Iterable[tuple[datetime, Entry]]) -> Iterator[Act]:
    """Everything of one moment in any order, a portion of one source after a portion of another."""
    by_moment = sorted(sent, key=lambda each: each[0])
    for moment, of_moment in groupby(by_moment, key=lambda each: each[0]):
        portions = list(_portions(random, [one for _, one in of_moment]))
        random.shuffle(portions)
        for speaker, statements in portions:
            yield Act(moment, f"{speaker.slug}: {len(statements)}", speaker, statements)


def _portions(random: Random, entries: list[Entry]) -> Iterator[tuple[Speaker, tuple[CloudEvent, ...]]]:
    random.shuffle(entries)
    of_speaker: dict[str, list[Entry]] = {}
    for one in entries:
        of_speaker.setdefault(one.speaker.slug, []).append(one)
    for mine in of_speaker.values():
        for start in range(0, len(mine), PORTION):
            portion = mine[start : start + PORTION]
            yield portion[0].speaker, tuple(one.statement for one in portion)
