"""Invariant 3: a child starts with its parent's custodian of that instant, and holds, exclusions and masses follow it."""

from collections.abc import Iterable
from datetime import datetime

from hypothesis import given

from services.tracker.model.policy import Policy
from shared.events import (
    CaseInventoried,
    CaseMerged,
    CaseRegistered,
    CaseSplit,
    CustodyAccepted,
    CustodyDeclared,
    CustodyReleased,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
    SampleCut,
)
from tests.property import happenings as what
from tests.property.constraints import named, refused
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, of
from tests.property.stories import Story, stories

POLICY = Policy()
BEGIN = [what.all_registered]
HANDED_ON = stories(*what.LINEAGE, what.released, what.accepted, what.declared, what.did_not_occur, begin=BEGIN)
BOUND = stories(
    *(*what.LINEAGE, what.held, what.held, what.lifted, what.excluded_case, what.excluded_case, what.exclusion_withdrawn),
    what.did_not_occur,
    begin=BEGIN,
)
CIRCLES = stories(what.split, what.merged, *[what.descended_from_known] * 3, what.did_not_occur, begin=BEGIN)
WEIGHED = stories(what.sampled, what.sampled, what.did_not_occur, begin=BEGIN)
ORIGINS = (CaseInventoried, CaseSplit, CaseMerged, SampleCut)


def parents_and_children(event: Counted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    match event.data:
        case CaseInventoried(parent=parent, cases=found):
            return (parent,), tuple(each.case for each in found)
        case SampleCut(parent=parent, sample=sample):
            return (parent,), (sample,)
        case _:
            return event.data.parents, event.data.children


class Family:
    """What every case came out of, by the first statement that says so, unless that closes a circle."""

    def __init__(self, events: list[Counted]) -> None:
        self.events = events
        self.origins: dict[str, Counted] = {}
        self.parents: dict[str, set[str]] = {}
        self.circles: set[str] = set()
        for event in of(events, *ORIGINS):
            for child in (one for one in parents_and_children(event)[1] if one not in self.origins):
                self.origins[child] = event
        for child, event in sorted(self.origins.items(), key=lambda each: (each[1].place, each[0])):
            for parent in sorted(parents_and_children(event)[0]):
                if child in self.above(parent) | {parent}:
                    self.circles.add(child)
                else:
                    self.parents.setdefault(child, set()).add(parent)

    def above(self, number: str) -> set[str]:
        found: set[str] = set()
        for parent in self.parents.get(number, ()):
            found |= {parent} | self.above(parent)
        return found

    def custodian(self, number: str, instant: datetime) -> str | None:
        """Who answered for a case at an instant, or, where nobody is known to have before it, whoever was the first."""
        claims = self.claims(number)
        return next((party for at, party in reversed(claims) if at <= instant), claims[0][1] if claims else None)

    def claims(self, number: str) -> list[tuple[datetime, str]]:
        claims: list[tuple[datetime, str]] = []
        closed: Counted | None = None
        accepted: set[str] = set()
        for each in self.events:
            if self.origins.get(number) is each and not claims:
                answering = {self.custodian(parent, each.at) for parent in self.parents.get(number, ())}
                parties = sorted(party for party in answering if party is not None)
                claims += [(each.at, parties[0] if len(parties) == 1 else each.data.actor.ref)] if parties else []
            if closed is not None and not isinstance(each.data, CaseRegistered):
                continue
            match each.data:
                case CaseRegistered(case=case, custodian=party) if case == number and not claims:
                    claims.append((each.at, party))
                case CustodyDeclared(cases=cases, custodian=party) if number in cases:
                    claims.append((each.at, party))
                case CustodyReleased(cases=cases, released_by=party) if number in cases and not claims:
                    claims.append((each.at, party))
                case CustodyAccepted(cases=cases, transfer=id, accepted_by=party) if number in cases and id not in accepted:
                    claims.append((each.at, party))
                    accepted.add(id)
                case CaseSplit(parents=parents) | CaseMerged(parents=parents) if number in parents:
                    closed = each
                case _:
                    pass
        return claims


@judged
@given(story=HANDED_ON)
def test_a_child_starts_with_its_parents_custodian_of_that_instant(story: Story) -> None:
    family = Family(story.counted)
    for number, case in folded(story.filed).cases.items():
        spans = [(each.since, each.custodian) for each in case.custody.intervals()]
        assert spans == family.claims(number), number
        parties = {family.custodian(up, family.origins[number].at) for up in family.parents.get(number, ())} - {None}
        differ = any(each.kind == "parents_differ" and each.open for each in case.discrepancies(POLICY))
        assert differ == (len(parties) > 1), f"{number} of parents that are with {parties}"


@judged
@given(story=BOUND)
def test_a_hold_reaches_all_that_came_out_of_the_case_whenever_it_is_known(story: Story) -> None:
    family = Family(story.counted)
    lifted = {(each.data.hold, each.data.stream, each.data.authority) for each in of(story.counted, HoldLifted)}
    held = [each.data for each in of(story.counted, HoldPlaced) if "notify" in each.data.scope]
    for number, case in folded(story.filed).cases.items():
        mine = family.above(number) | {number}
        binding = {each.hold for each in held if mine & set(each.cases)}
        binding -= {each.hold for each in held if (each.hold, each.stream, each.authority) in lifted}
        assert {id for id, _ in case.holds.active("notify")} == binding, number


@judged
@given(story=BOUND)
def test_an_exclusion_reaches_all_that_came_out_of_the_case_and_a_samples_its_element(story: Story) -> None:
    family = Family(story.counted)
    excluded: set[tuple[str, str]] = set()
    for each in of(story.counted, ExclusionRecorded, ExclusionWithdrawn):
        if each.data.case is not None:
            add = isinstance(each.data, ExclusionRecorded)
            (excluded.add if add else excluded.discard)((each.data.case, each.data.person))
    cuts = {(each.data.parent, each.data.sample) for each in of(story.counted, SampleCut)}
    for number, case in folded(story.filed).cases.items():
        mine = same_remains(family.above(number) | {number}, cuts)
        assert {person for _, person in case.excluded()} == {person for one, person in excluded if one in mine}, number


def same_remains(cases: Iterable[str], cuts: set[tuple[str, str]]) -> set[str]:
    """With these cases all samples of them, and samples of samples: of the same remains."""
    found = set(cases)
    while more := {sample for parent, sample in cuts if parent in found} - found:
        found |= more
    return found


@judged
@given(story=CIRCLES)
def test_the_edge_that_closes_a_circle_is_a_discrepancy_and_is_left_out(story: Story) -> None:
    family = Family(story.counted)
    for number, case in folded(story.filed).cases.items():
        found = any(each.kind == "lineage" and each.open for each in case.discrepancies(POLICY))
        assert found == (number in family.circles), number
        assert set(case.heritage.parents) == family.parents.get(number, set()), number


@judged
@given(story=WEIGHED)
def test_more_than_there_was_cannot_be_cut(story: Story) -> None:
    weights: dict[str, int] = {}
    too_much: dict[str, set[str]] = {}
    for each in of(story.counted, SampleCut):
        before = weights.get(each.data.parent)
        if before is not None and each.data.mass_mg + each.data.remaining_mg > before:
            too_much.setdefault(each.data.parent, set()).add(each.data.sample)
        weights |= {each.data.parent: each.data.remaining_mg, each.data.sample: each.data.mass_mg}
    for number, case in folded(story.filed).cases.items():
        found = {each.anchor for each in case.discrepancies(POLICY) if each.kind == "mass" and each.open}
        assert found == too_much.get(number, set()), number


def test_the_record_knows_both_ends_of_a_lineage(database_url: str) -> None:
    """Its foreign keys: no case comes out of one that the record has never heard of, and none goes to such a one."""
    parent, child = named(database_url, "K-1", "K-1-A")
    unknown = child + 1000
    lineage = "INSERT INTO lineage (parent, child) VALUES (%s, %s)"
    assert refused(database_url, lineage, (parent, child), (unknown, child), (parent, unknown)) == [False, True, True]
