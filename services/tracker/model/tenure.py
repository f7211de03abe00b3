"""Who answered for a case from when to when: claims one after the other, without overlap and without gap (invariant 1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from shared.events.event import Event
from shared.terms import Precision

PERIOD: Final[dict[Precision, timedelta]] = {
    "instant": timedelta(0),
    "day": timedelta(days=1),
    "year": timedelta(days=366),
}
"""How long after its place in world order a statement may really have happened."""

End = Literal["returned", "transferred_abroad", "superseded", "consumed"]


class Claim(NamedTuple):
    """A party that answers for the case from `at` on: by a hand-over (`transfer`), a registration, a release or a declaration.

    With `end` nobody of ours does any more, and `party` is None. `until` is the end of the day or year in which the claim may
    have begun: order inside it says nothing. `event` is the statement that made it.
    """

    party: str | None
    transfer: str | None
    at: datetime
    until: datetime
    event: tuple[str, str]
    end: End | None = None


class Weighed(NamedTuple):
    """What is left of a case, in mg; `until` is the end of the day or year in which it was weighed."""

    mg: int
    until: datetime


class Interval(NamedTuple):
    """One custodian, from `since` until `until`, which is None where they answer still."""

    custodian: str
    since: datetime
    until: datetime | None
    transfer: str | None
    event: tuple[str, str]


def claim(event: Event, party: str | None, transfer: str | None = None, end: End | None = None) -> Claim:
    """What a statement claims, at its place in world order."""
    return Claim(party, transfer, event.occurred_at, latest(event), event.key, end)


def latest(event: Event) -> datetime:
    """When an event has happened at the latest, by what is known of its time."""
    return event.occurred_at + PERIOD[event.data.precision]


def intervals(succession: Sequence[Claim], closed: Claim | None) -> Iterator[Interval]:
    """The claims as spans of time; those of nobody of ours are left out, and `closed` ends the last."""
    ends = [*succession, closed] if closed is not None else [*succession]
    for mine, following in pairwise([*ends, None]):
        if mine is not None and mine.party is not None:
            until = following.at if following is not None else None
            yield Interval(mine.party, mine.at, until, mine.transfer, mine.event)


def custodian_at(succession: Sequence[Claim], instant: datetime) -> str | None:
    """Who answered at an instant; outside all that is known, whoever did last before it, or first after it."""
    named = [each for each in succession if each.party is not None]
    before = [each.party for each in named if each.at <= instant]
    return before[-1] if before else next((each.party for each in named), None)
