"""Policy is data: read whole or refused with what is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.tracker.model.policy import Policy, policy_digest

IN_FORCE = Path(__file__).parents[2] / "deploy" / "policy.toml"


def test_the_policy_that_is_shipped_is_the_default() -> None:
    policy = Policy.parse(IN_FORCE.read_text())
    assert policy.clock_tolerance == timedelta(minutes=5)
    assert policy.settling == timedelta(seconds=30)
    assert policy.blocking_discrepancies == Policy().blocking_discrepancies
    assert policy.contact_hours["marine_corps"] == ("05:00", "24:00")
    assert policy.model_copy(update={"contact_hours": {}}) == Policy()


def test_a_policy_of_before_is_read_although_it_says_who_determines() -> None:
    assert Policy.parse("settling_s = 7\n[determining]\nsince = 2015-01-30\n") == Policy(settling_s=7)


def test_a_policy_says_its_times_as_durations() -> None:
    policy = Policy(
        name_release_after_h=1, hand_over_overdue_h=2, acknowledge_within_h=3, deliver_within_h=4, escalate_every_h=5
    )
    hours = (
        policy.name_release_after,
        policy.hand_over_overdue,
        policy.acknowledge_within,
        policy.deliver_within,
        policy.escalate_every,
    )
    assert hours == tuple(timedelta(hours=n) for n in (1, 2, 3, 4, 5))


def test_a_source_that_speaks_seldom_has_its_own_patience() -> None:
    policy = Policy(source_silent_of_h={"https://examiner.example": 720})
    assert policy.source_silent("https://examiner.example") == timedelta(days=30)
    assert policy.source_silent("https://depot.example") == timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("settling_s = -1", "settling_s"),
        ("clock_tolerance_s = 'long'", "clock_tolerance_s"),
        ("aggregate = 3", "aggregate"),
        ("[contact_hours]\narmy = ['06:00', '25:00']", "contact_hours.army.1"),
        ("[contact_hours]\narmy = ['06:00', '06:00']", "contact_hours.army"),
        ("escalation_steps = ['chaplain']", "escalation_steps.0"),
        ("hand_over_overdue_h = 0", "hand_over_overdue_h"),
        ("[contact_hours]\nspace_force = ['06:00', '22:00']", "contact_hours.space_force"),
    ],
)
def test_an_impossible_policy_is_refused_with_the_name_of_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=f"^policy: {named}"):
        Policy.parse(text)


def test_a_policy_that_is_not_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid value"):
        Policy.parse("settling_s = ")


def test_two_texts_of_a_policy_can_be_told_apart() -> None:
    assert policy_digest("settling_s = 1") != policy_digest("settling_s = 2")
    assert policy_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
