"""What can become of an attempt to hand a mail over. Closed: whoever reads an outcome must answer for every one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

Reply = str
"""`<code>` or `<code> <enhanced code>` of the server, or a word of ours. Never its text, which may repeat an address."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server answered for the mail. Only this makes a notice `sent`."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this mail for this recipient. The notice waits for another address or for a person."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Deferred:
    """It certainly did not leave, and may another time: the notice is ready again after a back-off."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Unknown:
    """The mail was on its way and no answer came. It may have arrived, so it is never sent again by machine (decision 6)."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The claim was lost before anything left; whoever has it now writes the outcome."""


Outcome = Accepted | Refused | Deferred | Unknown
"""What the record keeps."""


class Channel(Protocol):
    """A way out: takes one mail, and says what became of it."""

    async def hand_over(self, mail: EmailMessage, may_transmit: Callable[[], Awaitable[bool]]) -> Outcome | Abandoned:
        """Send the mail at most once, and only after `may_transmit` said so; what the network does is no exception."""
        ...
