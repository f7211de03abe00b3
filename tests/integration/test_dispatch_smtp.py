"""The SMTP channel against a real server that refuses, defers, hangs and drops at every step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

import embedded
from embedded.mailbox import DROP, HANG
from services.tracker.notices.channels.smtp import Server, SmtpChannel, server
from services.tracker.notices.mail import compose
from services.tracker.notices.outcomes import Abandoned, Accepted, Deferred, Outcome, Refused, Unknown
from services.tracker.notices.words import Said

MAIL = compose(
    Said("a subject", ".a line that begins with a dot\n"),
    sender="rosette@example.org",
    to="first@liaisons.example.org",
    message_id="<x@example.org>",
    at=datetime(2018, 9, 18, tzinfo=UTC),
)


@dataclass
class Asked:
    """Whether DATA may begin, and how often that was asked."""

    answer: bool = True
    times: int = 0

    async def __call__(self) -> bool:
        self.times += 1
        return self.answer


async def hand_over(url: str, asked: Asked | None = None, mail: EmailMessage = MAIL) -> Outcome | Abandoned:
    return await SmtpChannel(server(url), timeout_s=1).hand_over(mail, asked or Asked())


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("250 2.0.0 queued as first@liaisons.example.org", Accepted("250 2.0.0")),
        ("251 fine", Accepted("251")),
        ("451 4.7.1 come back", Deferred("451 4.7.1")),
        ("452 full", Deferred("452")),
        ("550 5.1.1 first@liaisons.example.org is unknown", Refused("550 5.1.1")),
        ("354 what", Unknown("354")),
        (HANG, Unknown("TimeoutError")),
        (DROP, Unknown("SMTPServerDisconnected")),
    ],
)
async def test_the_answer_to_data_is_the_outcome(mailbox: embedded.Mailbox, answer: str, outcome: Outcome) -> None:
    mailbox.script = lambda _mail: answer
    asked = Asked()
    assert await hand_over(mailbox.url, asked) == outcome
    assert asked.times == 1
    assert len(mailbox.attempts) == 1


async def test_what_arrives_is_what_was_composed(mailbox: embedded.Mailbox) -> None:
    await hand_over(mailbox.url)
    (mail,) = mailbox.messages
    assert mail.sender == "rosette@example.org"
    assert mail.recipients == ("first@liaisons.example.org",)
    assert mail.message.get_content() == ".a line that begins with a dot\n"


async def test_nothing_leaves_without_the_word_to_transmit(mailbox: embedded.Mailbox) -> None:
    assert await hand_over(mailbox.url, Asked(answer=False)) == Abandoned()
    assert mailbox.attempts == []


async def test_a_server_that_is_not_there_defers_and_is_never_asked_to_transmit() -> None:
    asked = Asked()
    assert isinstance(await hand_over("smtp://127.0.0.1:1", asked), Deferred)
    assert asked.times == 0


# ----------------------------------------------------------------------------------------------------------- before DATA
@dataclass
class Picky:
    """A server that answers one step of a session as it is told."""

    answers: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return await self.answer("MAIL")

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return await self.answer("RCPT")

    async def answer(self, step: str) -> str:
        if (said := self.answers.get(step, "250 OK")) == HANG:
            await asyncio.sleep(30)
        return said


@asynccontextmanager
async def picky(**answers: str) -> AsyncIterator[str]:
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(Picky(answers), hostname="picky.invalid"))
        return sessions[-1]

    listener = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        for each in sessions:
            if each.transport is not None:
                each.transport.close()


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"RCPT": "550 5.1.1 no first@liaisons.example.org here"}, Refused("550 5.1.1")),
        ({"RCPT": "450 4.2.0 greylisted"}, Deferred("450 4.2.0")),
        ({"MAIL": "550 5.7.1 not from you"}, Deferred("550 5.7.1")),
        ({"MAIL": "421 closing"}, Deferred("421")),
        ({"RCPT": HANG}, Deferred("TimeoutError")),
    ],
)
async def test_before_data_only_a_refused_recipient_is_final(answers: dict[str, str], outcome: Outcome) -> None:
    asked = Asked()
    async with picky(**answers) as url:
        assert await hand_over(url, asked) == outcome
    assert asked.times == 0


# ------------------------------------------------------------------------------------------------------------ the server
def test_a_mail_server_is_named_by_its_url() -> None:
    assert server("smtp://mail.example.org") == Server("smtp", "mail.example.org", 25, None, None)
    assert server("smtps://mail.example.org:4650").port == 4650
    named = server("smtp+starttls://rosette:p%40ss@mail.example.org")
    assert (named.port, named.user, named.password) == (587, "rosette", "p@ss")
    assert "p@ss" not in repr(named)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org", "imap://user:secret@host"])
def test_anything_else_is_no_mail_server_and_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="a mail server is") as refused:
        server(url)
    assert "secret" not in str(refused.value)
