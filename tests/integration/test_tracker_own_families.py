"""Whose families are a liaison's own: right with every request, and nobody is folded again who did not change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Final

from services.tracker.record.commit import Register
from services.tracker.record.moves import move
from services.tracker.record.reading.own import RememberedFamilies
from services.tracker.web.readers import Readers
from tests import facts
from tests.facts import CloudEvent
from tests.integration import filing
from tests.integration.looking import Looking, looking
from tests.integration.test_tracker_api_roles import ask, readers_file

MIGRATION: Final = "services.tracker.record.migrations.versions.0010_whom_liaisons_speak_for"
FAMILY: Final = facts.kin(), facts.pnok(), facts.liaison()


async def file(register: Register, *statements: CloudEvent, after: int = 0) -> None:
    for n, statement in enumerate(statements, 1):
        await filing.file(register, statement, first=after + n)


async def own(
    families: RememberedFamilies, register: Register, liaison: str = "L-1", at: datetime = filing.NOW
) -> Sequence[str]:
    async with register.pool.connection() as conn:
        return list(await families.own(conn, liaison, at))


async def test_a_relief_takes_effect_with_the_next_request_and_who_did_not_change_is_not_folded_again(
    database_url: str,
) -> None:
    families = RememberedFamilies()
    async with filing.a_register(database_url) as register, register.pool.connection() as conn:
        await file(register, *FAMILY, facts.kin("P-0002", "KIN-2"), facts.liaison("P-0002"))
        before = await families.own(conn, "L-1", filing.NOW)
        await conn.rollback()
        await file(register, facts.relieved("P-0002"), after=9)
        after = await families.own(conn, "L-1", filing.NOW)
    assert (list(before), list(after)) == (["P-0001", "P-0002"], ["P-0001"])
    assert after["P-0001"] is before["P-0001"]


async def test_an_assignment_counts_from_the_instant_that_it_names_and_a_relief_ends_it_then(database_url: str) -> None:
    families, hour = RememberedFamilies(), timedelta(hours=1)
    begins, ends = (at.isoformat() for at in (filing.NOW + hour, filing.NOW + 3 * hour))
    async with filing.a_register(database_url) as register:
        await file(register, facts.kin(), facts.liaison(**{"from": begins}), facts.relieved(**{"from": ends}))
        found = [await own(families, register, at=filing.NOW + n * hour) for n in (0, 2, 4)]
    assert found == [[], ["P-0001"], []]


async def test_a_correction_that_names_another_liaison_moves_the_family_to_them(database_url: str) -> None:
    families, wrong = RememberedFamilies(), facts.liaison(liaison="L-2")
    async with filing.a_register(database_url) as register:
        await file(register, facts.kin(), wrong)
        before = [await own(families, register, each) for each in ("L-1", "L-2")]
        await file(register, facts.corrected(wrong, facts.liaison(liaison="L-1")), after=9)
        after = [await own(families, register, each) for each in ("L-1", "L-2")]
    assert (before, after) == ([[], ["P-0001"]], [["P-0001"], []])


async def test_a_record_of_before_knows_after_its_migration_whom_its_liaisons_speak_for(database_url: str) -> None:
    wrong = facts.liaison("P-0002", "L-2")
    async with filing.a_register(database_url) as register:
        await file(register, *FAMILY, facts.kin("P-0002", "KIN-2"), wrong)
        await file(register, facts.corrected(wrong, facts.liaison("P-0002", "L-1")), after=9)
        kept = "SELECT liaison, ref FROM spoken_for JOIN target ON target.no = person ORDER BY 1, 2"
        before = await filing.rows(register, kept)
        async with register.pool.connection() as conn:
            await conn.execute("DELETE FROM spoken_for")
            await conn.execute(import_module(MIGRATION).SAID)
        assert await filing.rows(register, kept) == before == [("L-1", "P-0001"), ("L-1", "P-0002"), ("L-2", "P-0002")]


async def test_a_case_that_is_another_familys_now_is_as_one_that_does_not_exist(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """L-1's family was told of K55-01, which turned out to be of P-0002: it is theirs until they know."""
    theirs = facts.kin("P-0002", "KIN-2"), facts.pnok("P-0002", "KIN-2"), facts.liaison("P-0002", "L-2")
    line = {"cause": "D-1"}
    async with looking(database_url, redis_url, readers=Readers(readers_file(tmp_path))) as reader:
        await reader.file(facts.registered(), facts.registered("K55-02"), *FAMILY, *theirs)
        await reader.file(facts.determined(at="2018-09-01T00:00:00Z", cases=["K55-01", "K55-02"]))
        await reader.file(facts.delivered(line=line, says="stands", at="2018-09-10T12:00:00Z"))
        await reader.file(facts.amended(removed={"cases": ["K55-01"]}, at="2018-10-01T00:00:00Z"))
        await reader.file(facts.determined("K55-01", "P-0002", "D-2", at="2018-10-02T00:00:00Z"))
        untold = (await ask(reader, "liaison", "/v1/cases/K55-01")).status_code
        await reader.file(facts.delivered(line=line, says="stands", at="2018-10-10T12:00:00Z", id="told"))
        seen = await ask(reader, "liaison", "/v1/cases/K55-01")
        unknown = await ask(reader, "liaison", "/v1/cases/K55-99")
        listed = (await ask(reader, "liaison", "/v1/cases")).json()["items"]
    assert (untold, seen.status_code, seen.text) == (200, 404, unknown.text)
    assert [each["number"] for each in listed] == ["K55-02"]


async def test_a_case_that_left_its_individual_after_its_notice_left_is_in_the_list_and_has_its_page_until_they_know(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    whole = facts.determined(cases=[], individuals=["2018-201:I-01"], at="2018-09-01T00:00:00Z")
    async with looking(database_url, redis_url, readers=Readers(readers_file(tmp_path))) as reader:
        await reader.file(facts.registered(), *FAMILY, facts.associated(at="2018-08-02T00:00:00Z"), whole)
        asked = "SELECT reference FROM notice WHERE kind = 'identification'"
        [[reference]] = await filing.rows(reader.register, asked)
        async with reader.register.pool.connection() as conn, conn.transaction():
            for state in ("sending", "sent"):
                await move(conn.cursor(), reference, state, "played by a test", "attempted", now=reader.register.now())
        await reader.file(facts.dissociated(at="2018-10-01T00:00:00Z"))
        held = [await listed_and_shown(reader, "K55-01")]
        await reader.file(facts.delivered(notice=reference, at="2018-10-02T00:00:00Z"))
        held.append(await listed_and_shown(reader, "K55-01"))
        await reader.file(facts.delivered(line={"cause": "D-1"}, says="no_longer_stands", at="2018-10-03T00:00:00Z", id="told"))
        known = await listed_and_shown(reader, "K55-01")
    assert (held, known) == ([(True, True)] * 2, (False, False))


async def listed_and_shown(reader: Looking, number: str) -> tuple[bool, bool]:
    listed = (await ask(reader, "liaison", "/v1/cases")).json()["items"]
    shown = (await ask(reader, "liaison", f"/v1/cases/{number}")).status_code
    assert shown in (200, 404)
    return number in {each["number"] for each in listed}, shown == 200
