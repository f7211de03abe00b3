"""What leaves, when it may, over real SMTP: once, at the right time, to the right liaison, and saying little."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import embedded
from services.tracker.follow.publisher import Publisher
from services.tracker.notices.delivery import Delivery
from services.tracker.record import counters, watermarks
from services.tracker.record.freezes import freeze, unfreeze
from shared.streams import seq_key
from shared.terms import STREAMS, Stream
from tests import facts
from tests.integration.desk import MORNING, Desk, desk, identified

FIRST, SECOND, DUTY = "first@liaisons.example.org", "second@liaisons.example.org", "duty@rosette.example.org"


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


def text(mail: embedded.Mail) -> str:
    return str(mail.message.get_content())


async def test_a_family_is_told_once_and_settling_again_sends_nothing(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    assert await at.settle()
    assert await at.settle()
    (mail,) = mailbox.messages
    assert mail.recipients == (FIRST,)
    assert await at.states("identification") == ["sent"]
    assert await at.phases() == ["accepted"]


async def test_nothing_about_a_family_leaves_before_the_settling_time_is_over(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    at.now.move(seconds=29)
    assert await at.dispatch().settle()
    assert mailbox.messages == []
    at.now.move(seconds=1)
    assert await at.dispatch().settle()
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("other", ["recipient", "cases"])
async def test_a_ready_notice_that_says_something_else_settles_anew(at: Desk, mailbox: embedded.Mailbox, other: str) -> None:
    *known, determined = identified()
    determined["data"]["cases"] = ["K55-01", "K55-02"]
    await at.tell(*known, facts.registered("K55-02"), determined)
    at.now.move(seconds=20)
    assert await at.dispatch().settle()
    if other == "recipient":
        await at.tell(facts.liaison(liaison="L-2", at="2018-09-18T14:00:00Z"))
    else:
        await at.tell(facts.corrected(determined, facts.determined(at=determined["time"])))
    at.now.move(seconds=20)
    assert await at.dispatch().settle()
    assert mailbox.messages == []
    at.now.move(seconds=10)
    assert await at.dispatch().settle()
    assert [mail.recipients for mail in mailbox.messages] == [(SECOND if other == "recipient" else FIRST,)]


async def test_what_waited_for_an_epoch_that_is_over_waits_for_the_counters_of_the_new_one(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    late = await at.accept(facts.sealed())
    assert not await at.settle()
    assert await at.ask("SELECT count(*) FROM notice WHERE awaits IS NOT NULL") == [(1,)]
    at.epoch = "00000000000000e2"
    await at.redis.flushall()
    await at.tell(facts.registered("K55-02"), facts.kin("P-0002"), facts.hold_placed(stream="identification", cases=["K55-02"]))
    await at.file(late)
    assert await at.settle()
    assert mailbox.messages == []
    async with at.pool.connection() as conn:
        await unfreeze(conn, "tests", "all sent again", at.now())
    assert await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(FIRST,)]


async def test_a_redis_restored_to_an_epoch_that_was_over_keeps_families_from_being_told_until_somebody_has_looked(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    backup: dict[Stream, Any] = {stream: await at.redis.hgetall(seq_key(stream)) for stream in STREAMS}
    at.epoch = "00000000000000e2"
    await at.redis.flushall()
    await at.tell(facts.registered("K55-02"), facts.kin("P-0002"), facts.hold_placed(stream="identification", cases=["K55-02"]))
    async with at.pool.connection() as conn:
        await unfreeze(conn, "tests", "all sent again", at.now())
    for stream, kept in backup.items():
        await at.redis.hset(seq_key(stream), mapping=kept)
    publisher = Publisher(at.pool, at.redis, at.now)
    for stream in STREAMS:
        await publisher.publish(stream)
    assert await at.settle()
    assert mailbox.messages == []
    async with at.pool.connection() as conn:
        assert len(await unfreeze(conn, "tests", "all sent again", at.now())) == len(STREAMS)
    assert await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(FIRST,)]


async def test_what_waited_in_an_epoch_that_is_back_waits_anew(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    late = await at.accept(facts.sealed())
    assert not await at.settle()
    async with at.pool.connection() as conn:
        await conn.execute("INSERT INTO epoch (stream, epoch, first_seen_at, current) VALUES ('custody', 'e0', now(), false)")
        mark = await watermarks.watermark(conn, "custody")
        assert mark is not None
        assert await counters.record_return(conn, mark, "e0", at.now())
        assert await counters.record_return(conn, replace(mark, epoch="e0"), mark.epoch, at.now())
        await unfreeze(conn, "tests", "looked at", at.now())
    assert await at.ask("SELECT count(*) FROM notice WHERE awaits IS NOT NULL") == [(0,)]
    await at.file(late)
    assert await at.settle()
    assert len(mailbox.messages) == 1


async def test_a_hold_accepted_before_but_filed_later_stops_the_mail(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    held = await at.accept(facts.hold_placed(stream="identification"))
    assert not await at.settle()
    assert mailbox.messages == []
    await at.file(held)
    assert await at.settle()
    assert mailbox.messages == []
    assert await at.states("identification") == ["held"]
    await at.tell(facts.hold_lifted(stream="identification"))
    await at.settle()
    assert len(mailbox.messages) == 1


async def test_a_custody_hold_accepted_before_the_determination_and_filed_after_it_stops_the_mail(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    *known, determined = identified()
    await at.tell(*known)
    held = await at.accept(facts.hold_placed(stream="custody"))
    await at.tell(determined)
    assert not await at.settle()
    assert mailbox.messages == []
    await at.file(held)
    assert await at.settle()
    assert mailbox.messages == []
    assert await at.states("identification") == ["held"]


async def test_a_blocking_discrepancy_that_is_resolved_releases_the_mail(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(facts.discrepancy_reported(kind="count"), *identified())
    assert await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,)]
    assert await at.states("identification") == ["held"]
    ((discrepancy,),) = await at.ask("SELECT id FROM discrepancy WHERE open")
    await at.tell(facts.discrepancy_resolved(discrepancy))
    assert await at.settle()
    assert await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,), (FIRST,)]
    assert await at.states("identification") == ["sent"]


async def test_what_is_accepted_after_the_settling_time_is_not_waited_for(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    later = await at.accept(facts.sealed())
    await at.settle()
    assert mailbox.messages == []
    await at.accept(facts.sealed())
    await at.file(later)
    await at.dispatch().settle()
    assert len(mailbox.messages) == 1


async def test_a_lost_counter_keeps_families_from_being_told_until_it_is_known_again(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    await at.redis.flushall()
    assert not await at.settle()
    assert mailbox.messages == []


async def test_a_counter_that_ran_back_tells_no_notice_what_to_wait_for(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    key = seq_key("family")
    await at.redis.hincrby(key, "n", -1)
    assert not await at.settle()
    assert mailbox.messages == []
    await at.redis.hincrby(key, "n", 1)
    assert await at.settle()
    assert len(mailbox.messages) == 1


async def test_an_unreadable_entry_keeps_families_from_being_told_and_nobody_else(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    ((id, fields),) = (entries := await at.accept(facts.sealed()))["custody"]
    await at.file(entries | {"custody": [(id, fields | {b"event": b"{"})]})
    await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,)]
    assert await at.states("identification") == ["ready"]
    async with at.pool.connection() as conn:
        await conn.execute("UPDATE quarantine SET resolved_at = %s", (at.now(),))
    await at.settle()
    assert await at.states("identification") == ["sent"]


async def test_a_freeze_keeps_families_from_being_told_until_it_is_lifted(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    async with at.pool.connection() as conn:
        await freeze(conn, "tests", "a test", at.now())
        assert await at.settle()
        assert mailbox.messages == []
        await unfreeze(conn, "tests", "over", at.now())
    assert await at.settle()
    assert len(mailbox.messages) == 1


async def test_hours_that_close_while_a_notice_settles_hold_it(at: Desk, mailbox: embedded.Mailbox) -> None:
    at.now.at = datetime(2018, 9, 18, 22, 59, 50, tzinfo=UTC)
    await at.tell(*identified())
    assert await at.states("identification") == ["ready"]
    await at.settle()
    assert mailbox.messages == []
    assert await at.states("identification") == ["held"]


async def test_mail_about_a_family_keeps_the_liaisons_duty_hours(at: Desk, mailbox: embedded.Mailbox) -> None:
    at.now.at = datetime(2018, 11, 4, 2, 0, tzinfo=UTC)
    await at.tell(*identified())
    assert await at.settle()
    assert mailbox.messages == []
    ((state, opens),) = await at.ask("SELECT state, reasons->0->>'until' FROM notice WHERE kind = 'identification'")
    assert (state, opens) == ("held", "2018-11-04T13:00:00+00:00")  # seven o'clock after the clocks went back
    at.now.at = datetime(2018, 11, 4, 12, 59, tzinfo=UTC)
    await at.dispatch().settle()
    assert mailbox.messages == []
    at.now.at = datetime(2018, 11, 4, 13, 0, tzinfo=UTC)
    await at.dispatch().settle()
    await at.settle()
    assert len(mailbox.messages) == 1


async def test_a_stop_leaves_at_once_and_at_night(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    await at.settle()
    at.now.at = datetime(2018, 9, 19, 7, 0, tzinfo=UTC)
    await at.accept(facts.sealed())
    await at.tell(facts.rescinded())
    await at.dispatch().settle()
    first, stop = mailbox.messages
    assert stop.recipients == (FIRST,)
    assert f"STOP notice {await at.reference('identification')}" in text(stop)
    assert "Number 1 of line" in text(first)
    assert "Number 2 of line" in text(stop)
    assert await at.states("identification") == ["stopped"]


async def test_a_correction_follows_a_delivery_and_carries_the_next_place_of_the_same_line(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    await at.settle()
    told = await at.reference("identification")
    at.now.move(hours=1)
    await at.tell(facts.delivered(notice=told, at="2018-09-18T15:30:00Z"), facts.rescinded(at="2018-09-18T15:31:00Z"))
    await at.settle()
    _, correction = mailbox.messages
    assert f"Number 2 of line {told}" in text(correction)
    assert await at.states("identification") == ["done"]
    assert await at.states("correction") == ["sent"]


async def test_a_family_hears_each_truth_once_however_often_it_changes(at: Desk, mailbox: embedded.Mailbox) -> None:
    """Determined, told; rescinded, told; the rescission corrected, told: three truths, three mails, one line."""
    rescinded = facts.rescinded(at="2018-09-18T15:31:00Z")
    await at.tell(*identified())
    await at.settle()
    first = await at.reference("identification")
    at.now.move(hours=1)
    await at.tell(facts.delivered(notice=first, at="2018-09-18T15:30:00Z"), rescinded)
    await at.settle()
    await at.settle()
    assert len(mailbox.messages) == 2
    correction = await at.reference("correction")
    at.now.move(hours=1)
    await at.tell(facts.delivered(notice=correction, at="2018-09-18T16:30:00Z"))
    await at.tell(facts.corrected(rescinded, at="2018-09-18T16:40:00Z"))
    await at.settle()
    await at.settle()
    assert len(mailbox.messages) == 3
    told = await at.reference("reinstatement")
    at.now.move(hours=1)
    await at.tell(facts.delivered(notice=told, at="2018-09-18T17:30:00Z"))
    await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(FIRST,)] * 3
    for place, mail in enumerate(mailbox.messages, 1):
        assert f"Number {place} of line {first}" in text(mail)
    assert await at.ask("SELECT kind, state FROM notice WHERE class = 'family' ORDER BY no") == [
        ("identification", "done"),
        ("correction", "done"),
        ("reinstatement", "done"),
    ]


async def test_a_successor_is_told_only_after_the_stop_to_the_one_before_has_left(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    await at.settle()
    await at.tell(facts.liaison(liaison="L-2", at="2018-09-18T15:00:30Z"))
    await at.settle()
    await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(FIRST,), (FIRST,), (SECOND,)]
    assert await at.states("takeover") == ["sent"]


async def test_mail_carries_nothing_personal(at: Desk, mailbox: embedded.Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    await at.tell(*identified())
    await at.settle()
    told = await at.reference("identification")
    at.now.move(hours=1)
    await at.tell(facts.delivered(notice=told, at="2018-09-18T15:30:00Z"), facts.rescinded(at="2018-09-18T15:31:00Z"))
    await at.tell(facts.discrepancy_reported())
    await at.settle()
    assert len(mailbox.messages) == 3
    for mail in mailbox.messages:
        for secret in (b"P-0001", b"KIN-1", b"D-1", b"K55-01", b"L-1", b"daughter", b"mtdna"):
            assert secret not in mail.content
    for record in caplog.records:
        assert "@" not in record.getMessage() or record.name == "mail.log"  # the test's own mail server says who writes to it


async def test_a_message_id_belongs_to_the_notice(at: Desk, mailbox: embedded.Mailbox) -> None:
    mailbox.script = lambda _mail: "451 greylisted"
    await at.tell(*identified())
    await at.settle()
    mailbox.script = lambda _mail: "250 OK"
    at.machine.move(minutes=1)
    await at.settle()
    assert len({mail.message["Message-ID"] for mail in mailbox.attempts}) == 1
    assert len(mailbox.attempts) == 2


# ---------------------------------------------------------------------------------------------------- log and allowlist
async def test_in_log_mode_notices_stay_ready_with_a_logged_attempt_until_they_are_released(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    assert await at.settle(at.dispatch(Delivery("log")))
    assert await at.settle(at.dispatch(Delivery("log")))
    assert await at.phases() == ["logged"]
    assert await at.settle()
    assert mailbox.messages == []
    assert await at.ask("SELECT state, needs_release FROM notice") == [("ready", "log")]


async def test_an_allowlist_reaches_only_whom_it_lists(at: Desk, mailbox: embedded.Mailbox) -> None:
    allowed = Delivery("allowlist", frozenset({"@rosette.example.org"}))
    await at.tell(*identified(), facts.discrepancy_reported(kind="label"))
    await at.settle(at.dispatch(allowed))
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,)]
    assert sorted(await at.phases()) == ["accepted", "logged"]


# ------------------------------------------------------------------------------------------------------------ directory
async def test_a_refused_mail_waits_for_another_address_and_the_office_hears_of_it(at: Desk, mailbox: embedded.Mailbox) -> None:
    mailbox.script = lambda mail: "550 5.1.1 no such user" if mail.recipients == (FIRST,) else "250 OK"
    await at.tell(*identified())
    assert await at.settle()
    assert await at.settle()
    assert await at.states("identification") == ["refused"]
    assert await at.ask("SELECT smtp_reply FROM attempt WHERE phase = 'refused'") == [("550 5.1.1",)]
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,)], "the office hears that somebody cannot be written to"
    await at.tell(facts.liaison(liaison="L-2", at="2018-09-18T15:00:30Z"))
    await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [(DUTY,), (SECOND,)]
    assert await at.states("identification") == ["sent"]


async def test_an_address_past_the_import_that_would_add_a_recipient_makes_no_mail_to_any(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    async with at.pool.connection() as conn:
        await conn.execute("UPDATE liaison SET address = E'a@example.org\\r\\nBcc: b@example.org' WHERE ref = 'L-1'")
    await at.tell(*identified())
    await at.settle()
    assert [mail.recipients for mail in mailbox.attempts] == [(DUTY,)], (
        "only the office hears, that somebody cannot be written to"
    )
    assert await at.states("identification") == ["refused"]


async def test_the_mail_names_the_kins_window_in_the_kins_zone(at: Desk, mailbox: embedded.Mailbox) -> None:
    statements = list(identified())
    statements[1] = facts.kin(zone="Asia/Seoul", contact_hours=[{"start": "09:00", "end": "21:00"}])
    await at.tell(*statements)
    await at.settle()
    (mail,) = mailbox.messages
    assert at.now() > MORNING
    assert "09:00 to 21:00" in text(mail)
    assert "06:00 to 22:00" in text(mail)
    assert "Next opening: Wednesday, 19 September 2018, 09:00 (UTC+09:00)" in text(mail)
