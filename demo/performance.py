"""The whole story in a house: told, and read back."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from demo.answers import answers
from demo.figures import Found, figures, gather
from demo.processes import House
from demo.reading import Tracker
from demo.statements import Act
from demo.story import ENDS, STORY
from demo.submitting import Submissions
from demo.telling import Post, tell


def perform(house: House, began: float, seen: Callable[[Act, int], None]) -> tuple[dict[str, Any], Found]:
    """Tell the story to its end, and return its figures with what they were counted from.

    Args:
        began: on the monotonic clock, when the run began whose seconds are reported.
        seen: called after each act with the number of acts still to come.

    Raises:
        NotAccepted, Impatient, Standstill: the story could not be told; the services are as it left them.
    """
    with Submissions(house.url("intake"), house.keys) as submissions, Tracker(house.url("tracker")) as tracker:
        tell(STORY, ENDS, submissions, tracker, Post(house.mailbox, partial(answered, tracker)), seen)
        found = gather(tracker, submissions, house.mailbox)
        return figures(found, submissions, time.monotonic() - began), found


def answered(tracker: Tracker, reference: str, at: datetime) -> Iterator[Act]:
    """What follows from the mail about a notice, from what the tracker shows of it."""
    notice = tracker.get(f"/v1/notices/{reference}")
    found = tracker.every("/v1/discrepancies", open="true")
    about = next((each for each in found if each["id"] == notice["subject"]), None)
    return answers(notice, about, at)
