"""The whole story in a house: told, its liaisons played, read back, and compared with the truth."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from demo.k55.answers import answers
from demo.k55.calendar import ENDS
from demo.k55.conduct import Conducts
from demo.k55.figures import broken, figures, gather
from demo.k55.story import Story
from demo.k55.verdict import differences
from demo.processes import House
from demo.reading import Tracker
from demo.statements import Act
from demo.submitting import Submissions
from demo.telling import Post, tell


def perform(house: House, story: Story, began: float, seen: Callable[[Act, int], None]) -> tuple[dict[str, Any], list[str]]:
    """Tell a story to its end, and return its figures, and where they or the notices are not the truth.

    The truth is written beside the services, which never read it, as `truth.json` in the folder of the house.

    Args:
        began: on the monotonic clock, when the run began whose seconds are reported.
        seen: called after each act with the number of acts still to come.

    Raises:
        NotAccepted, Impatient, Standstill: the story could not be told; the services are as it left them.
    """
    story.truth.write(house.folder / "truth.json")
    with Submissions(house.url("intake"), house.keys) as submissions, Tracker(house.url("tracker")) as tracker:
        post = Post(house.mailbox, partial(answered, tracker, story.conducts))
        tell(story.acts, ENDS, submissions, tracker, post, seen)
        found = gather(tracker, house.mailbox, story.truth)
        stated = figures(found, submissions, time.monotonic() - began)
        return stated, [*broken(stated), *differences(found, story.truth)]


def answered(tracker: Tracker, conducts: Conducts, reference: str, at: datetime) -> Iterable[Act]:
    """What follows from the mail about a notice, from what the tracker shows of it."""
    notice = tracker.get(f"/v1/notices/{reference}")
    about = None
    if notice["kind"] == "discrepancy":
        found = tracker.every("/v1/discrepancies", open="true")
        about = next((each for each in found if each["id"] == notice["subject"]), None)
    return answers(notice, about, at, conducts)
