"""What the read API says of a turnover: its account, today and as it was."""

from typing import Any

from tests import facts
from tests.integration.looking import Looking, looking

ACCOUNT = "/v1/turnovers/TO-2018/account"


async def file_a_turnover(reader: Looking) -> None:
    """Three elements of one box are of three individuals; one is identified, one attributed, one remains."""
    await reader.file(
        facts.turnover(expected_cases=1),
        facts.registered("K55-01", turnover="TO-2018"),
        facts.inventoried("K55-01", "E-1", "E-2", "E-3", at="2018-09-01T00:00:00Z"),
        *(facts.associated(f"E-{n}", f"A:I-0{n}", at="2018-09-02T00:00:00Z") for n in (1, 2, 3)),
        facts.mni(value=3, at="2018-09-03T00:00:00Z"),
        facts.determined(cases=[], individuals=["A:I-01"], at="2018-10-01T00:00:00Z"),
        facts.accounted_for(at="2018-10-05T00:00:00Z"),
        facts.attributed("A:I-02", at="2018-10-09T00:00:00Z"),
    )


def figures(account: Any) -> tuple[int, int, int | None]:
    return account["identified"]["value"], account["attributed"]["value"], account["remaining"]


async def test_an_account_adds_up_and_names_the_events_behind_each_figure(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_turnover(reader)
        account = await reader.get(ACCOUNT)
    assert figures(account) == (1, 1, 1)
    assert [account[name]["value"] for name in ("expected", "received", "elements", "accounted_for")] == [1, 1, 3, 1]
    assert [each["value"] for each in account["mni"]] == [3]
    [[source, id]] = account["accounted_for"]["events"]
    assert (source, bool(id)) == ("urn:example:casualty", True)


async def test_an_account_as_of_a_day_counts_what_had_happened_by_then(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_turnover(reader)
        before = await reader.get(ACCOUNT, as_of="2018-09-30T00:00:00Z")
        between = await reader.get(ACCOUNT, as_of="2018-10-02T00:00:00Z")
        unknown = await reader.get(ACCOUNT, known_at="2018-11-01T00:00:00Z")
    assert figures(before) == (0, 0, 3)
    assert figures(between) == (1, 0, 2)
    assert figures(unknown) == (0, 0, None)


async def test_what_cannot_be_asked_is_a_problem(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_turnover(reader)
        assert await reader.problem("/v1/turnovers/TO-1/account") == (404, "not-found")
        assert await reader.problem(ACCOUNT, as_of="2018-10-01T00:00:00") == (400, "parameter")
        assert await reader.problem(ACCOUNT, known_at="2030-01-01T00:00:00Z") == (400, "parameter")
