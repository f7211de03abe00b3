"""Contacts and elections that do not fit, and what a kin becomes when something of them changes."""

from typing import Any

import pytest

from services.tracker.model.policy import Policy
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.test_model_person import person_of

HOURS = [{"start": "08:00", "end": "21:00"}]
KIN = facts.kin(contact_hours=HOURS, at=at(0))
SPOKEN_TO = facts.liaison(at=at(1))
NIGHT, DAY = "2018-09-02T05:00:00+00:00", "2018-09-02T15:00:00+00:00"
"""Midnight and ten in the morning in Chicago."""
POLICY = Policy(contact_hours={"army": ("11:00", "22:00")})


def found(*statements: CloudEvent, policy: Policy = Policy()) -> list[str]:  # noqa: B008 - nothing changes it
    return [f"{one.kind}/{one.anchor}" for one in person_of(*statements).discrepancies(policy) if one.open]


# ------------------------------------------------------------------------------------------------- contacts
def tried(when: str, **given: Any) -> CloudEvent:
    return facts.attempted(at=when, id="E-tried", source="urn:example:l", **given)


def test_a_contact_outside_the_kins_window_is_a_discrepancy_and_one_within_is_none() -> None:
    assert found(KIN, tried(NIGHT)) == ["contact_window/urn:example:l#E-tried"]
    assert found(KIN, tried(DAY)) == []


def test_a_delivery_is_a_contact() -> None:
    assert found(KIN, facts.delivered(at=NIGHT, id="E-told", source="urn:example:l")) == ["contact_window/urn:example:l#E-told"]


def test_the_hours_of_the_service_bind_a_contact_too() -> None:
    assert found(KIN, SPOKEN_TO, tried(DAY), policy=POLICY) == ["contact_window/urn:example:l#E-tried"]


def test_a_letter_has_no_hour_nor_has_an_old_fact_of_a_day_nor_a_kin_whom_nobody_knows() -> None:
    assert found(KIN, tried(NIGHT, channel="letter"), facts.attempted(at=NIGHT, precision="day")) == []
    assert found(tried(NIGHT)) == []


@pytest.mark.parametrize(
    ("when", "kin", "allowed"),
    [
        ("2018-09-02T04:00:00+00:00", "KIN-1", True),
        ("2018-09-02T06:00:00+00:00", "KIN-1", False),
        ("2018-08-31T04:00:00+00:00", "KIN-1", False),
        ("2018-09-02T04:00:00+00:00", "KIN-2", False),
    ],
)
def test_two_people_may_allow_a_contact_outside_the_window_for_a_day(when: str, kin: str, *, allowed: bool) -> None:
    override = facts.override(of="contact_window", kin=kin, at=when)
    assert (found(KIN, override, tried(NIGHT)) == []) is allowed


def test_the_window_that_binds_is_that_of_the_day_of_the_contact() -> None:
    moved = facts.kin_updated(zone="Pacific/Honolulu", at="2018-09-03T00:00:00+00:00")
    assert found(KIN, moved, tried(NIGHT)) == ["contact_window/urn:example:l#E-tried"]
    earlier = facts.kin_updated(zone="Pacific/Honolulu", at="2018-09-01T13:00:00+00:00")
    assert found(KIN, earlier, tried(NIGHT)) == []


# ------------------------------------------------------------------------------------------------- kin
def test_an_update_changes_what_it_gives_and_leaves_the_rest() -> None:
    later = [{"start": "10:00", "end": "12:00"}]
    known = person_of(KIN, facts.kin_updated(relation="niece", basis="third_degree", at=at(1))).kin["KIN-1"]
    assert (known.relation, known.basis, known.zone, known.required) == ("niece", "third_degree", "America/Chicago", True)
    moved = person_of(KIN, facts.kin_updated(contact_hours=later, required=False, at=at(1))).kin["KIN-1"]
    assert (moved.hours, moved.required, moved.relation) == ((("10:00", "12:00"),), False, "daughter")


def test_an_update_of_a_kin_whom_nobody_registered_says_nothing() -> None:
    assert person_of(facts.kin_updated(at=at(1))).kin == {}


# ------------------------------------------------------------------------------------------------- elections
@pytest.mark.parametrize(
    ("signer", "minute", "fits"), [("KIN-1", 5, True), ("KIN-2", 5, False), ("KIN-1", 1, False), ("KIN-1", 30, False)]
)
def test_an_election_counts_if_its_signer_was_the_padd_when_it_was_signed(signer: str, minute: int, *, fits: bool) -> None:
    election = facts.election(signed_by=signer, at=at(minute), id="E-1", source="urn:example:c")
    others = facts.padd(at=at(2)), facts.padd(kin="KIN-2", at=at(20))
    assert found(*others, election) == ([] if fits else ["election/urn:example:c#E-1"])


def test_who_has_died_signs_nothing_and_who_signed_before_their_death_had_the_right() -> None:
    signed = [facts.election(at=at(minute), id=f"E-{minute}", source="urn:example:c") for minute in (5, 15)]
    assert found(facts.padd(at=at(2)), facts.kin_deceased(at=at(10)), *signed) == ["election/urn:example:c#E-15"]


# ------------------------------------------------------------------------------------------------- amendments
def test_what_was_stated_counts_the_amendments_made_by_then() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    removed = facts.amended(removed={"cases": ["K55-02"]}, amendment="A-0", at=at(20))
    told = [facts.delivered(line={"cause": "D-1"}, says="stands", at=at(minute)) for minute in (15, 25)]
    known = person_of(both, removed, *told)
    assert [known.stated("D-1", each.order) for each in known.deliveries] == [{"K55-01", "K55-02"}, {"K55-01"}]


def test_what_an_amendment_added_may_be_taken_by_another() -> None:
    taken = facts.amended(removed={"cases": ["K55-02"]}, amendment="A-2", at=at(30))
    told = facts.delivered(line={"cause": "A-1"}, says="stands", at=at(40))
    known = person_of(facts.determined(at=at(10)), facts.amended(at=at(20)), taken, told)
    assert known.stated("A-1", known.deliveries[0].order) == frozenset()
    assert [portion.stands for portion in known.portions] == [{"K55-01"}, frozenset(), frozenset()]


def test_a_person_has_to_do_with_every_case_an_amendment_named() -> None:
    known = person_of(facts.determined(at=at(10)), facts.amended(added={"cases": ["K-9"], "individuals": ["I-9"]}, at=at(20)))
    assert (known.cases, known.individuals) == (frozenset({"K55-01", "K-9"}), frozenset({"I-9"}))
    [determination] = known.standing()
    assert known.cases_of(determination) == {"K55-01", "K-9"}


def test_a_case_that_was_taken_from_a_determination_is_no_more_reached_through_an_individual() -> None:
    of = facts.determined(cases=[], individuals=["I-1"], at=at(10))
    joined = facts.associated("K-1", "I-1", at=at(1)), facts.associated("K-2", "I-1", at=at(2))
    other = facts.determined("K-3", determination="D-2", at=at(11))
    elsewhere = facts.amended("D-2", "A-2", removed={"cases": ["K-1"]}, at=at(21))
    known = person_of(of, other, *joined, facts.amended(removed={"cases": ["K-2"]}, at=at(20)), elsewhere)
    assert known.reach(known.portions[0]) == {"K-1", "I-1"}


def test_a_report_that_speaks_of_an_amendment_or_of_information_on_file_fits() -> None:
    told = [facts.delivered(line={"cause": cause}, says="stands", at=at(40)) for cause in ("A-1", "INF-1")]
    assert found(facts.determined(at=at(10)), facts.amended(at=at(20)), facts.information(at=at(21)), *told) == []
