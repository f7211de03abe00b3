"""SMTP: one connection a mail, so that nothing that happens to one mail can touch another."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException

from services.tracker.notices.outcomes import Abandoned, Accepted, Deferred, Outcome, Refused, Reply, Unknown
from shared.failpoints import failpoint

Scheme = Literal["smtp", "smtp+starttls", "smtps"]
PORTS: Final[dict[Scheme, int]] = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over. `password` is a secret and stays out of `repr`."""

    scheme: Scheme
    host: str
    port: int
    user: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"Server({self.scheme}://{self.host}:{self.port})"


def server(url: str) -> Server:
    """The server that `smtp://`, `smtp+starttls://` or `smtps://` names, with user and password where it asks for them.

    Raises:
        ValueError: another scheme, or no host; the message repeats nothing of the URL.
    """
    parts = urlsplit(url)
    for scheme, port in PORTS.items():
        if parts.scheme == scheme and parts.hostname:
            user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
            return Server(scheme, parts.hostname, parts.port or port, user, password)
    raise ValueError("a mail server is smtp://, smtp+starttls:// or smtps:// and a host")


class SmtpChannel:
    """Hands mail to one server.

    Args:
        timeout_s: for all that comes before DATA together, and once more for DATA and its answer. Shorter than a lease, or an
            attempt is given up while its mail is on its way.
    """

    def __init__(self, to: Server, timeout_s: float) -> None:
        self.to = to
        self.timeout_s = timeout_s

    async def hand_over(self, mail: EmailMessage, may_transmit: Callable[[], Awaitable[bool]]) -> Outcome | Abandoned:
        """Connect, introduce the mail, ask `may_transmit`, send it, and say what the server answered.

        Guarantee: the content leaves only after `may_transmit` returned True, and at most once. Never raises for what the
        network or the server does: that is the outcome.
        """
        client = self._client(mail)
        try:
            if (failed := await self._introduce(client, mail)) is not None:
                return failed
            failpoint("notices.connected")
            if not await may_transmit():
                return Abandoned()
            outcome = await self._transmit(client, mail)
            failpoint("notices.data")
            return outcome
        finally:
            client.close()  # no QUIT: waiting for its answer would stand between a mail taken and the record of it

    def _client(self, mail: EmailMessage) -> SMTP:
        return SMTP(
            hostname=self.to.host,
            port=self.to.port,
            username=self.to.user,
            password=self.to.password,
            local_hostname=mail["From"].addresses[0].domain,  # asking DNS for this machine's own name may take seconds
            timeout=self.timeout_s,
            use_tls=self.to.scheme == "smtps",
            start_tls=self.to.scheme == "smtp+starttls",
        )

    async def _introduce(self, client: SMTP, mail: EmailMessage) -> Deferred | Refused | None:
        """Everything before DATA. Only what the server says of the recipient is final; the rest is between it and us."""
        try:
            async with asyncio.timeout(self.timeout_s):
                await client.connect()
                await client.mail(mail["From"].addresses[0].addr_spec)
                await client.rcpt(mail["To"].addresses[0].addr_spec)
        except SMTPRecipientRefused as answer:
            return Refused(reply_of(answer)) if answer.code >= 500 else Deferred(reply_of(answer))
        except SMTPResponseException as answer:
            return Deferred(reply_of(answer))
        except (SMTPException, OSError) as failure:
            return Deferred(type(failure).__name__)
        return None

    async def _transmit(self, client: SMTP, mail: EmailMessage) -> Outcome:
        """DATA and its answer. Without an answer nobody knows."""
        try:
            async with asyncio.timeout(self.timeout_s):
                answered = await client.data(mail.as_bytes(policy=SMTP_POLICY))
        except SMTPResponseException as answer:
            return answered_otherwise(answer)
        except (SMTPException, OSError) as failure:
            return Unknown(type(failure).__name__)
        return Accepted(short(answered.code, answered.message))


def answered_otherwise(answer: SMTPResponseException) -> Outcome:
    """An answer to DATA that is not the usual 250. Below 200 or in the 300s it is none that the standard knows here."""
    match answer.code // 100:
        case 2:
            return Accepted(reply_of(answer))
        case 4:
            return Deferred(reply_of(answer))
        case 5:
            return Refused(reply_of(answer))
        case _:
            return Unknown(reply_of(answer))


def reply_of(answer: SMTPResponseException) -> Reply:
    return short(answer.code, answer.message)


def short(code: int, text: str) -> Reply:
    """The code and, where the server gave one, the enhanced code of RFC 3463. The text may repeat the address: it is left."""
    enhanced = ENHANCED.match(text)
    return f"{code} {enhanced.group()}" if enhanced else str(code)
