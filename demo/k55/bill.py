"""The plots that are each told of one family, and how often: whose person ends identified, and whose does not."""

from typing import Final, NamedTuple

from demo.k55.calendar import DETERMINING
from demo.k55.households import (
    abroad,
    briefing_declined,
    held,
    held_for_a_while,
    nobody_first,
    out_of_reach,
    pnok_dies,
    relieved,
    required_kin_dies,
    told_by_another,
    without_address,
)
from demo.k55.plot import Tell
from demo.k55.portions import asked_first, asked_for_want_of_a_choice, at_end, each_time, never, padd_dies
from demo.k55.reversals import corrected, excluded, restored, stopped, taken_back_at_once

ANYBODY: Final = (1, 3)
"""A family of one kin, two or three."""
EARLY: Final = DETERMINING[:15]
"""Rounds after which there is time left for whatever a plot needs."""


class Part(NamedTuple):
    """A plot, how often it is told, with how many kin, and how many elements are found later."""

    tell: Tell
    times: int
    kin: tuple[int, int] = ANYBODY
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
    Part(briefing_declined, 2),
    Part(without_address, 1, kin=(1, 1)),
)
ENDS_UNKNOWN: Final = (Part(taken_back_at_once, 1), Part(stopped, 2, kin=(2, 2)), Part(corrected, 2))
