"""The directory in the record: replaced whole or not at all, and what a new one sets going."""

from collections.abc import AsyncIterator

import psycopg
import pytest

import embedded
from services.tracker.record import directory as directory_
from services.tracker.record.directory import load_directory, replace_directory
from services.tracker.record.directory_file import DirectoryInvalid, parse_directory
from tests import facts
from tests.integration.desk import DIRECTORY, Desk, desk, identified

MOVED = DIRECTORY.replace("first@liaisons.example.org", "moved@liaisons.example.org")


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


async def test_what_was_imported_is_the_whole_directory(at: Desk) -> None:
    before, _, rest = DIRECTORY.partition('[liaisons."L-2"]')
    without_second = parse_directory(before + rest[rest.index("[offices") :])
    async with at.pool.connection() as conn:
        changes = await replace_directory(conn, without_second, "an operator", at.now())
        assert await load_directory(conn) == without_second
    assert (changes.added, changes.changed, changes.removed) == ((), (), ("liaison:L-2",))


async def test_an_import_says_what_it_changed_and_records_who_did_it_without_an_address(at: Desk) -> None:
    async with at.pool.connection() as conn:
        changes = await replace_directory(conn, parse_directory(MOVED), "an operator", at.now())
    assert (changes.added, changes.changed, changes.removed) == ((), ("liaison:L-1",), ())
    ((detail,),) = await at.ask("SELECT detail FROM action WHERE who = 'an operator'")
    assert detail == {"added": 0, "changed": 1, "removed": 0}


async def test_an_import_that_fails_on_its_way_changes_nothing(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_, "LOOK_AGAIN", "SELECT 1 / 0 + extract(epoch FROM %(now)s::timestamptz)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        await at.directory(MOVED)
    async with at.pool.connection() as conn:
        assert await load_directory(conn) == parse_directory(DIRECTORY)


async def test_a_file_that_is_no_directory_changes_nothing(at: Desk) -> None:
    with pytest.raises(DirectoryInvalid):
        await at.directory(MOVED.replace("Chicago", "Nowhere"))
    async with at.pool.connection() as conn:
        assert await load_directory(conn) == parse_directory(DIRECTORY)


async def test_what_waited_for_an_address_is_said_once_there_is_one(at: Desk, mailbox: embedded.Mailbox) -> None:
    await at.directory(DIRECTORY.replace('address = "first@liaisons.example.org"\n', ""))
    await at.tell(*identified())
    await at.settle()
    assert await at.states("identification") == ["held"]
    assert await at.states("unassigned") == ["sent"]
    await at.directory()
    await at.dispatch().settle()
    await at.settle()
    assert await at.states("identification") == ["sent"]
    assert await at.states("unassigned") == ["cleared"]


async def test_refused_mail_is_sent_again_when_the_address_has_changed(at: Desk, mailbox: embedded.Mailbox) -> None:
    mailbox.script = lambda mail: "550 unknown" if mail.recipients == ("first@liaisons.example.org",) else "250 OK"
    await at.tell(*identified())
    await at.settle()
    await at.directory()
    await at.settle()
    assert await at.states("identification") == ["refused"]
    await at.directory(MOVED)
    await at.settle()
    assert await at.states("identification") == ["sent"]
    sent_to = [mail.recipients for mail in mailbox.messages]
    assert sent_to == [("duty@rosette.example.org",), ("moved@liaisons.example.org",)], "the office first hears of the refusal"


async def test_mail_for_an_office_that_is_gone_goes_to_the_default_office(at: Desk, mailbox: embedded.Mailbox) -> None:
    desk_of_unc = '[offices."operators/unc"]\naddress = "unc@example.org"\nzone = "UTC"\n'
    await at.directory(DIRECTORY + desk_of_unc)
    await at.tell(facts.registered(), facts.discrepancy_reported(kind="label"))
    await at.directory()
    await at.settle()
    assert [mail.recipients for mail in mailbox.messages] == [("duty@rosette.example.org",)]
