"""Which plot is told of which family and which individual: 93 end identified, 88 attributed, 69 remain, whatever the seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from demo.k55.calendar import ALL_OPENED, DETERMINING, ENDS, ROUNDS
from demo.k55.custody import ABROAD, between
from demo.k55.families import Family, family, on_file
from demo.k55.households import (
    abroad,
    clue,
    held,
    held_for_a_while,
    nobody_first,
    out_of_reach,
    plain,
    pnok_dies,
    relieved,
    required_kin_dies,
    told_by_another,
)
from demo.k55.laboratory import DONE_BEFORE, Work
from demo.k55.lives import Life
from demo.k55.plot import Plot, Tell, plot
from demo.k55.portions import (
    asked_first,
    asked_for_want_of_a_choice,
    at_end,
    each_time,
    never,
    padd_dies,
    portion_at,
)
from demo.k55.remains import Individual, Remains
from demo.k55.reversals import DOUBTED_AFTER, corrected, excluded, moved, restored, stopped, taken_back_at_once

IDENTIFIED: Final = 93
ATTRIBUTED: Final = 88
REMAINING: Final = 69
WAITING: Final = 9
"""Families on file of whose person nothing has been found."""
CHOICES: Final = ("each_time", "each_time", "never", "at_end", "ask_me_first", None)
EARLY: Final = DETERMINING[:15]
"""Rounds after which there is time left for whatever a plot needs."""


class Part(NamedTuple):
    """A plot, how often it is told, with how many kin, and how many elements are found later."""

    tell: Tell
    times: int
    kin: tuple[int, int] = (1, 3)
    late: int = 0


ENDS_IDENTIFIED: Final = (
    Part(each_time, 3, late=1),
    Part(never, 3, late=1),
    Part(at_end, 2, late=1),
    Part(asked_first, 2, late=1),
    Part(asked_for_want_of_a_choice, 2, late=1),
    Part(padd_dies, 2, kin=(2, 2), late=1),
    Part(restored, 2),
    Part(excluded, 1),
    Part(pnok_dies, 2, kin=(2, 2)),
    Part(required_kin_dies, 2, kin=(2, 3)),
    Part(relieved, 2, kin=(1, 1)),
    Part(out_of_reach, 1, kin=(2, 2)),
    Part(abroad, 2, kin=(1, 1)),
    Part(told_by_another, 2),
    Part(held, 1),
    Part(held_for_a_while, 1),
    Part(nobody_first, 1, kin=(2, 2)),
)
ENDS_UNKNOWN: Final = (Part(taken_back_at_once, 1), Part(stopped, 2, kin=(2, 2)), Part(corrected, 2))
MOVES: Final = 2


@dataclass(frozen=True, slots=True)
class Cast:
    """All plots, what the laboratory has to do for them, and who is attributed when."""

    plots: tuple[Plot, ...]
    works: tuple[Work, ...]
    attributed: tuple[tuple[Individual, datetime], ...]


class Casting:
    """Takes individuals and family numbers off two stacks. Those of several elements serve the plots that need one later."""

    def __init__(self, random: Random, remains: Remains) -> None:
        self.random = random
        self.individuals = list(remains.individuals)
        random.shuffle(self.individuals)
        self.families = 0
        self.works: list[Work] = []

    def family(self, kin: tuple[int, int] = (1, 3)) -> Family:
        self.families += 1
        return family(self.random, self.families, self.random.randint(*kin))

    def individual(self, elements: int = 1) -> Individual:
        place = next(n for n, one in enumerate(self.individuals) if len(one.elements) >= elements)
        return self.individuals.pop(place)

    def life(self, rounds: Sequence[int], part: Part | None = None) -> Life:
        late, kin = (part.late, part.kin) if part is not None else (0, (1, 3))
        life = Life(self.family(kin), self.individual(1 + late), self.random.choice(rounds), self.random, late)
        later = dict.fromkeys(life.portions, portion_at(life)) if late else {}
        self.works.append(Work(life.individual, life.moment, later, (life.person,)))
        return life


def cast(random: Random, remains: Remains) -> Cast:
    casting = Casting(random, remains)
    plots = [part.tell(casting.life(EARLY, part)) for part in (*ENDS_IDENTIFIED, *ENDS_UNKNOWN) for _ in range(part.times)]
    plots += [moved(*twice(casting)) for _ in range(MOVES)]
    special = sum(part.times for part in ENDS_IDENTIFIED) + MOVES
    # One more on every round first, so that each has somebody, and the rest as it falls.
    rounds = [*DETERMINING, *random.choices(DETERMINING, k=IDENTIFIED - special - len(DETERMINING))]
    plots += [plain(casting.life([n]), random.choice(CHOICES)) for n in rounds]
    plots += [clue(replace(unknown(casting), n=random.choice(EARLY)))]
    plots += [plot(on_file(casting.family(), between(random, ALL_OPENED, ROUNDS[40]))) for _ in range(WAITING)]
    attributed = [(casting.individual(), attributed_at(random)) for _ in range(ATTRIBUTED)]
    works = [*casting.works, *(Work(one, at) for one, at in attributed), *the_rest(casting)]
    return Cast(tuple(plots), tuple(works), tuple(sorted(attributed, key=lambda each: each[1])))


def twice(casting: Casting) -> tuple[Life, Life]:
    """One individual, taken for the person of one family and then found to be another's."""
    first = casting.life(EARLY, Part(corrected, 1, kin=(1, 1)))
    second = replace(first, family=casting.family((1, 2)), n=first.n + DOUBTED_AFTER)
    casting.works[-1] = replace(casting.works[-1], persons=(first.person, second.person))
    return first, second


def unknown(casting: Casting) -> Life:
    """A family of whose person no individual is known."""
    return Life(casting.family(), Individual("", ()), 0, casting.random)


def attributed_at(random: Random) -> datetime:
    return between(random, ALL_OPENED + DONE_BEFORE + (ROUNDS[1] - ROUNDS[0]), ABROAD[-1])


def the_rest(casting: Casting) -> Iterator[Work]:
    """Individuals whom nobody has a name or a nation for."""
    for one in casting.individuals:
        yield Work(one, between(casting.random, ROUNDS[9], ENDS))
