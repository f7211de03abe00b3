"""Which plot is told of which family and which individual: 93 end identified, 88 attributed, 69 remain, whatever the seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final

from demo.k55.before import told_years_before
from demo.k55.bill import ANYBODY, EARLY, ENDS_IDENTIFIED, ENDS_UNKNOWN
from demo.k55.calendar import ALL_OPENED, DETERMINING, ENDS, ROUNDS
from demo.k55.commingled import as_a_group, divided, parted, refitted
from demo.k55.custody import ABROAD, between
from demo.k55.diary import Entry
from demo.k55.families import Family, family, on_file
from demo.k55.households import clue, plain
from demo.k55.laboratory import DONE_BEFORE, Work
from demo.k55.lives import Life
from demo.k55.numbers import UNNAMED, december, unnamed
from demo.k55.plot import Plot, plot
from demo.k55.portions import portion_at
from demo.k55.remains import Individual, Remains
from demo.k55.reversals import DOUBTED_AFTER, moved

IDENTIFIED: Final = 93
ATTRIBUTED: Final = 88
REMAINING: Final = 69
WAITING: Final = 9
"""Families on file of whose person nothing has been found."""
CHOICES: Final = ("each_time", "each_time", "never", "at_end", "ask_me_first", None)
MOVES: Final = 2
PARTED: Final = 2
"""Twice two families: of one bone, and at one grave."""


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

    def family(self, kin: tuple[int, int] = ANYBODY) -> Family:
        self.families += 1
        return family(self.random, self.families, self.random.randint(*kin))

    def individual(self, elements: int = 1) -> Individual:
        place = next(n for n, one in enumerate(self.individuals) if len(one.elements) >= elements)
        return self.individuals.pop(place)

    def life(self, rounds: Sequence[int], kin: tuple[int, int] = ANYBODY, *, elements: int = 1, late: int = 0) -> Life:
        """A family of so many kin and an individual of so many elements at first, and so many more that are found late."""
        life = Life(self.family(kin), self.individual(elements + late), self.random.choice(rounds), self.random, late)
        later = dict.fromkeys(life.portions, portion_at(life)) if late else {}
        self.works.append(Work(life.individual, life.moment, later, (life.person,)))
        return life


def cast(random: Random, remains: Remains) -> Cast:
    casting = Casting(random, remains)
    parts = [part for part in (*ENDS_IDENTIFIED, *ENDS_UNKNOWN) for _ in range(part.times)]
    plots = [part.tell(casting.life(EARLY, part.kin, late=part.late)) for part in parts]
    plots += [moved(*twice(casting)) for _ in range(MOVES)]
    plots += [as_a_group(*pair(casting)), parted(*pair(casting, DOUBTED_AFTER)), unnamed(casting.life([UNNAMED]))]
    special = sum(part.times for part in ENDS_IDENTIFIED) + MOVES + 2 * PARTED + 1
    # One more on every round first, so that each has somebody, and the rest as it falls.
    rounds = [*DETERMINING, *random.choices(DETERMINING, k=IDENTIFIED - special - len(DETERMINING))]
    plots += [plain(casting.life([n]), random.choice(CHOICES)) for n in rounds]
    plots += [december(rounds.count(UNNAMED) + 1)]
    plots += [told_years_before(replace(unknown(casting), n=random.choice(EARLY)))]
    plots += [clue(replace(unknown(casting), n=random.choice(EARLY)))]
    plots += [plot(on_file(casting.family(), between(random, ALL_OPENED, ROUNDS[40]))) for _ in range(WAITING)]
    attributed = [(casting.individual(), attributed_at(random)) for _ in range(ATTRIBUTED)]
    rest = list(the_rest(casting))
    plots += [plot(fragments(rest))]
    works = [*casting.works, *(Work(one, at) for one, at in attributed), *rest]
    return Cast(tuple(plots), tuple(works), tuple(sorted(attributed, key=lambda each: each[1])))


def twice(casting: Casting) -> tuple[Life, Life]:
    """One individual, taken for the person of one family and then found to be another's."""
    first = casting.life(EARLY, (1, 1))
    second = replace(first, family=casting.family((1, 2)), n=first.n + DOUBTED_AFTER)
    casting.works[-1] = replace(casting.works[-1], persons=(first.person, second.person))
    return first, second


def pair(casting: Casting, later: int = 0) -> tuple[Life, Life]:
    """Two individuals of two families, the second determined so many rounds after the first."""
    first = casting.life(EARLY, (1, 1), elements=2)
    return first, casting.life([first.n + later], (1, 2))


def unknown(casting: Casting) -> Life:
    """A family of whose person no individual is known."""
    return Life(casting.family(), Individual("", ()), 0, casting.random)


def attributed_at(random: Random) -> datetime:
    return between(random, ALL_OPENED + DONE_BEFORE + (ROUNDS[1] - ROUNDS[0]), ABROAD[-1])


def the_rest(casting: Casting) -> Iterator[Work]:
    """Individuals whom nobody has a name or a nation for."""
    for one in casting.individuals:
        yield Work(one, between(casting.random, ROUNDS[9], ENDS))


def fragments(rest: Sequence[Work]) -> Iterator[Entry]:
    """When all is known of them: an element that is two, and two elements that are one."""
    in_time = [work for work in rest if work.by < ROUNDS[70]]
    several = next(work for work in in_time if len(work.individual.elements) > 1)
    single = next(work for work in in_time if work is not several)
    yield divided(single.individual.elements[0], single.by)
    yield refitted(several.individual.elements[:2], several.by)
