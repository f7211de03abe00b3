"""What survives when a dispatcher dies, hangs, or is overtaken: never a second mail, and doubt goes to a person."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

import embedded
from embedded.mailbox import DROP, HANG
from services.tracker.notices import words
from services.tracker.notices.delivery import Delivery
from services.tracker.notices.dispatch import Dispatch
from services.tracker.record import by_hand
from services.tracker.record.freezes import freeze, unfreeze
from tests import facts
from tests.integration.desk import Desk, desk, identified

DUTY = "duty@rosette.example.org"
FIRST, MOVED = "first@liaisons.example.org", "moved@liaisons.example.org"


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


async def die_at(point: str, at: Desk, urls: tuple[str, str], folder: Path) -> None:
    """Run a dispatcher that is killed at the named point, and prove that it was."""
    hit = folder / point
    clocks = at.now().isoformat(), at.machine().isoformat()
    command = [sys.executable, "-m", "tests.integration.dispatcher", *urls, at.smtp_url, *clocks]
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"ROSETTE_FAILPOINT": f"{point}@{hit}"}, stdout=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    assert hit.exists()


@pytest.mark.parametrize("point", ["notices.claimed", "notices.connected"])
async def test_a_dispatcher_that_dies_before_data_leaves_exactly_one_mail_to_send(
    point: str, at: Desk, mailbox: embedded.Mailbox, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await at.tell(*identified())
    at.now.move(seconds=31)
    await die_at(point, at, (database_url, redis_url), tmp_path)
    assert mailbox.attempts == []
    assert not await at.dispatch().settle()
    assert mailbox.attempts == []  # it is still the dead one's, as far as anybody can know
    at.machine.move(seconds=61)
    assert await at.dispatch().settle()
    assert len(mailbox.attempts) == 1
    assert await at.phases() == ["deferred", "accepted"]
    assert await at.states("identification") == ["sent"]


async def test_a_dispatcher_that_dies_after_data_leaves_one_doubt_and_no_second_mail(
    at: Desk, mailbox: embedded.Mailbox, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await at.tell(*identified())
    at.now.move(seconds=31)
    await die_at("notices.data", at, (database_url, redis_url), tmp_path)
    at.machine.move(seconds=61)
    for _ in range(2):
        await at.dispatch().settle()
        at.machine.move(hours=1)
    told, doubt = mailbox.attempts
    assert doubt.recipients == (DUTY,)
    assert told.recipients != doubt.recipients
    assert await at.states("identification") == ["in_doubt"]
    assert await at.states("in_doubt") == ["sent"]


@pytest.mark.parametrize("answer", [HANG, DROP])
async def test_no_answer_after_data_is_a_doubt(answer: str, at: Desk, mailbox: embedded.Mailbox) -> None:
    mailbox.script = lambda mail: answer if mail.recipients != (DUTY,) else "250 OK"
    await at.tell(*identified())
    await at.settle(at.dispatch(timeout_s=1))
    await at.settle()
    assert len(mailbox.attempts) == 2
    assert await at.states("identification") == ["in_doubt"]
    assert await at.states("in_doubt") == ["sent"]


async def test_a_report_of_the_family_settles_a_doubt(at: Desk, mailbox: embedded.Mailbox) -> None:
    mailbox.script = lambda mail: DROP if mail.recipients != (DUTY,) else "250 OK"
    await at.tell(*identified())
    await at.settle()
    await at.settle()
    assert await at.states("in_doubt") == ["sent"]
    told = await at.reference("identification")
    await at.tell(facts.delivered(notice=told, at="2018-09-18T15:01:00Z"))
    assert await at.states("identification") == ["done"]
    assert await at.states("in_doubt") == ["cleared"]


async def test_a_late_answer_settles_a_doubt_that_another_process_raised(at: Desk, mailbox: embedded.Mailbox) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow(mail: embedded.Mail) -> str:
        if mail.recipients != (DUTY,):
            asked.set()
            answer.wait(30)
        return "250 OK"

    mailbox.script = slow
    await at.tell(*identified())
    owner = asyncio.create_task(at.settle(at.dispatch(timeout_s=30)))
    await asyncio.to_thread(asked.wait, 30)
    at.machine.move(seconds=61)
    other = at.dispatch(Delivery("log"))
    await other.settle()
    assert await at.states("identification") == ["in_doubt"]
    answer.set()
    await owner
    assert await at.states("identification") == ["sent"]
    assert await at.states("in_doubt") == ["withdrawn"]
    assert len(mailbox.attempts) == 1


@pytest.mark.parametrize(("sent", "becomes", "mails"), [(True, "sent", 0), (False, "ready", 1)])
async def test_a_person_settles_a_doubt(at: Desk, mailbox: embedded.Mailbox, sent: bool, becomes: str, mails: int) -> None:
    mailbox.script = lambda mail: DROP if mail.recipients != (DUTY,) else "250 OK"
    await at.tell(*identified())
    await at.settle()
    mailbox.script = lambda _mail: "250 OK"
    mailbox.clear()
    await by_hand.resolve(at.register, await at.reference("identification"), "tests", sent=sent)
    assert await at.states("identification") == [becomes]
    assert await at.states("in_doubt") == ["cleared"]
    assert await at.settle()
    assert len(mailbox.attempts) == mails
    assert await at.states("identification") == ["sent"]


async def test_what_did_not_leave_is_not_sent_when_it_is_no_longer_owed(
    at: Desk, mailbox: embedded.Mailbox, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await at.tell(*identified())
    at.now.move(seconds=31)
    await die_at("notices.claimed", at, (database_url, redis_url), tmp_path)
    at.machine.move(seconds=61)
    dispatch = at.dispatch()
    await dispatch._expire()  # the lease is over, and nobody has claimed it again yet
    await at.tell(facts.rescinded())
    await at.settle()
    assert mailbox.attempts == []
    assert await at.states("identification") == ["withdrawn"]


async def test_a_claim_that_a_stop_overtakes_never_transmits(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    dispatch = at.dispatch()
    hand_over = dispatch.sayer.channel.hand_over

    async def rescinded_meanwhile(*given: object) -> object:
        if await at.states("stop") == []:
            await at.tell(facts.rescinded())
        return await hand_over(*given)  # type: ignore[arg-type]

    dispatch.sayer.channel.hand_over = rescinded_meanwhile  # type: ignore[assignment, method-assign]
    await at.settle(dispatch)
    at.machine.move(minutes=5)
    await at.settle()
    assert await at.states("identification") == ["withdrawn"]
    assert [mail.message["Subject"] for mail in mailbox.attempts if "family" in mail.message["Subject"]] == []


async def frozen(at: Desk) -> None:
    async with at.pool.connection() as conn:
        await freeze(conn, "tests", "a look", at.now())


async def unreadable(at: Desk, names: Sequence[str] = ()) -> None:
    await at.ask(
        """INSERT INTO quarantine (stream, entry_id, reason, detail, fields, concerns, filed_at)
           VALUES ('custody', '9-9', 'not_json', '', '{}', %s, %s) RETURNING no""",
        list(names) or None,
        at.now(),
    )


async def at_another_address(at: Desk) -> None:
    hours = {"zone": "America/Chicago", "hours": ("07:00", "18:00")}
    await at.directory(facts.directory({"L-1": MOVED}, **hours))  # type: ignore[arg-type]


def before_data(at: Desk, come_up: Callable[[Desk], Awaitable[None]]) -> Dispatch:
    """A dispatch during whose first hand-over something comes up, after the claim and before DATA."""
    dispatch = at.dispatch()
    hand_over = dispatch.sayer.channel.hand_over
    come_ups = iter([come_up])

    async def meanwhile(*given: object) -> object:
        for each in come_ups:
            await each(at)
        return await hand_over(*given)  # type: ignore[arg-type]

    dispatch.sayer.channel.hand_over = meanwhile  # type: ignore[assignment, method-assign]
    return dispatch


@pytest.mark.parametrize(
    ("come_up", "why"),
    [
        (frozen, "frozen"),
        (unreadable, "unreadable"),
        (partial(unreadable, names=["K55-01"]), "unreadable"),
        (at_another_address, "address changed"),
    ],
    ids=["freeze", "unreadable", "unreadable about its case", "address"],
)
async def test_what_comes_up_between_claim_and_data_keeps_a_family_from_being_told(
    come_up: Callable[[Desk], Awaitable[None]], why: str, at: Desk, mailbox: embedded.Mailbox
) -> None:
    await at.tell(*identified())
    await at.settle(before_data(at, come_up))
    assert mailbox.attempts == []
    assert await at.states("identification") == ["ready"]
    said = await at.ask("SELECT before, after, why FROM notice_transition ORDER BY no DESC LIMIT 1")
    assert said == [("sending", "ready", f"deferred: {why}")]
    async with at.pool.connection() as conn:
        await unfreeze(conn, "tests", "seen", at.now())
        await conn.execute("UPDATE quarantine SET resolved_at = %s", (at.now(),))
    at.machine.move(minutes=1)
    assert await at.settle()
    assert [mail.recipients for mail in mailbox.attempts] == [(MOVED if why == "address changed" else FIRST,)]


async def test_an_unreadable_entry_about_another_case_that_was_once_the_persons_keeps_the_mail_back_just_before_data(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    other = facts.registered("K55-02"), facts.determined("K55-02", "P-0001", "D-2"), facts.rescinded("D-2")
    await at.tell(*identified(), *other)
    await at.settle(before_data(at, partial(unreadable, names=["K55-02"])))
    assert mailbox.attempts == []
    assert "deferred: unreadable" in [why for (why,) in await at.ask("SELECT why FROM notice_transition")]


async def test_a_stop_that_is_about_to_leave_waits_for_no_freeze_and_nothing_unreadable(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    async def both(at: Desk) -> None:
        await frozen(at)
        await unreadable(at)

    await at.tell(*identified())
    await at.settle()
    await at.tell(facts.rescinded())
    await at.settle(before_data(at, both))
    assert await at.states("stop") == ["sent"]


async def test_a_stop_goes_to_the_address_that_the_directory_has_when_it_leaves(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    await at.settle()
    await at.tell(facts.rescinded())
    await at.settle(before_data(at, at_another_address))
    at.machine.move(minutes=1)
    await at.settle()
    assert [mail.recipients for mail in mailbox.attempts] == [(FIRST,), (MOVED,)]


async def test_two_dispatchers_send_each_mail_once(at: Desk, mailbox: embedded.Mailbox) -> None:
    for n in range(1, 9):
        await at.tell(
            *identified(f"K55-{n:02}", f"P-{n:04}", f"D-{n}"), facts.discrepancy_reported(f"K55-{n:02}", kind="label")
        )
    at.now.move(seconds=31)
    await asyncio.gather(at.dispatch().settle(), at.dispatch().settle())
    await at.dispatch().settle()
    references = [mail.message["Message-ID"] for mail in mailbox.attempts]
    assert len(references) == len(set(references)) == 8 + len(await at.states("discrepancy"))


async def test_a_run_sends_what_becomes_ready_and_ends_when_told_to(at: Desk, mailbox: embedded.Mailbox) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(at.dispatch().run(stop))
    await at.tell(*identified())
    at.now.move(seconds=31)
    await asyncio.to_thread(mailbox.wait_for, 1)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert await at.states("identification") == ["sent"]


async def test_a_run_that_is_cancelled_waits_for_what_is_on_its_way(at: Desk, mailbox: embedded.Mailbox) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow(_mail: embedded.Mail) -> str:
        asked.set()
        answer.wait(30)
        return "250 OK"

    mailbox.script = slow
    await at.tell(*identified())
    at.now.move(seconds=31)
    running = asyncio.create_task(at.dispatch().run(asyncio.Event()))
    await asyncio.to_thread(asked.wait, 30)
    running.cancel()
    answer.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await at.states("identification") == ["sent"]


async def test_a_server_that_cannot_be_reached_is_tried_again_after_a_back_off(at: Desk, mailbox: embedded.Mailbox) -> None:
    reachable, at.smtp_url = at.smtp_url, "smtp://127.0.0.1:1"
    await at.tell(*identified())
    assert not await at.settle()
    assert await at.states("identification") == ["ready"]
    at.smtp_url = reachable
    assert not await at.settle()
    assert mailbox.attempts == []
    at.machine.move(seconds=5)
    assert await at.settle()
    assert len(mailbox.attempts) == 1


async def test_a_stop_needs_no_redis(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.tell(*identified())
    await at.settle()
    await at.tell(facts.rescinded(), *identified("K55-02", "P-0002", "D-2"))
    at.now.move(seconds=31)
    dispatch = at.dispatch()
    dispatch.redis = Redis(port=1, retry=Retry(NoBackoff(), 0))
    await dispatch.settle()
    assert await at.states("stop") == ["sent"]
    assert await at.states("identification") == ["stopped", "ready"]


async def test_a_notice_that_cannot_be_worded_keeps_no_other_from_leaving(
    at: Desk, mailbox: embedded.Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "ACTIONS", {kind: said for kind, said in words.ACTIONS.items() if kind != "discrepancy"})
    await at.tell(*identified(), facts.discrepancy_reported(kind="label"))
    assert await at.settle()
    assert await at.states("identification") == ["sent"]
    assert await at.states("discrepancy") == ["ready"]
