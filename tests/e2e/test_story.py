"""The demo's own judgement: its story can be read as facts, and its figures would show what went wrong."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from demo.figures import broken
from demo.gates import before_gate
from demo.statements import on
from demo.story import STORY
from demo.story.cases import CASES
from shared import wire
from shared.events import CustodyAccepted, TransportArrived, TransportDeparted, TurnoverDeclared
from shared.events.event import Event

FILED = "2018-09-11T01:30:00+00:00"
LATER = "2018-09-11T12:00:30+00:00"


def read(statement: dict[str, Any]) -> Event:
    return wire.read(orjson.loads(orjson.dumps(statement)))


FACTS = [(act, read(statement)) for act in STORY for statement in act.statements]


def test_nobody_submits_what_has_not_happened_yet() -> None:
    assert [event.key for act, event in FACTS if event.occurred_at > act.at] == []


def test_55_cases_are_declared_against_200_boxes_sent() -> None:
    declared = next(event.data for _, event in FACTS if isinstance(event.data, TurnoverDeclared))
    assert (declared.expected_cases, declared.containers_sent) == (len(CASES), 200)


def test_leaving_osan_and_reaching_hawaii_bear_the_same_local_date_and_follow_each_other() -> None:
    left = [event for _, event in FACTS if isinstance(event.data, TransportDeparted) and event.data.place.startswith("Osan")]
    came = [event for _, event in FACTS if isinstance(event.data, TransportArrived) and event.data.place.startswith("Joint")]
    local = {event.occurred_at.astimezone(ZoneInfo(str(event.data.zone))).date().isoformat() for event in (*left, *came)}
    assert local == {"2018-08-01"}
    assert max(event.occurred_at for event in left) < min(event.occurred_at for event in came)


def test_a_field_batch_comes_five_days_late() -> None:
    late = {event.key for act, event in FACTS if act.at - event.occurred_at >= timedelta(days=5)}
    assert len(late) == 16


def test_one_seal_is_read_otherwise_than_it_was_put_on() -> None:
    seen = {
        seal.case: seal.number
        for _, event in FACTS
        if isinstance(event.data, CustodyAccepted) and event.data.accepted_by == "dpaa-laboratory"
        for seal in event.data.seals_seen
    }
    assert [case for case in CASES if seen[case] != f"UNC-00{case[-2:]}"] == ["K55-17"]


# ------------------------------------------------------------------------------------------------- the judge of gates
def notice(kind: str = "identification", left_at: str = LATER) -> dict[str, Any]:
    return {"person": "P-0001", "kin": "KIN-1", "cause": "D-1", "kind": kind, "left_at": left_at}


def person(**filed: str) -> dict[str, Any]:
    """A person whose timeline holds every fact that a telling needs, filed at `FILED` unless said otherwise."""
    facts = {
        "kin.registered": {"kin": "KIN-1"},
        "pnok.designated": {"kin": "KIN-1"},
        "liaison.assigned": {},
        "identification.determined": {"determination": "D-1"},
        "identification.rescinded": {"determination": "D-1"},
    }
    timeline = [
        {"name": name, "data": data, "filed_at": at}
        for name, data in facts.items()
        if (at := filed.get(name.replace(".", "_"), FILED))
    ]
    return {"ref": "P-0001", "timeline": timeline, "determinations": [{"id": "D-1", "cases": ["K55-17"]}]}


def discrepancy(resolved_at: str | None, opened_at: str = FILED) -> dict[str, Any]:
    return {"subject": "K55-17", "opened_at": opened_at, "resolved_at": resolved_at}


def test_a_mail_that_leaves_after_everything_it_waited_for_is_in_order() -> None:
    assert not before_gate(notice(), [person()], [discrepancy(LATER)])


@pytest.mark.parametrize("fact", ["kin_registered", "pnok_designated", "liaison_assigned", "identification_determined"])
def test_a_mail_that_leaves_before_a_fact_of_its_gate_is_filed_is_counted(fact: str) -> None:
    assert before_gate(notice(left_at="2018-09-11T02:00:00+00:00"), [person(**{fact: LATER})], [])


def test_a_fact_that_is_filed_again_after_the_mail_does_not_hide_the_first() -> None:
    assigned_again = {"name": "liaison.assigned", "data": {}, "filed_at": "2018-09-12T00:00:00+00:00"}
    of_two = person()
    of_two["timeline"].append(assigned_again)
    assert not before_gate(notice(), [of_two], [])
    of_two["timeline"] = [
        each for each in of_two["timeline"] if each["filed_at"] != FILED or each["name"] != "liaison.assigned"
    ]
    assert before_gate(notice(), [of_two], [])


@pytest.mark.parametrize("fact", ["pnok_designated", "identification_determined"])
def test_a_mail_without_a_fact_of_its_gate_is_counted(fact: str) -> None:
    assert before_gate(notice(), [person(**{fact: ""})], [])


def test_a_mail_that_leaves_over_an_open_discrepancy_is_counted_and_a_correction_waits_for_none() -> None:
    assert before_gate(notice(), [person()], [discrepancy(None)])
    assert not before_gate(notice(), [person()], [discrepancy(None, opened_at="2018-09-12T00:00:00+00:00")])
    assert not before_gate(notice(kind="correction"), [person()], [discrepancy(None)])


def test_a_correction_that_leaves_before_the_rescission_is_filed_is_counted() -> None:
    assert before_gate(notice("correction", left_at="2018-09-11T02:00:00+00:00"), [person(identification_rescinded=LATER)], [])


GOOD = {
    "cases": 55,
    "events_sent": 10,
    "events_applied": 8,
    "duplicates": 2,
    "quarantined": 0,
    "discrepancies_resolved": 1,
    "notices_sent": 3,
    "mails_received": 3,
    "identification_mails_per_person": [1, 1],
    "corrections": 1,
    "mails_before_gate": 0,
}


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("cases", 54),
        ("events_applied", 7),
        ("quarantined", 1),
        ("discrepancies_resolved", 0),
        ("mails_received", 4),
        ("identification_mails_per_person", [2, 1]),
        ("identification_mails_per_person", []),
        ("corrections", 0),
        ("mails_before_gate", 1),
    ],
)
def test_a_figure_that_is_wrong_breaks_a_promise(figure: str, value: Any) -> None:
    assert broken(GOOD) == []
    assert len(broken(GOOD | {figure: value})) == 1


def test_local_times_are_those_of_the_place() -> None:
    assert on("2018-08-01 08:30", "Pacific/Honolulu") == datetime.fromisoformat("2018-08-01T18:30:00+00:00")
