"""What an outcome makes of an attempt and of its notice. Pure: the record writes it under the locks of the person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from services.tracker.model.notices import NoticeState
from services.tracker.notices.outcomes import Accepted, Deferred, Outcome, Refused, Reply, Unknown
from services.tracker.record.attempts import Phase, Standing

OPEN: Final = frozenset[Phase]({"sending", "transmitting", "unknown"})
"""An attempt that still can be concluded. What the server or a person has said of any other stands."""

ON_ITS_WAY: Final = frozenset[NoticeState]({"sending", "transmitting", "in_doubt"})
"""Only from here an attempt moves its notice: a report or a stop may have overtaken it, and then the attempt alone is ended."""

FIRST_BACK_OFF: Final = timedelta(seconds=5)
LONGEST_BACK_OFF: Final = timedelta(minutes=15)
"""Doubling from the first: a greylisting server takes mail after some minutes, and one that is down for a night is not
besieged. A liaison is never more than a quarter of an hour behind a server that works again."""


@dataclass(frozen=True, slots=True)
class Silent:
    """The lease is over and its owner has said nothing: it crashed, or still waits for a server that hangs."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The attempt's phase, the notice's state, and when it may be tried again (machine's clock; None: at once)."""

    phase: Phase
    state: NoticeState
    reply: Reply
    again_at: datetime | None = None


def conclusion(at: Standing, outcome: Outcome | Silent, machine: datetime) -> Conclusion | None:
    """What to write; None where there is nothing to write any more."""
    found = _of_attempt(at, outcome, machine) if at.phase in OPEN else None
    if found is None or at.state in ON_ITS_WAY:
        return found
    return Conclusion(found.phase, at.state, found.reply)


def _of_attempt(at: Standing, outcome: Outcome | Silent, machine: datetime) -> Conclusion | None:
    match outcome:
        case Accepted(reply):
            return Conclusion("accepted", "sent", reply)
        case Refused(reply):
            return Conclusion("refused", "refused", reply)
        case Deferred(reply):
            return Conclusion("deferred", "ready", reply, machine + back_off(at.deferred))
        case Unknown(reply):
            return None if at.phase == "unknown" else Conclusion("unknown", "in_doubt", reply)
        case Silent():
            return _of_silence(at, machine)
    assert_never(outcome)


def _of_silence(at: Standing, machine: datetime) -> Conclusion | None:
    """Before DATA nothing can have left. After it anything can, and only a person may say what did (decision 6)."""
    if at.lease_until is None or at.lease_until > machine or at.phase == "unknown":
        return None
    if at.phase == "sending":
        return Conclusion("deferred", "ready", "lease over")
    return Conclusion("unknown", "in_doubt", "lease over")


def back_off(deferred: int) -> timedelta:
    """How long to wait after a notice was put off, having been put off `deferred` times before."""
    doublings: int = 2 ** min(deferred, 10)
    return min(FIRST_BACK_OFF * doublings, LONGEST_BACK_OFF)
