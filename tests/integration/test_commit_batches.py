"""One batch, one transaction: every entry ends as an event, a duplicate or whole in quarantine."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import structlog

from services.tracker.model import case as case_
from services.tracker.model.case import Case
from services.tracker.record import closing, obligations
from services.tracker.record.commit import Register
from services.tracker.record.freezes import freeze, unfreeze
from services.tracker.record.quarantine import resolve
from services.tracker.record.watermarks import advance
from shared.events.event import Event
from tests import facts
from tests.facts import CloudEvent
from tests.integration.filing import NOW, a_register, entries, file, one, rows

CUSTODY = "SELECT custody FROM case_ WHERE number = 'K55-01'"
CUSTODIAN = "SELECT custodian FROM case_ WHERE number = 'K55-01'"


async def test_a_batch_becomes_events_and_a_case(database_url: str) -> None:
    async with a_register(database_url) as register:
        filing = await file(register, facts.registered(), facts.sealed(), facts.released())
        assert (filing.filed, filing.duplicates, filing.quarantined) == (3, 0, 0)
        assert await one(register, CUSTODY) == "in_open_hand_over"
        assert await one(register, "SELECT count(*) FROM event JOIN event_body ON event = no") == 3


async def test_a_redelivered_batch_changes_nothing(database_url: str) -> None:
    async with a_register(database_url) as register:
        batch = entries([facts.registered(), facts.sealed()])
        await register.file("custody", batch)
        before = await rows(register, "SELECT * FROM case_ ORDER BY 1")
        again = await register.file("custody", batch)
        assert (again.filed, again.duplicates, again.redelivered) == (0, 0, 2)
        assert await rows(register, "SELECT * FROM case_ ORDER BY 1") == before
        assert await one(register, "SELECT count(*) FROM duplicate") == 0


async def test_the_same_id_twice_in_one_batch_is_filed_once_and_a_duplicate_once(database_url: str) -> None:
    async with a_register(database_url) as register:
        said = facts.registered()
        filing = await file(register, said, said, facts.sealed())
        assert (filing.filed, filing.duplicates, filing.quarantined) == (2, 1, 0)
        assert await rows(register, "SELECT seq FROM duplicate") == [(2,)]
        assert (await _through(register)) == 3


@pytest.mark.parametrize(
    ("build", "stream", "concerns"),
    [
        pytest.param(facts.kin, "family", ["P-0001"], id="what it names"),
        pytest.param(facts.evidence, "identification", None, id="anybody, where it names an id that may reach them"),
    ],
)
async def test_the_same_id_with_another_body_is_quarantined_and_concerns(
    database_url: str, build: Callable[..., CloudEvent], stream: str, concerns: list[str] | None
) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered(id="E-1", source="urn:example:one"))
        other = build(id="E-1", source="urn:example:one")
        filing = await file(register, other)
        assert (filing.filed, filing.quarantined) == (0, 1)
        (found,) = await rows(register, "SELECT stream, reason, concerns, source, id FROM quarantine")
        assert found == (stream, "identity_conflict", concerns, "urn:example:one", "E-1")
        assert await one(register, "SELECT kind FROM notice WHERE kind = 'quarantine'") == "quarantine"


async def test_a_poison_entry_among_five_hundred_is_quarantined_whole_and_the_others_are_filed(database_url: str) -> None:
    async with a_register(database_url) as register:
        batch = entries([facts.registered(f"K-{n}") for n in range(500)])
        batch[250] = (batch[250][0], {**batch[250][1], b"event": b"\xff\x00 not json"})
        filing = await register.file("custody", batch)
        assert (filing.filed, filing.quarantined) == (499, 1)
        (found,) = await rows(register, "SELECT reason, seq, concerns, decode(fields ->> 'ZXZlbnQ=', 'base64') FROM quarantine")
        assert found == ("not_json", 251, None, b"\xff\x00 not json")
        assert (await _through(register)) == 500


@pytest.mark.parametrize(
    "broken",
    [
        {b"digest": b"0" * 64},
        {b"seq": b"0"},
        {b"seq": b"9999999999999999999"},
        {b"epoch": b"zz"},
        {b"event": b"[]"},
        {b"event": b"\x00"},
        {},
    ],
)
async def test_what_accept_did_not_write_is_quarantined(database_url: str, broken: dict[bytes, bytes]) -> None:
    async with a_register(database_url) as register:
        fields = {**facts.entry(facts.registered()), **broken} if broken else {}
        filing = await register.file("custody", [(b"1-1", fields), entries([facts.registered("K-2")], 2)[0]])
        assert (filing.filed, filing.quarantined) == (1, 1)


async def test_an_entry_in_quarantine_is_told_once_and_cleared_when_a_person_has_looked(database_url: str) -> None:
    async with a_register(database_url) as register:
        for _ in range(2):
            await register.file("custody", [(b"1-1", {b"event": b"?"})])
        assert await rows(register, "SELECT state FROM notice") == [("ready",)]
        no = await one(register, "SELECT no FROM quarantine")
        async with register.pool.connection() as conn:
            assert await resolve(conn, no, "operator-1", "a test message", NOW)
            assert not await resolve(conn, no, "operator-1", "again", NOW)
        assert await rows(register, "SELECT state FROM notice") == [("withdrawn",)]
        assert await rows(register, "SELECT who, act FROM action WHERE act LIKE 'quarantine%%'") == [
            ("operator-1", "quarantine resolve")
        ]


# ------------------------------------------------------------------------------------------------- order does not matter
async def test_a_correction_counts_whether_it_is_filed_after_or_before_what_it_corrects(database_url: str) -> None:
    async with a_register(database_url) as register:
        for number, correction_first in (("K-1", False), ("K-2", True)):
            original = facts.released(number, f"T-{number}")
            statements = [original, facts.corrected(original)]
            await file(register, facts.registered(number), first=10 * int(number[-1]))
            for n, said in enumerate(reversed(statements) if correction_first else statements, 1):
                await file(register, said, first=10 * int(number[-1]) + n)
        assert await rows(register, "SELECT custody FROM case_ ORDER BY number") == [("held",), ("held",)]


async def test_a_correction_moves_a_statement_to_another_case(database_url: str) -> None:
    async with a_register(database_url) as register:
        original = facts.sealed("K-1", at="2018-08-01T00:00:00Z")
        right = facts.sealed("K-2", at="2018-08-01T00:00:00Z")
        await file(register, facts.registered("K-1"), facts.registered("K-2"), original)
        await file(register, facts.corrected(original, right), first=4)
        assert await rows(register, "SELECT number, progress FROM case_ ORDER BY 1") == [
            ("K-1", "registered"),
            ("K-2", "sealed"),
        ]


async def test_a_late_fact_ends_in_the_same_case_as_one_in_time(database_url: str) -> None:
    async with a_register(database_url) as register:
        early = facts.declared(at="2018-08-01T00:00:00Z", custodian="usaf")
        late = facts.declared(at="2018-08-02T00:00:00Z", custodian="dpaa")
        await file(register, facts.registered())
        await file(register, late, first=2)
        await file(register, early, first=3)
        assert await one(register, CUSTODIAN) == "dpaa"


async def test_an_event_dated_ahead_is_filed_and_counts_only_when_its_instant_comes(database_url: str) -> None:
    at = NOW + timedelta(days=1)
    async with a_register(database_url) as register:
        await file(register, facts.registered(), facts.declared(custodian="dpaa", at=at.isoformat()))
        assert await one(register, CUSTODIAN) == "unc"
        assert await one(register, "SELECT flags FROM case_") == ["dated_ahead"]
        due = await one(register, "SELECT next_check_at FROM case_")
        assert due == at - timedelta(minutes=5)
        register.now = lambda: at
        await file(register, facts.sealed(), first=3)
        assert await one(register, CUSTODIAN) == "dpaa"


async def test_a_hold_that_is_lifted_before_it_is_placed_holds_nothing(database_url: str) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.hold_lifted())
        await file(register, facts.registered(), facts.hold_placed(), first=2)
        assert await one(register, "SELECT flags FROM case_") == []


async def test_what_a_forgetful_process_folds_is_what_a_remembering_one_has(database_url: str) -> None:
    async with a_register(database_url) as first, a_register(database_url) as second:
        await file(first, facts.registered(), facts.released())
        await file(second, facts.accepted(), first=3)
        await file(first, facts.sealed(at="2018-08-01T00:00:00Z"), first=4)
        assert await rows(first, "SELECT custody, custodian, progress FROM case_") == [("held", "usaf", "sealed")]


# ------------------------------------------------------------------------------------------------- side by side
async def test_two_trackers_that_file_about_the_same_hubs_at_once_lose_nothing(database_url: str) -> None:
    async with a_register(database_url) as first, a_register(database_url) as second:
        numbers = [f"K-{n:02d}" for n in range(20)]
        await file(first, *(facts.registered(number) for number in numbers))
        works = []
        for turn in range(10):
            mine = [facts.departed(number, at=f"2018-08-01T00:{turn:02d}:00Z") for number in numbers]
            theirs = [facts.determined(number, f"P-{turn:04d}", f"D-{turn}-{number}") for number in reversed(numbers)]
            works.append(first.file("custody", entries(mine, 100 + 20 * turn)))
            works.append(second.file("identification", entries(theirs, 1 + 20 * turn)))
        filings = await asyncio.gather(*works)
        assert sum(filing.filed for filing in filings) == 400
        lines = "SELECT count(*), count(DISTINCT event) FROM history JOIN target ON hub = no WHERE kind = 'case'"
        assert (await rows(first, lines))[0] == (420, 420)
        assert await one(first, "SELECT count(*) FROM concern") == 200


async def test_one_identity_filed_by_two_trackers_at_once_is_one_event(database_url: str) -> None:
    async with a_register(database_url) as first, a_register(database_url) as second:
        said = [facts.registered(f"K-{n}") for n in range(50)]
        batch = entries(said)
        await asyncio.gather(*(register.file("custody", batch) for register in (first, second, first, second)))
        assert await one(first, "SELECT count(*) FROM event") == 50
        assert await one(first, "SELECT count(*) FROM duplicate") == 0


# ------------------------------------------------------------------------------------------------- what cannot be folded
async def test_a_fold_that_fails_marks_the_case_and_rejects_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered())

        def broken(before: Case, event: Event) -> Case:
            raise ZeroDivisionError

        monkeypatch.setattr(case_, "evolve", broken)
        assert (await file(register, facts.sealed(), first=2)).filed == 1
        assert await one(register, "SELECT flags FROM case_") == ["unfoldable"]
        monkeypatch.undo()
        await file(register, facts.declared(), first=3)
        assert await rows(register, "SELECT flags, progress FROM case_") == [([], "sealed")]


async def test_a_deadlock_while_what_a_family_is_owed_is_worked_out_begins_again_and_is_no_fault_of_the_family(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, closed = iter(["lost"]), closing.closed

    async def in_a_circle(cursor: Any, *given: Any) -> frozenset[str]:
        for _ in lost:
            await cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$")
        return await closed(cursor, *given)

    monkeypatch.setattr(obligations, "closed", in_a_circle)
    family = facts.kin(), facts.pnok(), facts.liaison()
    async with a_register(database_url) as register:
        with structlog.testing.capture_logs() as logged:
            assert (await file(register, *family)).filed == 3
            await file(register, facts.registered())
            await file(register, facts.determined())
        assert next(lost, None) is None
        assert [each for each in logged if each["event"] == "unfoldable"] == []
        assert await one(register, "SELECT state FROM notice WHERE kind = 'identification'") == "ready"


# ------------------------------------------------------------------------------------------------- append-only
@pytest.mark.parametrize("act", ["UPDATE event SET type = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE"])
async def test_events_are_never_changed(database_url: str, act: str) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered())
        with pytest.raises(psycopg.errors.RestrictViolation):
            await rows(register, act)
        assert await one(register, "SELECT count(*) FROM event") == 1


# ------------------------------------------------------------------------------------------------- how far
async def test_the_watermark_waits_at_a_hole_and_moves_on_when_it_is_filled(database_url: str) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered("K-1"), first=1)
        await file(register, facts.registered("K-4"), first=4)
        assert (await _through(register)) == 1
        await file(register, facts.registered("K-2"), facts.registered("K-3"), first=2)
        assert (await _through(register)) == 4
        assert await one(register, "SELECT count(*) FROM filed_range") == 0


async def test_a_new_epoch_freezes_what_may_leave_and_is_the_current_one(database_url: str) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered("K-1"))
        assert await rows(register, 'SELECT kind FROM "freeze"') == []
        await file(register, facts.registered("K-2"), epoch="00000000000000e2")
        assert await rows(register, 'SELECT kind, epoch FROM "freeze"') == [("epoch", "00000000000000e2")]
        assert await one(register, "SELECT epoch FROM epoch WHERE current") == "00000000000000e2"


async def test_a_position_that_holds_another_entry_was_rewritten_and_freezes_once(database_url: str) -> None:
    async with a_register(database_url) as register:
        await file(register, facts.registered("K-1"))
        await file(register, facts.registered("K-2"))
        assert (await _through(register)) == 1
        assert await rows(register, 'SELECT kind, low FROM "freeze"') == [("rewritten", 1)]
        async with register.pool.connection() as conn:
            await unfreeze(conn, "operator-1", "looked at", NOW)
        await file(register, facts.registered("K-3"))
        assert (await _through(register)) == 1
        assert await one(register, 'SELECT count(*) FROM "freeze"') == 1


async def test_a_redelivery_does_not_freeze(database_url: str) -> None:
    async with a_register(database_url) as register:
        batch = entries([facts.registered("K-1"), facts.registered("K-2")])
        for _ in range(3):
            await register.file("custody", batch)
            assert (await _through(register)) == 2
        assert await rows(register, 'SELECT kind FROM "freeze"') == []


async def test_freezing_and_lifting_are_recorded_acts(database_url: str) -> None:
    async with a_register(database_url) as register, register.pool.connection() as conn:
        no = await freeze(conn, "operator-1", "rehearsal", NOW)
        assert await unfreeze(conn, "operator-2", "over", NOW, no) == [no]
        assert await unfreeze(conn, "operator-2", "over", NOW, no) == []
        acts = await rows(register, "SELECT who, act, subject FROM action WHERE act LIKE '%%freeze' ORDER BY no")
        assert acts == [("operator-1", "freeze", str(no)), ("operator-2", "unfreeze", str(no))]


async def _through(register: Register) -> int:
    async with register.pool.connection() as conn:
        watermark = await advance(conn, "custody", NOW)
    assert watermark is not None
    return watermark.through
