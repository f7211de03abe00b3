"""Power cuts in the middle of the story: both services and Redis at once, and everything still arrives once."""

import time

import pytest

from demo.figures import broken
from demo.performance import perform
from demo.processes import House, house
from demo.statements import Act
from demo.story import BEGINS

CUTS = ("55 cases registered", "Two determinations", "One is taken back")
"""Each comes right after intake's answer: what was just accepted is in a stream, and nowhere else yet."""

TO_PUBLIC_AFFAIRS = 2 * 3 + 3
"""Two families' names may be published in three classes; one determination is taken back, which stops its three."""


class PowerCuts:
    """Kills everything but the record after the acts named, and starts it again."""

    def __init__(self, house: House, acts: tuple[str, ...]) -> None:
        self.house = house
        self.left = list(acts)

    def __call__(self, act: Act, _to_come: int) -> None:
        if self.left and act.title == self.left[0]:
            self.left.pop(0)
            self.house.kill()
            self.house.servers.kill_redis()
            self.house.servers.restart_redis()
            self.house.restart()


@pytest.mark.timeout(300)  # four starts of the services, two seconds each on an idle machine
def test_killing_both_services_and_redis_in_the_middle_of_the_story_changes_nothing_that_anybody_is_told() -> None:
    with house(BEGINS) as built:
        cuts = PowerCuts(built, CUTS)
        figures, found = perform(built, time.monotonic(), cuts)
    assert cuts.left == [], "a cut was never made"
    assert broken(figures) == []
    assert figures["identification_mails_per_person"] == [1, 1]
    assert figures["discrepancies_open"] == 0
    assert figures["mails_received"] - figures["alarms_sent"] == 5 + TO_PUBLIC_AFFAIRS
    assert len(set(found.mails)) == len(found.mails)
    ends = {(notice["kind"] == "publication_eligible", notice["state"]) for notice in found.notices.values()}
    assert {state for public, state in ends if not public} <= {"done", "acknowledged", "sent", "cleared"}
    assert {state for public, state in ends if public} == {"sent", "stopped"}
