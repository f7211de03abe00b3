"""What the read API says of persons and notices: how far a telling has come, and what keeps it."""

from typing import Any

import pytest

from services.tracker.model import person as person_model
from tests import facts
from tests.integration.looking import Looking, looking


async def test_an_unknown_person_or_notice_is_a_problem(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert await reader.problem("/v1/persons/P-9999") == (404, "not-found")
        assert await reader.problem("/v1/notices/ABC") == (404, "not-found")


async def test_each_closed_gate_says_why_in_words(database_url: str, redis_url: str) -> None:
    """Without kin nothing is owed to anybody; a hold, a second kin and a missing liaison close one gate each."""
    async with looking(database_url, redis_url) as reader:
        await reader.file(
            facts.registered(),
            facts.determined(),
            facts.hold_placed(stream="identification", hold="H-1", cases=["K55-01"], scope=["notify"], reason="a review"),
            facts.kin(kin="KIN-1"),
            facts.kin(kin="KIN-2"),
            facts.pnok(kin="KIN-1"),
            facts.liaison(liaison="L-1", kin="KIN-1"),
        )
        person = await reader.get("/v1/persons/P-0001")
    first, second = due_of(person, "KIN-1"), due_of(person, "KIN-2")
    assert closed(first) == {6: ["hold"]}
    assert closed(second) == {6: ["hold"], 7: ["pnok_not_told"], 13: ["no_liaison"]}
    assert "a review" in first["gates"][0]["reasons"][0]["text"]
    assert not first["open"]


async def test_a_person_who_cannot_be_worked_out_is_shown_as_that_and_not_as_owed_nothing(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(before: Any, event: Any) -> Any:
        raise ZeroDivisionError

    async with looking(database_url, redis_url) as reader:
        await file_a_family(reader)
        known = await reader.get("/v1/persons/P-0001")
        monkeypatch.setattr(person_model, "evolve", broken)
        person = await reader.get("/v1/persons/P-0001")
    assert (known["unfoldable"], len(known["due"])) == (False, 1)
    assert (person["unfoldable"], person["due"]) == (True, None)


async def test_with_every_gate_open_the_notice_is_ready(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_family(reader)
        person = await reader.get("/v1/persons/P-0001")
        notices = await reader.get("/v1/notices", kind="identification", person="P-0001")
    assert due_of(person, "KIN-1")["open"]
    assert closed(due_of(person, "KIN-1")) == {}
    assert [notice["state"] for notice in notices["items"]] == ["ready"]


async def test_a_person_shows_kin_and_determinations_by_reference_rescinded_ones_too(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_family(reader)
        await reader.file(facts.rescinded(determination="D-1", at="2018-10-01T00:00:00Z"))
        person = await reader.get("/v1/persons/P-0001")
        listed = await reader.get("/v1/persons", progress="unaccounted_for")
    assert [(kin["ref"], kin["primary"], kin["liaison"]) for kin in person["kin"]] == [("KIN-1", True, "L-1")]
    assert [(each["id"], each["stands"]) for each in person["determinations"]] == [("D-1", False)]
    assert [each["ref"] for each in listed["items"]] == ["P-0001"]
    assert listed["items"][0]["determinations"] == []


async def test_what_only_another_family_is_owed_is_not_shown(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.determined("K55-01", "P-0001", "D-1"))
        await reader.file(facts.determined("K55-01", "P-0002", "D-2"))
        one, other = await reader.get("/v1/persons/P-0001"), await reader.get("/v1/persons/P-0002")
    assert {each["cause"] for each in one["due"]} == {"D-1"}
    assert {each["cause"] for each in other["due"]} == {"D-2"}


async def test_a_notice_shows_every_change_of_its_state(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await file_a_family(reader)
        await reader.file(facts.rescinded(determination="D-1", at="2018-10-01T00:00:00Z"))
        listed = await reader.get("/v1/notices", kind="identification", state="withdrawn")
        notice = await reader.get(f"/v1/notices/{listed['items'][0]['reference']}")
    assert [(each["before"], each["after"]) for each in notice["transitions"]][-1] == ("ready", "withdrawn")
    assert notice["attempts"] == []
    assert "address" not in str(notice)


async def test_notices_come_in_pages(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        determined = [facts.determined(f"K55-0{n}", f"P-000{n}", f"D-{n}") for n in (1, 2, 3)]
        await reader.file(*determined)
        everything = (await reader.get("/v1/notices"))["items"]
        page = await reader.get("/v1/notices", limit=1)
        seen = page["items"]
        while page["next"] is not None:
            page = await reader.get("/v1/notices", limit=1, after=page["next"])
            seen += page["items"]
    assert len(everything) == 3
    assert seen == everything


async def file_a_family(reader: Looking) -> None:
    await reader.file(facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined())


def due_of(person: Any, kin: str) -> Any:
    return next(each for each in person["due"] if each["kin"] == kin and each["kind"] == "identification")


def closed(due: Any) -> dict[int, list[str]]:
    """Gate -> codes of its reasons, of those that are not open."""
    return {gate["invariant"]: [each["code"] for each in gate["reasons"]] for gate in due["gates"] if not gate["open"]}
