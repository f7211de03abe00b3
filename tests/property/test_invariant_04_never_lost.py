"""Invariant 4: every case is at any time in exactly one state; remains are never lost without a word."""

from typing import get_args

from hypothesis import given

from services.tracker.model.case import CustodyState
from services.tracker.model.policy import Policy
from shared.events import (
    CaseFound,
    CaseMerged,
    CaseMissingReported,
    CaseSplit,
    CustodyAccepted,
    CustodyDeclared,
    CustodyRefused,
    CustodyReleased,
    CustodyTransferredAbroad,
    HoldLifted,
    HoldPlaced,
    IdentificationDetermined,
    IdentificationRescinded,
    RemainsReturned,
)
from tests.property import happenings as what
from tests.property.constraints import named, refused
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, of
from tests.property.stories import CASES, Story, stories

POLICY = Policy()
LIVED = stories(*what.CUSTODY, *what.LEAVING, what.split, what.merged, what.did_not_occur, begin=[what.all_registered])
RETURNED = stories(
    *(what.returned, what.returned, what.determined_by_name, what.rescinded_, what.held, what.lifted, what.did_not_occur),
    begin=[what.all_registered],
)


def state(events: list[Counted], number: str) -> str:
    """Where a registered case is: the last of what took it out of our custody or brought it back, else held."""
    where, missing = [("", "held")], False
    transfers: dict[str, set[str]] = {}
    for each in events:
        data = each.data
        if isinstance(data, CaseSplit | CaseMerged):
            if number in data.parents:
                return "superseded"
            continue
        if number not in getattr(data, "cases", ()):
            continue
        match data:
            case CustodyReleased(transfer=id):
                transfers.setdefault(id, set()).add("released")
            case CustodyAccepted(transfer=id):
                if ("accepted" not in transfers.get(id, ())) or "taken back" in transfers[id]:
                    where.append((id, "held"))
                transfers.setdefault(id, set()).add("accepted")
                transfers[id].discard("taken back")
            case CustodyRefused(transfer=id):
                where = [one for one in where if one[0] != id]
                transfers.setdefault(id, set()).update(("refused", "taken back"))
            case CustodyDeclared():
                where.append(("", "held"))
                missing = False
            case RemainsReturned() | CustodyTransferredAbroad():
                where.append(("", "returned" if isinstance(data, RemainsReturned) else "transferred_abroad"))
            case CaseMissingReported() | CaseFound():
                missing = isinstance(data, CaseMissingReported)
            case _:
                pass
    if where[-1][1] != "held":
        return where[-1][1]
    if missing:
        return "missing"
    halves = [said & {"released", "accepted"} for said in transfers.values() if "refused" not in said]
    return "in_open_hand_over" if any(len(one) == 1 for one in halves) else "held"


@judged
@given(story=LIVED)
def test_every_case_is_in_just_the_state_that_its_statements_say(story: Story) -> None:
    registered = {each.data.case for each in story.counted if each.data.name == "case.registered"}
    for number, case in folded(story.filed).cases.items():
        assert case.state in get_args(CustodyState)
        if number in registered & set(CASES):
            assert case.state == state(story.counted, number), number


@judged
@given(story=RETURNED)
def test_remains_returned_without_a_determination_or_under_a_hold_are_a_discrepancy(story: Story) -> None:
    events = story.counted
    gone = [(each.data.determination, each.at) for each in of(events, IdentificationRescinded)]
    lifts = {each.data.hold: each.at for each in reversed(of(events, HoldLifted))}
    for number, case in folded(story.filed).cases.items():
        wrong = set()
        for back in of(events, RemainsReturned):
            if number not in back.data.cases:
                continue
            anchor = "#".join(back.key)
            determined = [
                each
                for each in of(events, IdentificationDetermined)
                if number in each.data.cases
                and each.at <= back.at
                and not any(id == each.data.determination and at <= back.at for id, at in gone)
            ]
            wrong |= set() if determined else {anchor}
            for hold in of(events, HoldPlaced):
                binds = number in hold.data.cases and "return" in hold.data.scope and hold.at <= back.at
                if binds and not lifts.get(hold.data.hold, back.at.max.replace(tzinfo=back.at.tzinfo)) <= back.at:
                    wrong.add(f"{hold.data.hold}#{anchor}")
        found = {each.anchor for each in case.discrepancies(POLICY) if each.kind == "return" and each.open}
        assert {one for one in found if "rescinded:" not in one and "removed:" not in one} == wrong, number


def test_the_record_refuses_to_forget_a_case_that_was_ever_named(database_url: str) -> None:
    [number] = named(database_url, "K-1")
    assert refused(database_url, "DELETE FROM target WHERE no = %s", (number,)) == [True]
    assert refused(database_url, "TRUNCATE target CASCADE", ()) == [True]
