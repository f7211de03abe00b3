"""When the story's sources submit: on the days of the turnover, and then every fourth Thursday for six years.

Few moments, because the story's clock stops at each: what happened between two of them comes together, in any order.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from demo.statements import HAWAII, OSAN, WONSAN, on

BEGINS: Final = on("2018-07-27 08:00", WONSAN)
OPENED_FROM: Final = on("2018-08-06 08:00", HAWAII)
ALL_OPENED: Final = on("2018-10-12 17:00", HAWAII)
"""By then the inventory of all cases is written; nothing is said of an element before."""

TURNOVER_DAYS: Final = (
    on("2018-07-27 20:00", OSAN),
    on("2018-08-01 20:00", OSAN),
    on("2018-08-02 12:00", HAWAII),
)
EVERY: Final = timedelta(days=28)
ROUNDS: Final[tuple[datetime, ...]] = tuple(datetime(2018, 8, 16, 17, tzinfo=UTC) + EVERY * n for n in range(80))
"""17:00 in UTC: every liaison in the directory is on duty then, from New York to Hawaii, and two hours later every family may
be called on. Whoever is to be told second is told before the day ends."""

MOMENTS: Final[tuple[datetime, ...]] = tuple(sorted((*TURNOVER_DAYS, *ROUNDS)))
DETERMINING: Final = range(7, 71, 3)
"""Rounds on which the medical examiner signs; what follows from a signature is settled by the next of them or later."""
CLOSED: Final = ROUNDS[74]
"""The laboratory ends its work on the turnover."""
ENDS: Final = ROUNDS[-1] + timedelta(days=14)

DATES: Final = tuple(ROUNDS[n] + timedelta(days=10) for n in (5, 14, 24, 40, 58, 79))
"""At which the truth states every figure."""

assert all(a < b for a, b in pairwise(MOMENTS))


def within(at: datetime, lateness: timedelta, moments: Sequence[datetime] = MOMENTS) -> Sequence[datetime]:
    """The moments at which something of `at` can be submitted: those within its lateness, or else the next there is."""
    first = bisect_left(moments, at)
    last = bisect_left(moments, at + lateness)
    return moments[first : max(last, first + 1)]
