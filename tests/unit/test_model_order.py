"""Invariant 15: any order and any steps in which the same facts arrive end in the same cases, persons and turnovers."""

from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.tracker.model import case as case_
from services.tracker.model import descent
from services.tracker.model import person as person_
from services.tracker.model import turnover as turnover_
from services.tracker.model.corrections import effective
from services.tracker.model.lineage import first_origin
from services.tracker.model.targets import Target
from shared.events.event import Event, world_order
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at, histories

CASES = st.sampled_from(["K-1", "K-2", "K-3"])
PERSONS = st.sampled_from(["P-0001", "P-0002"])
PARTIES = ["unc", "usaf", "dpaa"]
IDS = st.sampled_from(["1", "2"])
SOME_CASES = st.lists(CASES, min_size=1, max_size=2, unique=True)
EXPECTED: st.SearchStrategy[int | list[str]] = st.sampled_from([2, ["K-1", "K-2"]])
MOMENTS = st.integers(0, 6).map(at)
"""Few, so that many facts fall on one instant."""


def _pair(draw: st.DrawFn) -> tuple[str, str]:
    first, second = draw(st.permutations(PARTIES))[:2]
    return first, second


@st.composite
def statements(draw: st.DrawFn) -> CloudEvent:
    """Any fact about three cases and two persons; ids are few, so that they meet and are used twice."""
    when: dict[str, Any] = {
        "at": draw(MOMENTS),
        "precision": draw(st.sampled_from(["instant", "instant", "day"])),
        "zone": "Asia/Seoul",
    }
    case, person, number, cases = draw(CASES), draw(PERSONS), draw(IDS), draw(SOME_CASES)
    giver, taker = _pair(draw)
    of_the_case: dict[str, Any] = {"individual": facts.ABSENT, "case": case, "person": person}
    one, other = draw(st.permutations(["K-1", "K-2", "K-3"]))[:2]
    hold = draw(st.sampled_from([f"H-{number}", f"rescinded:D-{number}", f"removed:D-{number}"]))
    who = draw(st.sampled_from(["laboratory", "medical_examiner"]))
    kin = f"KIN-{number}"
    by_line = {"line": {"cause": f"D-{number}"}, "says": "stands"}
    builders = [
        lambda: facts.turnover("TO-1", draw(EXPECTED), **when),
        lambda: facts.registered(case, giver, turnover="TO-1", **when),
        lambda: facts.sealed(case, number, **when),
        lambda: facts.released(transfer=f"T-{number}", cases=cases, released_by=giver, released_to=taker, **when),
        lambda: facts.accepted(transfer=f"T-{number}", cases=cases, accepted_by=taker, **when),
        lambda: facts.refused(transfer=f"T-{number}", cases=cases, **when),
        lambda: facts.declared(custodian=giver, cases=cases, **when),
        lambda: facts.departed(cases=cases, **when),
        lambda: facts.arrived(cases=cases, **when),
        lambda: facts.discrepancy_reported(case, anchor=number, observed=giver, **when),
        lambda: facts.discrepancy_resolved(f"case:{case}/count/{number}", **when),
        lambda: facts.hold_placed(f"H-{number}", cases=cases, authority=giver, stream="identification", **when),
        lambda: facts.hold_lifted(hold, "identification", authority=giver, role=who, **when),
        lambda: facts.reviewed(cases=cases, turnover="TO-1", human=number == "1", **when),
        lambda: facts.accessioned(cases=cases, **when),
        lambda: facts.associated(case, f"I-{number}", **when),
        lambda: facts.dissociated(case, f"I-{number}", **when),
        lambda: facts.evidence(f"I-{number}", person, **when),
        lambda: facts.excluded(f"I-{number}", person, **when),
        lambda: facts.exclusion_withdrawn(f"I-{number}", person, **when),
        lambda: facts.determined(cases=cases, person=person, determination=f"D-{number}", **when),
        lambda: facts.determined(cases=[], individuals=[f"I-{number}"], person=person, determination="D-3", **when),
        lambda: facts.rescinded(f"D-{number}", **when),
        lambda: facts.amended(f"D-{number}", f"A-{number}", added={"cases": cases}, **when),
        lambda: facts.amended(f"D-{number}", f"A-{number}", removed={"cases": cases}, **when),
        lambda: facts.opened(case, seals_removed=[{"number": number, "position": "lid"}], **when),
        lambda: facts.missing(cases=cases, **when),
        lambda: facts.found(cases=cases, **when),
        lambda: facts.transferred_abroad(cases=cases, **when),
        lambda: facts.returned(cases=cases, **when),
        lambda: facts.attributed(individuals=[f"I-{number}"], cases=cases, **when),
        lambda: facts.inventoried(one, other, **when),
        lambda: facts.split(one, other, f"{one}-{number}", **when),
        lambda: facts.merged(f"M-{number}", one, other, **when),
        lambda: facts.sample_cut(one, other, mass_mg=5, remaining_mg=int(number), **when),
        lambda: facts.sample_reported(case, draw(st.sampled_from(["profile", "consumed"])), **when),
        lambda: facts.excluded(**of_the_case, **when),
        lambda: facts.mni("TO-1", int(number), **when),
        lambda: facts.project_closed("TO-1", **when),
        lambda: facts.kin(person, kin, required=number == "1", **when),
        lambda: facts.pnok(person, kin, **when),
        lambda: facts.liaison(person, f"L-{number}", **when),
        lambda: facts.delivered(person, kin, **by_line, **when),
        lambda: facts.briefed(person, f"D-{number}", kin=kin, **when),
    ]
    return draw(st.sampled_from(builders))()


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Facts, and corrections of some of them and of each other, no event twice."""
    told = draw(st.lists(statements(), min_size=1, max_size=14))
    for _ in range(draw(st.integers(0, 4))):
        original = draw(st.sampled_from(told))
        same_type = [one for one in told if one["type"] == original["type"] and "record.corrected" not in one["type"]]
        restated = draw(st.sampled_from([None, *same_type]))
        told = [*told, facts.corrected(original, restated, at=draw(MOMENTS))]
    return [facts.event(one) for one in told]


def came_out_of_another(number: str, mine: list[Event]) -> bool:
    return first_origin(number, effective(mine).events) is not None


def folded(events: list[Event]) -> dict[Target, object]:
    """Every case, person and turnover that the events are about."""
    ends: dict[Target, object] = {}
    known = histories(events)
    cases = descent.fold({hub.ref: mine for hub, mine in known.items() if hub.kind == "case"})
    for hub, mine in known.items():
        match hub.kind:
            case "case":
                ends[hub] = cases[hub.ref]
            case "person":
                ends[hub] = person_.fold(hub.ref, mine)
            case _:
                ends[hub] = turnover_.fold(hub.ref, mine)
    return ends


@settings(max_examples=60, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_invariant_15_any_order_of_arrival_ends_in_the_same_cases_persons_and_turnovers(
    told: list[Event], random: Random
) -> None:
    ends = folded(told)
    assert folded(random.sample(told, k=len(told))) == ends
    for hub, mine in histories(told).items():
        shuffled = random.sample(mine, k=len(mine))
        if not (hub.kind == "case" and came_out_of_another(hub.ref, mine)):
            assert folded(shuffled)[hub] == ends[hub], "its own history is all that a fold needs"


@settings(max_examples=60, deadline=None)
@given(stories())
def test_invariant_15_one_step_at_a_time_ends_where_the_whole_fold_does(told: list[Event]) -> None:
    for hub, mine in histories(told).items():
        counted = effective(mine)
        uncorrected = counted.ever is counted.events
        if hub.kind == "case" and uncorrected and not came_out_of_another(hub.ref, mine):
            stepped = case_.Case(hub.ref)
            for event in sorted(mine, key=world_order):
                stepped = case_.advance(stepped, event)
            assert stepped == case_.fold(hub.ref, mine)


@settings(max_examples=60, deadline=None)
@given(stories())
def test_invariant_1_one_custodian_at_every_instant_and_only_of_those_who_claimed_the_case(told: list[Event]) -> None:
    for hub, mine in histories(told).items():
        if hub.kind == "case":
            case = case_.fold(hub.ref, mine)
            spans = case.custody.intervals()
            assert {each.custodian for each in spans} <= {*PARTIES}
            assert all(one.until is not None and one.until <= then.since for one, then in pairwise(spans))
            ended = ("unregistered", "returned", "transferred_abroad", "superseded", "consumed")
            assert (case.state in ended) == (case.custody.custodian is None)
            still_open = {id for id, transfer in case.custody.transfers.items() if transfer.open}
            assert case.custody.open_transfers == tuple(sorted(still_open))
