"""Invariant 17: late events recompute; what would have broken an invariant is a visible discrepancy, never dropped."""

from collections.abc import Sequence
from typing import Any, Final

from hypothesis import given

from services.tracker.model.policy import Policy
from shared.events import CaseRegistered, CustodyReleased, HoldPlaced, IdentificationDetermined
from shared.events.event import Event
from tests import facts
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, counted, of
from tests.property.stories import CASES, PARTIES, PERSONS, Story, Teller, stories

POLICY: Final = Policy()
DEFINING: Final = (CustodyReleased, HoldPlaced, IdentificationDetermined)
"""What defines an id: its first use in world order stands."""


def registered_again(tell: Teller) -> None:
    tell.say(facts.registered, tell.one_of(CASES), tell.one_of(PARTIES))


def released_under_one_id(tell: Teller) -> None:
    giver = tell.one_of(PARTIES)
    taker = tell.one_of([party for party in PARTIES if party != giver])
    tell.say(facts.released, tell.one_of(CASES), "T-1", released_by=giver, released_to=taker)


def held_under_one_id(tell: Teller) -> None:
    tell.say(facts.hold_placed, "H-1", tell.one_of(CASES), scope=[tell.one_of(("notify", "move"))])


def determined_under_one_id(tell: Teller) -> None:
    tell.say(facts.determined, tell.one_of(CASES), tell.one_of(PERSONS), "D-1")


TWICE = stories(registered_again, released_under_one_id, held_under_one_id, determined_under_one_id, fewest=2)


def meant(data: Any) -> tuple[str, tuple[Any, ...]]:
    """The id that is defined, and what makes another statement with that id a different one."""
    match data:
        case CustodyReleased():
            return f"transfer/{data.transfer}", (data.released_by, data.released_to)
        case HoldPlaced():
            return f"hold/{data.hold}", (data.scope, data.cases)
        case _:
            return f"determination/{data.determination}", (data.persons, data.cases)


def misused(events: Sequence[Counted]) -> dict[str, set[str]]:
    """Case -> the ids that a statement about it used for something else than their first use in world order."""
    first: dict[str, tuple[Any, ...]] = {}
    found: dict[str, set[str]] = {}
    for each in of(events, *DEFINING):
        id, said = meant(each.data)
        if first.setdefault(id, said) != said:
            for number in each.data.cases:
                found.setdefault(number, set()).add(id)
    return found


@judged
@given(story=TWICE)
def test_an_id_that_is_used_for_two_things_is_seen_on_every_case_of_the_second(story: Story) -> None:
    for known in (story.filed[: len(story.filed) // 2], story.filed):
        record, expected = folded(known), misused(counted(known))
        for number, ids in expected.items():
            found = of_kind(record.cases[number].discrepancies(POLICY), "id_used_twice")
            assert ids <= found, f"{number}: {ids - found} went by unseen"


@judged
@given(story=TWICE)
def test_a_second_registration_is_seen_and_the_first_in_world_order_stands(story: Story) -> None:
    by_case: dict[str, list[Counted]] = {}
    for each in of(story.counted, CaseRegistered):
        by_case.setdefault(each.data.case, []).append(each)
    record = folded(story.filed)
    for number, registrations in by_case.items():
        found = of_kind(record.cases[number].discrepancies(POLICY), "identity")
        assert {"#".join(each.key) for each in registrations[1:]} <= found, number
        assert record.cases[number].label == registrations[0].data.label


def of_kind(discrepancies: Sequence[Any], kind: str) -> set[str]:
    return {each.anchor for each in discrepancies if each.kind == kind and each.open}


def test_what_is_late_is_seen_as_if_it_had_been_on_time() -> None:
    first, second = facts.determined("K-1", "P-0001", "D-1", id="E-1"), facts.determined("K-1", "P-0002", "D-1", id="E-2")
    events: list[Event] = [facts.event(second), facts.event(first)]
    [(_, stands)] = folded(events).cases["K-1"].standing()
    assert stands.persons == ("P-0001",)
