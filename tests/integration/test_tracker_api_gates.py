"""What the read API says of gates: of a person, of a turnover, and who had been told what by a day."""

from typing import Any

from tests import facts
from tests.integration import filing
from tests.integration.looking import Looking, looking

PERSON = "/v1/persons/P-0001"


async def file_a_telling(reader: Looking) -> None:
    """Determined in September, told in October, rescinded in November, and the family told so."""
    line = {"cause": "D-1"}
    await reader.file(
        facts.turnover(),
        facts.registered(turnover="TO-2018"),
        facts.kin(),
        facts.pnok(),
        facts.liaison(),
        facts.determined(at="2018-09-01T00:00:00Z"),
        facts.delivered(line=line, says="stands", at="2018-10-01T12:00:00Z"),
        facts.rescinded(id="R", at="2018-11-01T00:00:00Z"),
        facts.delivered(line=line, says="no_longer_stands", at="2018-11-05T12:00:00Z"),
    )


def states(gates: Any) -> dict[str, str]:
    return {each["act"]: each["state"] for each in gates["acts"]}


async def test_each_block_says_why_which_event_and_what_would_open_it(database_url: str, redis_url: str) -> None:
    hold = facts.hold_placed("H-1", stream="identification", id="H", scope=["notify"], at="2018-09-02T00:00:00Z")
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.kin(), facts.pnok(), facts.liaison(), facts.registered(), hold)
        await reader.file(facts.determined(at="2018-09-01T00:00:00Z"))
        gates = await reader.get(f"{PERSON}/gates")
    [block] = next(each for each in gates["acts"] if each["act"] == "tell_pnok")["blocks"]
    assert block["event"] == [hold["source"], "H"]
    assert (block["code"], block["opens_at"]) == ("hold", None)
    assert "lifts" in block["opens_with"]


async def test_gates_of_a_day_gone_by_are_those_of_that_day(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        then = await reader.get(f"{PERSON}/gates", as_of="2018-09-15T00:00:00Z")
        hours = await reader.get(f"{PERSON}/gates", as_of="2018-10-01T13:00:00Z")
        open_ = await reader.get(f"{PERSON}/gates", as_of="2018-10-03T00:00:00Z")
        now = await reader.get(f"{PERSON}/gates")
    assert (states(then)["tell_pnok"], states(then)["publish_name"]) == ("open", "blocked")
    [waits] = next(each for each in hours["acts"] if each["act"] == "publish_name")["blocks"]
    assert (waits["code"], waits["opens_at"]) == ("name_release", "2018-10-02T12:00:00Z")
    assert states(open_)["publish_name"] == "open"
    assert {state for act, state in states(now).items() if act.startswith("publish")} == {"blocked"}


async def test_a_person_of_a_day_gone_by_is_shown_as_on_that_day(database_url: str, redis_url: str) -> None:
    report = facts.discrepancy_reported(
        stream="family", subject={"kind": "person", "ref": "P-0001"}, anchor="age", at="2018-10-05T00:00:00Z"
    )
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        await reader.file(report)
        then = await reader.get(PERSON, as_of="2018-10-02T00:00:00Z")
        since = await reader.get(PERSON, as_of="2018-11-30T00:00:00Z")
        unknown = await reader.get(PERSON, known_at="2018-01-01T00:00:00Z")
    assert (then["progress"], since["progress"]) == ("kin_notified", "unaccounted_for")
    assert "identification.rescinded" not in {each["name"] for each in then["timeline"]}
    assert (then["flags"], since["flags"]) == ([], ["discrepancy"])
    assert ([each["anchor"] for each in since["discrepancies"]], then["discrepancies"]) == (["age"], [])
    assert (unknown["timeline"], unknown["kin"]) == ([], [])


async def test_who_had_been_told_what_by_a_day_is_one_question(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        before = await reader.get(f"{PERSON}/told", on="2018-09-30")
        on_the_day = await reader.get(f"{PERSON}/told", on="2018-10-01")
        since = await reader.get(f"{PERSON}/told", on="2018-11-30T00:00:00Z")
        by_the_last_day = await reader.get(f"{PERSON}/told", on="9999-12-31")
    assert before == []
    [one] = on_the_day
    assert (one["kin"], one["cause"], one["told"], one["stands"]) == ("KIN-1", "D-1", ["K55-01"], ["K55-01"])
    assert by_the_last_day == since
    assert [(each["told"], each["stands"], each["heard_at"]) for each in since] == [([], [], "2018-11-05T12:00:00Z")]


async def test_nobody_was_told_of_more_than_stood_where_an_individual_brought_the_case(
    database_url: str, redis_url: str
) -> None:
    """A case that joins the individual later stands untold, and one that leaves it stands no more."""
    whole, individual = facts.determined(cases=[], individuals=["I-1"], at="2018-09-01T00:00:00Z"), "I-1"
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(), facts.kin(), facts.pnok(), facts.liaison())
        await reader.file(facts.associated(individual=individual, at="2018-08-02T00:00:00Z"), whole)
        [[reference]] = await filing.rows(reader.register, "SELECT reference FROM notice WHERE kind = 'identification'")
        await reader.file(
            facts.delivered(notice=reference, at="2018-09-10T12:00:00Z"),
            facts.associated("K55-02", individual, at="2018-10-01T00:00:00Z"),
            facts.dissociated(individual=individual, at="2018-11-01T00:00:00Z"),
        )
        days = [await reader.get(f"{PERSON}/told", on=day) for day in ("2018-09-10", "2018-10-01", "2018-11-01")]
    assert [[(each["told"], each["stands"]) for each in day] for day in days] == [
        [(["I-1", "K55-01"], ["I-1", "K55-01"])],
        [(["I-1", "K55-01"], ["I-1", "K55-01", "K55-02"])],
        [(["I-1", "K55-01"], ["I-1", "K55-02"])],
    ]


async def test_a_project_that_was_closed_later_was_not_closed_yet(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        await reader.file(
            facts.registered("K55-02", turnover="TO-2018"),
            facts.padd(),
            facts.election(choice="at_end"),
            facts.determined("K55-02", determination="D-2", at="2018-09-01T01:00:00Z"),
            facts.amended("D-2", added={"cases": ["K55-03"]}, at="2018-09-03T00:00:00Z"),
            facts.registered("K55-03", turnover="TO-2018"),
            facts.project_closed(at="2018-10-20T00:00:00Z"),
        )
        then = await reader.get(PERSON, as_of="2018-10-19T00:00:00Z")
        since = await reader.get(PERSON, as_of="2018-10-21T00:00:00Z")
    assert [("election" in blocks(each), bool(each["due"])) for each in (then, since)] == [(True, True), (False, True)]


def blocks(person: Any) -> set[str]:
    return {reason["code"] for due in person["due"] for gate in due["gates"] for reason in gate["reasons"]}


async def test_a_number_so_small_that_somebody_could_be_made_out_is_blocked(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        [total] = await reader.get("/v1/turnovers/TO-2018/gates", as_of="2018-10-01T00:00:00Z")
        [now] = await reader.get("/v1/turnovers/TO-2018/gates")
    assert (total["count"], total["state"], [each["code"] for each in total["blocks"]]) == (1, "blocked", ["aggregate"])
    assert (now["count"], now["state"]) == (0, "open")


async def test_whoever_is_unknown_has_no_gates(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert await reader.problem("/v1/persons/P-9/gates") == (404, "not-found")
        assert await reader.problem("/v1/persons/P-9/told", on="2018-10-01") == (404, "not-found")
        assert await reader.problem("/v1/persons/P-9/told", on="2018-10-01T00:00:00") == (400, "parameter")
        assert await reader.problem("/v1/turnovers/TO-9/gates") == (404, "not-found")


async def test_a_person_shows_where_each_publication_stands(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_telling(reader)
        then = await reader.get(PERSON, as_of="2018-10-03T00:00:00Z")
        now = await reader.get(PERSON)
    assert then["publications"] == {"name": "eligible", "full": "embargoed", "funeral": "embargoed"}
    assert set(now["publications"].values()) == {"embargoed"}
