"""Why something may not happen now: in plain words, with the event behind it and the moment it may change by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ReasonCode = Literal[
    "hold",
    "discrepancy",
    "exclusion",
    "other_family",
    "no_pnok",
    "pnok_not_told",
    "own_not_told",
    "pnok_not_corrected",
    "no_liaison",
    "no_address",
    "in_other_hands",
    "election",
    "hours",
    "not_determined",
    "kin_not_told",
    "briefing",
    "name_release",
    "not_directed",
    "aggregate",
    "unfoldable",
    "release",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """One block. `ground` tells a gate that takes the ground from what is in hand (it is stopped) from one that only delays.

    `event` is the (source, id) behind it where one event is; `until` is set where it opens by itself, in UTC.
    """

    code: ReasonCode
    text: str
    ground: bool
    event: tuple[str, str] | None = None
    until: datetime | None = None
