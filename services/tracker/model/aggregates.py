"""The gate of a number: a count from which somebody could make out a person whose name is not public yet (telling, section 8).

It never blocks a name, nor a correction. A period is `2019`, `2019-08` or a day; by any other name it is the whole time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from services.tracker.model.account import persons_identified
from services.tracker.model.publications import Aggregate, Stage
from services.tracker.model.reasons import Reason
from services.tracker.model.scope import Scope

DATED: Final = re.compile(r"\d{4}(-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class AggregateGate:
    """A count and what keeps it from the public. `period` and `stage` None: today's total, before anything was approved.

    `heard`: the public has a number of this period, this one or one before.
    """

    period: str | None
    count: int
    stage: Stage | None
    reasons: tuple[Reason, ...]
    heard: bool = False


def aggregate_gates(scope: Scope, threshold: int) -> tuple[AggregateGate, ...]:
    """Today's total, then each aggregate that was approved or published, by period."""
    total = len(persons_identified(scope))
    return (
        AggregateGate(None, total, None, tuple(_guard(scope, None, total, threshold))),
        *(
            AggregateGate(
                one.period,
                one.count,
                one.stage,
                () if one.published else tuple(_guard(scope, one.period, one.count, threshold)),
                one.period in scope.heard,
            )
            for _, one in sorted(scope.aggregates.items())
        ),
    )


def _guard(scope: Scope, period: str | None, count: int, threshold: int) -> Iterator[Reason]:
    pending = sum(1 for _ in _pending(scope, period))
    if 0 < pending < threshold:
        text = f"{pending} of those counted are not public by name, and so few could be made out"
        yield Reason("aggregate", text, ground=True)
    for other, became in _said_before(scope, period):
        if _nests(other, period) and 0 < abs(other.count - count) < threshold:
            text = f"it differs by {abs(other.count - count)} from the {other.count} {became} for {other.period}"
            yield Reason("aggregate", text, ground=True, event=other.event)


def _said_before(scope: Scope, period: str | None) -> Iterator[tuple[Aggregate, str]]:
    """The numbers that the public has, and those it may get: approved before this one, and neither published nor withdrawn.

    Were two open at once that nest, whoever published both would publish the difference: the later one waits.
    """
    yield from ((other, "published") for other in scope.heard.values())
    for other in takewhile(lambda one: one.period != period, scope.aggregates.values()):
        if not other.published:
            yield other, "approved before, and not published yet,"


def _pending(scope: Scope, period: str | None) -> Iterator[str]:
    """The persons that a count would include who are not public by name."""
    for person, determined_on in persons_identified(scope).items():
        known = scope.publications.get(person)
        if (known is None or not known.named) and _within(determined_on, period):
            yield person


def _nests(other: Aggregate, period: str | None) -> bool:
    """Whether one contains the other: a month lies in its year, and everything in the whole time."""
    mine, theirs = (each if each is not None and DATED.fullmatch(each) else "" for each in (period, other.period))
    return mine.startswith(theirs) or theirs.startswith(mine)


def _within(determined_on: str, period: str | None) -> bool:
    return period is None or DATED.fullmatch(period) is None or determined_on.startswith(period)
