"""When a number may be published: nobody may be made out of it before their name is public."""

from services.tracker.model.aggregates import AggregateGate, aggregate_gates
from services.tracker.model.scope import fold
from tests import facts
from tests.facts import CloudEvent

HERE = "TO-2018"


def identified(*months: str) -> list[CloudEvent]:
    """A person of this turnover for each month in which one was determined."""
    said: list[CloudEvent] = []
    for n, month in enumerate(months, 1):
        case, person = f"K55-{n:02}", f"P-{n:04}"
        said.append(facts.registered(case, turnover=HERE))
        said.append(facts.determined(case, person, f"D-{n}", at=f"{month}-10T00:00:00Z"))
    return said


def gates(*statements: CloudEvent, threshold: int = 3) -> dict[str | None, AggregateGate]:
    found = aggregate_gates(fold(HERE, [facts.event(one) for one in statements]), threshold)
    return {each.period: each for each in found}


def approved(period: str, count: int, on: str = "2020-01-01") -> CloudEvent:
    return facts.publication_approved(scope=HERE, period=period, count=count, at=f"{on}T00:00:00Z")


def public(period: str, count: int, scope: str = HERE) -> CloudEvent:
    return facts.published(scope=scope, period=period, count=count, at="2020-02-01T00:00:00Z")


def named(n: int) -> CloudEvent:
    return facts.published(f"P-{n:04}", at="2019-12-01T00:00:00Z")


def test_so_few_who_are_not_public_by_name_block_a_count_and_none_or_enough_do_not() -> None:
    two = gates(*identified("2019-07", "2019-08"))[None]
    assert ([each.code for each in two.reasons], two.count) == (["aggregate"], 2)
    assert gates(*identified("2019-07", "2019-08"), named(1), named(2))[None].reasons == ()
    assert gates(*identified("2019-07", "2019-08", "2019-08"))[None].reasons == ()


def test_a_name_taken_back_in_public_is_not_public() -> None:
    taken = facts.publication_corrected("P-0001", at="2019-12-20T00:00:00Z")
    assert gates(*identified("2019-07"), named(1))[None].reasons == ()
    assert gates(*identified("2019-07"), named(1), taken)[None].reasons != ()


def test_whoever_was_determined_twice_counts_from_the_first() -> None:
    again = facts.determined("K55-01", "P-0001", "D-9", at="2019-09-10T00:00:00Z")
    assert gates(*identified("2019-07"), again, approved("2019-07", 1))["2019-07"].reasons != ()
    assert gates(*identified("2019-07"), again, approved("2019-09", 0))["2019-09"].reasons == ()


def test_an_approved_count_is_judged_by_those_of_its_period() -> None:
    said = identified("2019-07", "2019-08", "2019-08", "2019-08")
    found = gates(*said, approved("2019-07", 1), approved("first-year", 4))
    assert {period: bool(each.reasons) for period, each in found.items()} == {
        None: False,
        "2019-07": True,
        "first-year": False,
    }
    assert gates(*said, approved("2019-08", 3))["2019-08"].reasons == ()


def test_a_count_close_to_a_published_one_that_nests_with_it_is_blocked_and_names_that_event() -> None:
    said = identified(*["2019-08"] * 6)
    year = public("2019", 7)
    found = gates(*said, year, approved("2019-08", 6), approved("2018", 5))
    [reason] = found["2019-08"].reasons
    assert reason.event == (year["source"], year["id"])
    assert (found["2018"].reasons, found["2019"].stage, found["2019"].reasons) == ((), "published", ())
    assert gates(*said, public("2019", 6), approved("2019-08", 6))["2019-08"].reasons == ()
    assert gates(*said, public("2019", 9), approved("2019-08", 6))["2019-08"].reasons == ()


def test_another_approval_of_a_period_leaves_the_number_that_the_public_has_heard() -> None:
    said = [*identified(*["2019-08"] * 7), public("2019", 6)]
    again = facts.publication_approved(scope=HERE, period="2019", count=7, at="2020-03-01T00:00:00Z")
    found = gates(*said, again, approved("2019-08", 7))
    assert {period: [each.code for each in one.reasons] for period, one in found.items()} == {
        None: ["aggregate"],
        "2019": ["aggregate"],
        "2019-08": ["aggregate"],
    }


def test_a_number_of_another_turnover_says_nothing_of_this_one() -> None:
    elsewhere = facts.determined("X-1", "P-9999", "D-X")
    found = gates(*identified("2019-08"), elsewhere, public("2019", 2, scope="TO-1990"))
    assert {period: each.count for period, each in found.items()} == {None: 1}


def test_of_two_approved_counts_that_differ_by_few_and_nest_the_later_waits_for_the_earlier() -> None:
    said = identified(*["2019-08"] * 6)
    month, year = approved("2019-08", 6, "2020-01-01"), approved("2019", 7, "2020-01-02")
    found = gates(*said, year, month)
    [reason] = found["2019"].reasons
    assert reason.text == "it differs by 1 from the 6 approved before, and not published yet, for 2019-08"
    assert (reason.event, reason.ground) == ((month["source"], month["id"]), True)
    assert found["2019-08"].reasons == ()
    assert gates(*said, year, approved("2019-08", 6, "2020-01-03"))["2019"].reasons == ()
    assert gates(*said, approved("2019-08", 6), approved("2018", 5, "2020-01-02"))["2018"].reasons == ()


def test_the_later_of_two_approved_counts_is_open_once_the_earlier_is_taken_back_and_not_once_it_is_published() -> None:
    said = identified(*["2019-08"] * 6)
    month, year = approved("2019-08", 6, "2020-01-01"), approved("2019", 7, "2020-01-02")
    taken_back = facts.corrected(month, at="2020-01-03T00:00:00Z")
    assert gates(*said, month, year, taken_back)["2019"].reasons == ()
    [reason] = gates(*said, month, year, public("2019-08", 6))["2019"].reasons
    assert reason.text == "it differs by 1 from the 6 published for 2019-08"


def test_of_two_approved_counts_what_is_approved_again_is_the_later() -> None:
    said = identified(*["2019-08"] * 6)
    again = approved("2019-08", 6, "2020-01-03")
    found = gates(*said, approved("2019-08", 6), approved("2019", 7, "2020-01-02"), again)
    assert {period for period, each in found.items() if each.reasons} == {None, "2019-08"}


def test_todays_total_is_judged_as_what_would_be_approved_after_all_others() -> None:
    [reason] = gates(*identified(*["2019-08"] * 6), approved("2019", 7))[None].reasons
    assert "approved before" in reason.text
