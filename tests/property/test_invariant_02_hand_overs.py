"""Invariant 2: a hand-over is, case by case, the statements that share a transfer, whatever their order or clock."""

from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given

from services.tracker.model.policy import Policy
from shared.events import CustodyAccepted, CustodyRefused, CustodyReleased
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import of
from tests.property.stories import CASES, Story, stories

POLICY = Policy()
TOLERANCE = timedelta(minutes=5)
HAND_OVERS = stories(*what.CUSTODY, *what.CORRECTIONS, begin=[what.all_registered], most=18)


class Said(NamedTuple):
    """When the first release and each acceptance and refusal of a transfer of one case were."""

    released: datetime | None
    accepted: list[datetime]
    refused: list[datetime]


def said(story: Story, number: str, transfer: str) -> Said:
    def times(kind: type[CustodyReleased | CustodyAccepted | CustodyRefused]) -> list[datetime]:
        mine = of(story.counted, kind)
        return [each.at for each in mine if each.data.transfer == transfer and number in each.data.cases]

    return Said(next(iter(times(CustodyReleased)), None), times(CustodyAccepted), times(CustodyRefused))


@judged
@given(story=HAND_OVERS)
def test_released_and_accepted_is_closed_and_refused_is_closed_and_anything_else_is_open(story: Story) -> None:
    cases = folded(story.filed).cases
    for number in CASES:
        spoken_of = {id: said(story, number, id) for id in what.TRANSFERS}
        halves = {id: (one.released is not None, bool(one.accepted)) for id, one in spoken_of.items()}
        still = [id for id, one in spoken_of.items() if halves[id] not in ((False, False), (True, True)) and not one.refused]
        found = cases[number].custody.open_transfers if number in cases else ()
        assert sorted(found) == still, number


@judged
@given(story=HAND_OVERS)
def test_accepted_and_refused_is_a_discrepancy_of_the_hand_over(story: Story) -> None:
    for number, case in folded(story.filed).cases.items():
        open_ones = {each.anchor for each in case.discrepancies(POLICY) if each.kind == "hand_over" and each.open}
        for id in what.TRANSFERS:
            one = said(story, number, id)
            assert (id in open_ones) == (bool(one.accepted) and bool(one.refused)), f"{number} {id}"


@judged
@given(story=HAND_OVERS)
def test_a_wrong_order_is_a_discrepancy_only_beyond_the_tolerance_of_clocks(story: Story) -> None:
    for number, case in folded(story.filed).cases.items():
        found = {each.anchor for each in case.discrepancies(POLICY) if each.kind == "time" and each.open}
        for id in what.TRANSFERS:
            one = said(story, number, id)
            if one.released is None or one.refused or not one.accepted:
                continue
            assert (id in found) == (one.released - one.accepted[0] > TOLERANCE), f"{number} {id}"
