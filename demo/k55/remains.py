"""What was in the 55 cases, as it turned out in the end: 501 elements of 250 individuals. Nobody in the story knows it."""

from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Final

CASES: Final = tuple(f"K55-{number:02}" for number in range(1, 56))
ELEMENTS: Final = 501
INDIVIDUALS: Final = 250
TURNOVER: Final = "TO-2018-07"
ACCESSION: Final = "2018-201"
COMMINGLED: Final = 0.04
"""Share of the further elements of an individual that lie in another case than the first."""
KINDS: Final = ("femur", "tibia", "humerus", "radius", "ulna", "clavicle", "mandible", "os_coxae", "scapula", "cranium")
CLUES: Final = 9
"""Cases in which something else was found too: buttons, boots, a tag."""


@dataclass(frozen=True, slots=True)
class Element:
    number: str
    case: str
    kind: str
    side: str
    mass_mg: int
    samples: int


@dataclass(frozen=True, slots=True)
class Individual:
    """`elements` in the order in which the laboratory finds them to be of one individual."""

    id: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Remains:
    individuals: tuple[Individual, ...]
    clues: tuple[str, ...]
    """Material evidence, each by its own number: `K55-07-M1`."""

    @property
    def elements(self) -> list[Element]:
        return sorted(chain.from_iterable(one.elements for one in self.individuals), key=lambda one: one.number)


def remains(random: Random) -> Remains:
    """Every individual has an element, and every case at least one individual; the rest is as it fell."""
    homes = [*CASES, *random.choices(CASES, k=INDIVIDUALS - len(CASES))]
    random.shuffle(homes)
    owners = [*range(INDIVIDUALS), *random.choices(range(INDIVIDUALS), k=ELEMENTS - INDIVIDUALS)]
    seen: dict[str, int] = {}
    found: dict[int, list[Element]] = {}
    for place, owner in enumerate(owners):
        strayed = place >= INDIVIDUALS and random.random() < COMMINGLED
        case = random.choice(CASES) if strayed else homes[owner]
        seen[case] = seen.get(case, 0) + 1
        found.setdefault(owner, []).append(_element(random, case, seen[case]))
    individuals = tuple(Individual(f"{ACCESSION}:I-{n + 1:03}", tuple(found[n])) for n in range(INDIVIDUALS))
    return Remains(individuals, tuple(f"{case}-M1" for case in sorted(random.sample(CASES, CLUES))))


def _element(random: Random, case: str, number: int) -> Element:
    side = random.choice(("left", "right", "unknown"))
    mass_mg = random.randrange(20_000, 400_000)
    return Element(f"{case}-E{number:02}", case, random.choice(KINDS), side, mass_mg, 1 + (random.random() < 0.6))
