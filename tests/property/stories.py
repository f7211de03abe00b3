"""Whole stories, drawn by Hypothesis: what happens in the world, and in which order it is filed.

Few cases, few persons, few of everything, so that statements meet. A story that breaks a rule shrinks to the few statements
that matter, and is shown as they were said, a line each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from shared.events.event import Event
from tests import facts
from tests.facts import CloudEvent
from tests.property.plain import Counted, counted

START: Final = datetime(2018, 9, 3, 9, tzinfo=UTC)
MINUTES: Final = st.sampled_from((1, 7, 60, 0, 240, -3, -45, 900))
"""From one statement to the next: mostly onwards, at times at one instant, or by a clock that is behind."""

CASES: Final = ("K-1", "K-2", "K-3")
PERSONS: Final = ("P-0001", "P-0002")
INDIVIDUALS: Final = ("2018-201:I-01", "2018-201:I-02")
PARTIES: Final = ("unc", "usaf", "dpaa-lab")

Thing = TypeVar("Thing")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Teller:
    """Says what happens, one statement after the other, each with an id and an instant of its own."""

    minutes = MINUTES

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.now = START
        self.said: list[CloudEvent] = []

    def one_of(self, things: Sequence[Thing]) -> Thing:
        chosen: Thing = self.draw(st.sampled_from(things))
        return chosen

    def chance(self) -> bool:
        """One time in three."""
        return self.one_of((False, False, True))

    def known(self, name: str) -> list[CloudEvent]:
        """What was said of a type, by its catalogue name."""
        return [each for each in self.said if each["type"] == f"org.rosette.{name}.v1"]

    def next(self, kind: str) -> str:
        """An id that was not used before."""
        return f"{kind}-{len(self.said) + 1}"

    def say(self, build: Callable[..., CloudEvent], *args: Any, **given: Any) -> CloudEvent:
        self.now += timedelta(minutes=self.draw(self.minutes))
        given = {"at": self.now.isoformat(), "id": f"E-{len(self.said) + 1}"} | given
        statement = build(*args, **given)
        self.said.append(statement)
        return statement


Happening = Callable[[Teller], object]


@dataclass(frozen=True)
class Story:
    """What was said, in the order in which it was, and the same as it was filed."""

    said: tuple[CloudEvent, ...]
    order: tuple[int, ...]

    @cached_property
    def events(self) -> list[Event]:
        return [facts.event(statement) for statement in self.said]

    @cached_property
    def counted(self) -> list[Counted]:
        """What counts of it once corrections are applied, in world order, by the judges' own reading."""
        return counted(self.events)

    @cached_property
    def filed(self) -> list[Event]:
        events = self.events
        return [events[place] for place in self.order]

    def __repr__(self) -> str:
        return "Story(\n" + "\n".join(f"  {line(each)}" for each in self.said) + f"\n  filed as {self.order})"


@st.composite
def stories(draw: Draw, *happenings: Happening, begin: Sequence[Happening] = (), fewest: int = 1, most: int = 14) -> Story:
    """Stories of what `happenings` may bring, each as often as it is listed, after what every one begins with."""
    teller = Teller(draw)
    for happen in begin:
        happen(teller)
    for happen in draw(st.lists(st.sampled_from(happenings), min_size=fewest, max_size=most)):
        happen(teller)
    order = list(range(len(teller.said)))
    Random(draw(st.integers(0, 99))).shuffle(order)
    return Story(tuple(teller.said), tuple(order))


def line(statement: CloudEvent) -> str:
    """A statement on one line: when, who, what, and what tells it from others."""
    hidden = ("actor", "reason", "lines", "channel", "basis", "label", "declared_contents", "place", "purpose", "condition")
    data = {name: value for name, value in statement["data"].items() if name not in hidden and value not in ((), [])}
    who = statement["data"]["actor"]["role"]
    return f"{statement['time'][5:16]} {statement['id']} {who}: {statement['type'][12:-3]} {data}"
