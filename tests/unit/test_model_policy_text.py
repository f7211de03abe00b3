"""A policy that a person wrote is taken whole, or refused with the line of everything that is wrong with it."""

from pathlib import Path

import pytest

from services.tracker.model.policy import Policy
from services.tracker.model.policy_text import PolicyInvalid, read_policy

SHIPPED = Path(__file__).parents[2] / "deploy" / "policy.toml"


def test_the_policy_that_is_shipped_says_where_each_value_comes_from() -> None:
    assert read_policy(SHIPPED.read_text()) == Policy.parse(SHIPPED.read_text())


@pytest.mark.parametrize("tag", ["[law: 10 USC 1509(b)(2)(C)]", "[doc]", "[practice]", "[ours]"])
def test_a_source_is_a_tag_and_a_reason(tag: str) -> None:
    assert read_policy(f"settling_s = 7  # {tag} so long").settling_s == 7
    with pytest.raises(PolicyInvalid, match="its source is missing"):
        read_policy(f"settling_s = 7  # {tag}")


def test_the_head_of_a_table_may_say_it_for_all_in_it() -> None:
    text = "[contact_hours]  # [doc] practice\narmy = ['06:00', '22:00']\nnavy = ['06:00', '24:00']"
    assert set(read_policy(text).contact_hours) == {"army", "navy"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("settling_s = 30", "line 1: settling_s: its source is missing"),
        ("\n\naggregate = 3  # [ours] so few", "line 3: aggregate: Extra inputs"),
        ("# hours\n[contact_hours]\narmy = ['06:00', '25:00']  # [doc] x", "line 3: contact_hours.army.1: "),
        ("[contact_hours]\narmy = ['06:00', '06:00']  # [doc] x", "line 2: contact_hours.army: a window that ends when"),
        ("[contact_hours]\n\nspace_force = ['06:00', '07:00']  # [doc] x", "line 3: contact_hours.space_force: "),
        ("[contact_hours]\nnavy = ['06:00', '24:00']", "line 2: contact_hours.navy: its source is missing"),
        ("contact_hours.navy = ['06:00', '24:00']  # [ours] x", "line 1: contact_hours.navy: its source is missing"),
        ("[determining]  # [ours] x\nsince = 2015-01-30", "line 1: determining: Extra inputs"),
        ("settling_s =", "not TOML: Invalid value"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(text)
    assert str(refused.value).startswith(said)


def test_everything_that_is_wrong_is_told_at_once_from_top_to_bottom() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy("settling_s = -1\nclock_tolerance_s = 5\naggregate = 3")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "line 1", "line 1", "line 2", "line 3", "line 3",
    ]  # fmt: skip
