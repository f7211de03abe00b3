"""A mailbox behind a real SMTP server in this process, which answers as a script says: for the demo and the tests."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HANG: Final = "hang"
"""Take the message and never answer, until the client gives up."""
DROP: Final = "drop after DATA"
"""Take the message, and cut the connection instead of answering: the sender cannot know that it arrived."""


@dataclass(frozen=True)
class Mail:
    """One message that came to the end of its DATA, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    content: bytes
    """The bytes as they came, with CRLF."""


Script = Callable[[Mail], str]
"""What to answer to a message: a reply such as `250 OK`, `451 try later` or `550 unknown`, or `HANG`, or `DROP`."""


def accept(_mail: Mail) -> str:
    return "250 OK"


class Mailbox:
    """Listens while the block lasts. Its server has a thread and a loop of its own, so blocking here blocks no mail.

    `attempts` is every message that came in whole, whatever was answered; `messages` those of them that are in the box:
    they were answered 2xx, or cut off by `DROP`, which leaves them delivered and the sender in doubt.

    Args:
        script: may be replaced at any time through the attribute; it runs in the server's thread.
        directory: where to keep each message in the box as `<number>.eml`, too, numbered on from what is there.
        port: 0 is any free one.
    """

    def __init__(self, script: Script = accept, directory: Path | None = None, port: int = 0) -> None:
        self.script = script
        self.directory = directory
        self.port = port
        self.attempts: list[Mail] = []
        self.messages: list[Mail] = []
        self._arrival = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="mailbox", daemon=True)
        self._listening: Future[int] = Future()
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def wait_for(self, n: int, timeout_s: float = 10.0) -> list[Mail]:
        """The messages, once there are at least `n`. From a coroutine: `await asyncio.to_thread(mailbox.wait_for, n)`.

        Raises:
            TimeoutError: fewer came in time; the message says how many.
        """
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.messages) >= n, timeout_s):
                raise TimeoutError(f"{len(self.messages)} of {n} messages after {timeout_s} s")
            return list(self.messages)

    def clear(self) -> None:
        with self._arrival:
            self.attempts.clear()
            self.messages.clear()

    def __enter__(self) -> Self:
        if self.directory:
            self.directory.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self.port = self._listening.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._listen())
        except BaseException as error:
            if self._listening.done():
                raise
            self._listening.set_exception(error)  # the port is taken, say: for __enter__ to raise
        finally:
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    async def _listen(self) -> None:
        sessions: list[SMTP] = []

        def session() -> SMTP:
            sessions.append(SMTP(self, hostname="mailbox.invalid", enable_SMTPUTF8=True, loop=self._loop))
            return sessions[-1]

        listener = await self._loop.create_server(session, "127.0.0.1", self.port)
        self._listening.set_result(listener.sockets[0].getsockname()[1])
        await self._closing.wait()
        listener.close()
        for each in sessions:
            cut(each)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        mail = parse(envelope)
        answer = self.script(mail)
        self._receive(mail, kept=answer.startswith("2") or answer == DROP)
        match answer:
            case "hang":
                await self._closing.wait()
                return "421 closing"
            case "drop after DATA":
                cut(server)
                return "421 never sent"
            case reply:
                return reply

    def _receive(self, mail: Mail, *, kept: bool) -> None:
        with self._arrival:
            self.attempts.append(mail)
            if kept:
                self.messages.append(mail)
                if self.directory:
                    keep(mail, self.directory)
            self._arrival.notify_all()


def keep(mail: Mail, directory: Path) -> None:
    """After the highest number there is: a mailbox that starts again overwrites nothing."""
    highest = max((int(file.stem) for file in directory.glob("*.eml") if file.stem.isdecimal()), default=0)
    with (directory / f"{highest + 1:04d}.eml").open("xb") as new:
        new.write(mail.content)


def cut(session: SMTP) -> None:
    """Close the connection without another word."""
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()


def parse(envelope: Any) -> Mail:
    content: bytes = envelope.original_content
    return Mail(
        sender=envelope.mail_from,
        recipients=tuple(envelope.rcpt_tos),
        message=email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default),
        content=content,
    )
