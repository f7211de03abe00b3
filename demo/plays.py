"""The stories that can be shown: the return of 2018, and the account of K55. What a showing needs to know of either."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from demo import cast, story
from demo.figures import broken
from demo.k55 import performance as of_k55
from demo.k55.calendar import BEGINS
from demo.k55.cast import COMPANY
from demo.k55.story import Story
from demo.k55.story import story as story_of
from demo.performance import perform
from demo.processes import House
from demo.screen import Seen, show, show_figures

Name = Literal["return", "k55"]


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of it: the figures, the promises that are not kept, and how to show it to a person."""

    figures: dict[str, Any]
    broken: Sequence[str]
    show: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Play:
    """`length` is how many acts are known before anybody answers a mail."""

    begins: datetime
    company: cast.Company
    length: int
    perform: Callable[[House, float, Seen], Performed]


def play(name: Name, seed: int) -> Play:
    """Of the return there is one story; that of K55 is as the seed wills it."""
    match name:
        case "return":
            return Play(story.BEGINS, cast.COMPANY, len(story.STORY), performed_return)
        case "k55":
            told = story_of(seed)
            return Play(BEGINS, COMPANY, len(told.acts), partial(performed_k55, told))


def performed_return(house: House, began: float, seen: Seen) -> Performed:
    figures, found = perform(house, began, seen)
    return Performed(figures, broken(figures), partial(show, "The return of 2018", figures, found))


def performed_k55(told: Story, house: House, began: float, seen: Seen) -> Performed:
    figures, wrong = of_k55.perform(house, told, began, seen)
    return Performed(figures, wrong, partial(show_figures, "The account of K55", figures))
