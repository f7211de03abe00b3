"""Corrections: the last in world order stands; what does not fit has no effect and is a discrepancy."""

from itertools import permutations

import pytest

from services.tracker.model.corrections import effective
from services.tracker.model.travel import until
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.test_model_custody import case_of, found

REGISTERED = facts.registered(custodian="unc", at=at(0))
WRONG = "a correction that fits what it corrects"


def custodian(*statements: CloudEvent) -> str | None:
    return case_of(*statements).custody.custodian


def instead(party: str, minute: int, original: CloudEvent = REGISTERED) -> CloudEvent:
    return facts.corrected(original, facts.registered(custodian=party, at=original["time"]), at=at(minute))


def test_what_did_not_occur_is_not_counted() -> None:
    assert custodian(REGISTERED, facts.corrected(REGISTERED, at=at(5))) is None


def test_what_was_incorrect_counts_as_it_is_restated_at_its_own_time() -> None:
    earlier = facts.corrected(REGISTERED, facts.registered(custodian="dpaa", at=at(-60)), at=at(5))
    [event] = effective([facts.event(one) for one in (REGISTERED, earlier)]).events
    assert (event.id, event.occurred_at.isoformat()) == (REGISTERED["id"], at(-60))
    assert custodian(REGISTERED, earlier) == "dpaa"


@pytest.mark.parametrize("order", list(permutations([REGISTERED, instead("usaf", 5), instead("dpaa", 6)])))
def test_of_several_corrections_the_last_in_world_order_stands_in_any_order_of_arrival(order: tuple[CloudEvent, ...]) -> None:
    assert custodian(*order) == "dpaa"


def test_a_correction_that_is_itself_withdrawn_gives_way_to_the_one_before_and_then_to_the_original() -> None:
    first, second = instead("usaf", 5), instead("dpaa", 6)
    no_second = facts.corrected(second, at=at(7))
    assert custodian(REGISTERED, first, second, no_second) == "usaf"
    assert custodian(REGISTERED, first, second, no_second, facts.corrected(first, at=at(8))) == "unc"


def test_the_withdrawal_of_a_withdrawal_brings_the_correction_back() -> None:
    first = instead("usaf", 5)
    withdrawn = facts.corrected(first, at=at(6))
    assert custodian(REGISTERED, first, withdrawn, facts.corrected(withdrawn, at=at(7))) == "usaf"


def test_a_correction_of_what_was_never_filed_does_nothing_until_it_is() -> None:
    assert custodian(instead("usaf", 5)) is None
    assert found(case_of(instead("usaf", 5))) == {}


def test_a_correction_of_an_event_of_another_type_has_no_effect_and_is_a_discrepancy() -> None:
    wrong = instead("usaf", 5)
    wrong["data"]["corrects"]["id"] = "E-seal"
    wrong["id"] = "E-wrong"
    case = case_of(REGISTERED, facts.sealed(id="E-seal", at=at(1)), wrong)
    assert (case.custody.custodian, case.progress) == ("unc", "sealed")
    assert found(case) == {"correction/urn:example:unc#E-wrong": "the event that it names is of another type"}


def test_a_correction_by_a_role_that_may_not_say_the_original_has_no_effect_and_is_a_discrepancy() -> None:
    determined = facts.determined(at=at(1))
    wrong = facts.corrected(determined, at=at(5), id="E-wrong", role="laboratory")
    case = case_of(determined, wrong)
    assert case.progress == "identified"
    assert found(case) == {"correction/urn:example:examiner#E-wrong": "its role may not say what it corrects"}


def test_corrections_in_a_circle_are_ignored_and_flagged() -> None:
    first, second = instead("usaf", 5), facts.corrected(REGISTERED, at=at(6))
    first["id"], second["id"] = "E-1st", "E-2nd"
    for one, other in ((first, second), (second, first)):
        one["data"] |= {"corrects": {"source": other["source"], "id": other["id"], "type": other["type"]}}
        one["data"] |= {"reason": "did_not_occur"}
        one["data"].pop("replacement", None)
    case = case_of(REGISTERED, first, second)
    assert case.custody.custodian == "unc"
    assert set(found(case).values()) == {"part of a circle of corrections"}


def test_a_correction_of_a_correction_in_a_circle_is_not_part_of_it() -> None:
    alone = facts.corrected(REGISTERED, at=at(5), id="E-self")
    alone["data"]["corrects"] = {"source": alone["source"], "id": "E-self", "type": alone["type"]}
    on_it = facts.corrected(alone, at=at(6))
    assert list(found(case_of(REGISTERED, alone, on_it))) == ["correction/urn:example:unc#E-self"]


def test_a_chain_of_five_thousand_corrections_of_corrections_is_resolved_and_looked_back_on() -> None:
    chain = [REGISTERED]
    for _ in range(5_000):
        chain.append(facts.corrected(chain[-1], at=at(len(chain))))
    events = [facts.event(one) for one in chain]
    assert [event.id for event in effective(events).events] == [REGISTERED["id"]]
    assert effective(events[:-1]).events == ()
    assert until(events, events[0].occurred_at) == events
