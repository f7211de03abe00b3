"""The whole story in a house: told, and read back."""

import time
from collections.abc import Callable
from typing import Any

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
        tell(STORY, ENDS, submissions, tracker, Post(house.mailbox, tracker), seen)
        found = gather(tracker, submissions, house.mailbox)
        return figures(found, submissions, time.monotonic() - began), found
