"""What the read API says of cases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.tracker.record import open_filings
from services.tracker.record.names import begin_filing
from tests import facts
from tests.integration.looking import Looking, looking


async def test_pages_follow_one_another_and_hold_every_case_once(database_url: str, redis_url: str) -> None:
    numbers = [f"K55-{n:02}" for n in range(1, 8)]
    async with looking(database_url, redis_url) as reader:
        await reader.file(*(facts.registered(case=number) for number in reversed(numbers)))
        page = await reader.get("/v1/cases", limit=3)
        seen = [case["number"] for case in page["items"]]
        while page["next"] is not None:
            page = await reader.get("/v1/cases", limit=3, after=page["next"])
            seen += [case["number"] for case in page["items"]]
    assert seen == numbers


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"custody": "in_open_hand_over"}, ["K55-02"]),
        ({"custody": "held"}, ["K55-01", "K55-03"]),
        ({"custodian": "usaf"}, ["K55-03"]),
        ({"progress": "sealed"}, ["K55-01"]),
        ({"place": "Hickam"}, ["K55-03"]),
        ({"turnover": "TO-2018"}, ["K55-01"]),
        ({"custody": "held", "custodian": "unc"}, ["K55-01"]),
        ({"custodian": "nobody"}, []),
    ],
)
async def test_cases_are_found_by_what_is_asked(
    database_url: str, redis_url: str, asked: dict[str, Any], found: list[str]
) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_three_cases(reader)
        page = await reader.get("/v1/cases", **asked)
    assert [case["number"] for case in page["items"]] == found


async def file_three_cases(reader: Looking) -> None:
    await reader.file(
        facts.registered(case="K55-01", turnover="TO-2018"),
        facts.sealed(case="K55-01", at="2018-07-27T06:00:00+09:00"),
        facts.registered(case="K55-02"),
        facts.released(case="K55-02", at="2018-07-27T07:00:00+09:00"),
        facts.registered(case="K55-03", custodian="usaf", place="Hickam"),
    )


async def test_a_filter_that_does_not_exist_is_refused_and_not_left_out(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        for asked in ({"custodion": "unc"}, {"limit": 0}, {"limit": 501}, {"custody": "lost"}):
            assert await reader.problem("/v1/cases", **asked) == (400, "parameter")


async def test_a_problem_names_the_parameter_and_never_repeats_its_value(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        answer = await reader.client.get("/v1/cases", params={"custody": "a-name-typed-here"})
    assert answer.json()["errors"][0]["name"] == "custody"
    assert "a-name-typed-here" not in answer.text


async def test_what_no_reference_can_hold_is_a_problem_of_the_parameter(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert await reader.problem("/v1/cases/%00") == (400, "parameter")
        assert await reader.problem("/v1/events", source="\x00", id="E-1") == (400, "parameter")
        assert await reader.problem("/v1/quarantine/99999999999999999999999") == (404, "not-found")


async def test_a_number_may_hold_what_a_reference_may_hold(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(case="K55.01:A+1"))
        assert (await reader.get("/v1/cases/K55.01:A+1"))["number"] == "K55.01:A+1"


async def test_an_unknown_case_is_a_problem(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert await reader.problem("/v1/cases/K99-99") == (404, "not-found")


async def test_a_timeline_is_in_world_order_whatever_the_order_of_arrival(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(
            facts.accepted(at="2018-07-27T11:00:00+09:00"),
            facts.registered(at="2018-07-27T09:00:00+09:00"),
            facts.released(at="2018-07-27T10:00:00+09:00"),
        )
        case = await reader.get("/v1/cases/K55-01")
    assert [each["name"] for each in case["timeline"]] == ["case.registered", "custody.released", "custody.accepted"]
    assert case["custodian"] == "usaf"


async def test_a_timeline_says_what_the_clock_on_the_wall_said(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(
            facts.departed(at="2018-08-01T18:00:00+09:00", zone="Asia/Seoul"),
            facts.arrived(at="2018-08-01T12:00:00Z", zone="Pacific/Honolulu"),
        )
        timeline = (await reader.get("/v1/cases/K55-01"))["timeline"]
    assert [each["local_time"] for each in timeline] == ["2018-08-01T18:00:00+09:00", "2018-08-01T02:00:00-10:00"]
    assert [each["occurred_at"] for each in timeline] == ["2018-08-01T09:00:00Z", "2018-08-01T12:00:00Z"]


async def test_what_was_corrected_stays_readable_beside_its_correction(database_url: str, redis_url: str) -> None:
    wrong = facts.accepted(at="2018-07-27T11:00:00+09:00", accepted_by="usaf")
    never = facts.sealed(seal="S-9")
    right = facts.corrected(
        wrong,
        reason="incorrect_data",
        replacement={"time": "2018-07-27T12:00:00+09:00", "data": {**wrong["data"], "accepted_by": "dpaa"}},
    )
    gone = facts.corrected(never)
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(), wrong, never, right, gone)
        case = await reader.get("/v1/cases/K55-01")
    by_id = {each["id"]: each for each in case["timeline"]}
    assert case["custodian"] == "dpaa"
    assert by_id[wrong["id"]]["standing"] == "restated"
    assert by_id[wrong["id"]]["data"]["accepted_by"] == "dpaa"
    assert by_id[wrong["id"]]["local_time"] == "2018-07-27T12:00:00+09:00"
    assert by_id[wrong["id"]]["said"]["accepted_by"] == "usaf"
    assert by_id[wrong["id"]]["corrected_by"] == {"source": right["source"], "id": right["id"]}
    assert by_id[never["id"]]["standing"] == "did_not_occur"
    assert by_id[right["id"]]["standing"] == "corrects"


async def test_a_case_shows_its_discrepancies_and_whom_it_concerns(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(), facts.determined(), facts.discrepancy_reported(stream="custody"))
        case = await reader.get("/v1/cases/K55-01")
        listed = await reader.get("/v1/discrepancies", open=True, subject="K55-01")
        closed = await reader.get("/v1/discrepancies", open=False)
    assert case["persons"] == ["P-0001"]
    assert case["discrepancies"] == listed["items"]
    assert [each["open"] for each in case["discrepancies"]] == [True]
    assert case["flags"] == ["discrepancy"]
    assert closed["items"] == []


async def test_a_case_shows_its_lineage_both_ways_and_its_custody_back_to_the_turnover(
    database_url: str, redis_url: str
) -> None:
    box = facts.registered("K55-01", "unc", turnover="TO-2018", at="2018-07-27T05:55:00+09:00")
    given = facts.released("K55-01", released_by="unc", released_to="usaf", at="2018-08-01T09:00:00+09:00")
    taken = facts.accepted("K55-01", at="2018-08-01T09:10:00+09:00")
    opened = facts.inventoried("K55-01", "K55-01-E1", at="2018-09-01T09:00:00-10:00")
    cut = facts.sample_cut("K55-01-E1", "K55-01-E1-S1", at="2018-10-01T09:00:00-10:00")
    onward = facts.released("K55-01-E1", "T-2", released_by="usaf", released_to="dpaa", at="2018-11-01T09:00:00-10:00")
    held = facts.accepted("K55-01-E1", "T-2", accepted_by="dpaa", at="2018-11-01T09:01:00-10:00")
    async with looking(database_url, redis_url) as reader:
        await reader.file(onward, held, taken, given, box)
        await reader.file(cut, opened)
        element = await reader.get("/v1/cases/K55-01-E1")
        sample = await reader.get("/v1/cases/K55-01-E1-S1")
        whole = await reader.get("/v1/cases/K55-01")
    assert (element["origin"], element["parents"], element["turnover"]) == ("inventory", ["K55-01"], "TO-2018")
    assert [each["number"] for each in element["ancestors"]] == ["K55-01"]
    assert [each["number"] for each in element["descendants"]] == ["K55-01-E1-S1"]
    assert {each["number"]: each["parents"] for each in sample["ancestors"]} == {"K55-01": [], "K55-01-E1": ["K55-01"]}
    assert {each["number"]: each["parents"] for each in whole["descendants"]} == {
        "K55-01-E1": ["K55-01"],
        "K55-01-E1-S1": ["K55-01-E1"],
    }
    assert [(each["case"], each["custodian"], each["until"] is None) for each in element["custodians"]] == [
        ("K55-01", "unc", False),
        ("K55-01", "usaf", False),
        ("K55-01-E1", "usaf", False),
        ("K55-01-E1", "dpaa", True),
    ]


async def test_a_case_is_shown_as_of_a_day_with_its_lineage_and_its_custody_of_then(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(
            facts.registered("K55-01", turnover="TO-2018", at="2018-07-27T00:00:00Z"),
            facts.released("K55-01", at="2018-08-01T00:00:00Z"),
            facts.accepted("K55-01", at="2018-08-02T00:00:00Z"),
            facts.inventoried("K55-01", "E-1", at="2018-09-01T00:00:00Z"),
            facts.split("E-1", "E-1-A", "E-1-B", at="2018-10-01T00:00:00Z"),
            facts.determined("E-1-A", at="2018-10-09T00:00:00Z"),
        )
        before = await reader.get("/v1/cases/K55-01", as_of="2018-08-01T12:00:00Z")
        box = await reader.get("/v1/cases/K55-01", as_of="2018-09-15T00:00:00Z")
        bone = await reader.get("/v1/cases/E-1-A", as_of="2018-10-02T00:00:00Z")
        for when in ({"as_of": "2018-09-15T00:00:00Z"}, {"known_at": "2018-11-01T00:00:00Z"}):
            assert await reader.problem("/v1/cases/E-1-A", **when) == (404, "not-found")
        now, then = await reader.get("/v1/cases/E-1-A"), await reader.get("/v1/cases/E-1-A", as_of="2018-11-30T00:00:00Z")
    assert (before["custody"], before["descendants"], len(before["timeline"])) == ("in_open_hand_over", [], 2)
    assert ([each["number"] for each in box["descendants"]], box["custody"]) == (["E-1"], "held")
    assert ([each["number"] for each in bone["ancestors"]], bone["parents"]) == (["E-1", "K55-01"], ["E-1"])
    assert (bone["persons"], bone["progress"], bone["turnover"]) == ([], "registered", "TO-2018")
    assert [each["case"] for each in bone["custodians"]] == ["K55-01", "K55-01", "E-1", "E-1-A"]
    assert then == now


async def test_a_discrepancy_of_then_has_the_values_of_then(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(
            facts.declared("K55-01", at="2018-07-27T00:00:00Z"), facts.registered("K55-01", at="2018-08-01T00:00:00Z")
        )
        then = await reader.get("/v1/cases/K55-01", as_of="2018-07-28T00:00:00Z")
    assert [(each["kind"], each["open"]) for each in then["discrepancies"]] == [("unregistered", True)]
    assert (then["flags"], then["open_discrepancies"]) == (["discrepancy"], 1)


async def test_what_cannot_be_asked_of_the_past_is_a_problem(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered("K55-01"))
        assert await reader.problem("/v1/cases/K55-01", as_of="2018-10-01T00:00:00") == (400, "parameter")
        assert await reader.problem("/v1/cases/K55-01", known_at="2030-01-01T00:00:00Z") == (400, "parameter")


async def test_what_is_still_being_filed_may_become_known_before_so_the_question_comes_too_early(
    database_url: str, redis_url: str
) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered("K55-01"))
        now = reader.register.now()
        async with reader.register.pool.connection() as conn, conn.transaction():
            await begin_filing(conn.cursor(binary=True), at=now - timedelta(minutes=1), exclusive=False)
            for path in ("/v1/cases/K55-01", "/v1/turnovers/TO-2018/account", "/v1/persons/P-0001/gates"):
                assert await reader.problem(path, known_at=now.isoformat()) == (425, "too-early")
            long_ago = now - timedelta(minutes=1)
            assert await reader.problem("/v1/cases/K55-01", known_at=long_ago.isoformat()) == (404, "not-found")
            assert (await reader.get("/v1/cases/K55-01", as_of=now.isoformat()))["number"] == "K55-01"
        assert (await reader.get("/v1/cases/K55-01", known_at=now.isoformat()))["number"] == "K55-01"


async def test_every_filing_says_since_when_it_is_open(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader, reader.register.pool.connection() as conn:
        assert await open_filings.oldest(conn) is None
        seen: list[datetime | None] = []
        keep = reader.register.settler.settle

        async def look(*given: Any, **more: Any) -> Any:
            seen.append(await open_filings.oldest(conn))
            return await keep(*given, **more)

        reader.register.settler.settle = look  # type: ignore[method-assign]
        await reader.file(facts.registered("K55-01"))
        assert seen == [reader.register.now()]
        assert await open_filings.oldest(conn) is None
