"""Saying one thing: claim it, connect, commit `transmitting`, send it, and write down what became of it.

What a crash leaves behind: after the claim, or after connecting, nothing has left and the lease gives the notice back; after
DATA nobody knows, and a person is asked. Nowhere does a crash send a second mail.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID, uuid4

import psycopg
import structlog
from psycopg_pool import PoolClosed, PoolTimeout
from redis.exceptions import RedisError

from services.tracker.model.directory import DEFAULT_OFFICE, Directory
from services.tracker.model.notices import CLASS_OF
from services.tracker.notices.channels.log import would_send
from services.tracker.notices.conclude import about, conclude
from services.tracker.notices.delivery import Delivery
from services.tracker.notices.mail import compose, message_id
from services.tracker.notices.outcomes import Abandoned, Channel, Deferred, Outcome, Refused
from services.tracker.notices.window import ContactWindow, contact_window
from services.tracker.notices.words import Place, words
from services.tracker.record import attempts, claims
from services.tracker.record.attempts import Hindrance
from services.tracker.record.claimable import Candidate, concerned
from services.tracker.record.claims import Claimed
from services.tracker.record.commit import Register
from services.tracker.record.directory import load_directory
from services.tracker.record.group import Group, with_group
from shared.clock import Now
from shared.failpoints import failpoint

log = structlog.get_logger()

WRITE_AGAIN_S: Final = 0.5
OUTAGE: Final = (psycopg.OperationalError, PoolTimeout, RedisError, OSError)
"""Somebody else's trouble, which passes; nothing about a notice follows from it."""

Said = Literal["said", "blocked", "passed"]
"""An attempt was made or logged; or it may not leave yet; or somebody else, or a new fact, was faster."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A claimed notice and its mail; None where the address, put there past the import, is not one.

    `near`: references of everybody and everything that it was judged with.
    """

    claimed: Claimed
    mail: EmailMessage | None
    near: Sequence[str]


@dataclass(slots=True)
class LastLook:
    """Whether DATA may begin, as a channel asks it; `hindrance` is what was found in the way."""

    look: Callable[[], Awaitable[Hindrance | None]]
    hindrance: Hindrance | None = None

    async def __call__(self) -> bool:
        self.hindrance = await self.look()
        return self.hindrance is None


class Sayer:
    """Says one notice at a time to its recipient. Any number of them may work on one record.

    Args:
        sender: the address that mail comes from; its domain is that of the Message-IDs.
        lease: how long a claim lasts on the machine's clock; DATA begins with a fresh one.
    """

    def __init__(
        self, register: Register, channel: Channel, *, delivery: Delivery, sender: str, lease: timedelta, machine: Now
    ) -> None:
        self.register = register
        self.channel = channel
        self.delivery = delivery
        self.sender = sender
        self.lease = lease
        self.machine = machine

    async def say(self, candidate: Candidate) -> Said:
        """Bring one notice from ready to whatever becomes of it."""
        errand = await with_group(self.register, about(candidate.person), partial(self._claim, candidate))
        if not isinstance(errand, Errand):
            return errand
        failpoint("notices.claimed")
        outcome = await self._hand_over(errand)
        await self._write_down(errand.claimed.attempt, candidate.person, outcome)
        return "said"

    async def _claim(self, candidate: Candidate, group: Group) -> Errand | Said:
        """Under the locks of everybody it is about: judge it once more, and claim it if it still stands."""
        await group.reconcile()
        machine = self.machine()
        directory = await group.directory()
        address = address_of(await claims.recipient_of(group.conn, candidate.no), directory)
        if address is None or (candidate.notice_class in ("family", "public") and await concerned(group.conn, group.names)):
            log.warning("notice.blocked", notice=candidate.no, because="no address" if address is None else "quarantine")
            return "blocked"
        sends = self.delivery.reaches(address)
        claimed = await claims.claim(
            group.conn, candidate.no, uuid4(), now=group.at, machine=machine, lease=self.lease, sends=sends
        )
        if claimed is None:
            return "passed"
        identity = message_id(claimed.key, claimed.reference, self.sender)
        await attempts.addressed(group.conn, claimed.attempt, digest_of(address), identity)
        if not sends:
            would_send(claimed.reference, claimed.kind, identity)
            return "said"
        return Errand(claimed, self._mail(claimed, group, address, identity), group.names)

    def _mail(self, claimed: Claimed, group: Group, address: str, identity: str) -> EmailMessage | None:
        said = words(
            claimed.reference,
            claimed.kind,
            place=Place(claimed.place, claimed.line) if claimed.place is not None and claimed.line is not None else None,
            stops=claimed.stops,
            window=window_of(claimed, group) if CLASS_OF[claimed.kind] == "family" else None,
        )
        try:
            return compose(said, sender=self.sender, to=address, message_id=identity, at=group.at)
        except ValueError:
            return None

    async def _hand_over(self, errand: Errand) -> Outcome:
        if errand.mail is None:
            return Refused("not an address")
        last_look = LastLook(partial(self._hindrance, errand))
        outcome = await self.channel.hand_over(errand.mail, last_look)
        return Deferred(last_look.hindrance or "overtaken") if isinstance(outcome, Abandoned) else outcome

    async def _write_down(self, attempt: UUID, person: str | None, outcome: Outcome) -> None:
        """What a mail server answered is known to nobody else: it is kept until the record can be written again."""
        while True:
            try:
                return await conclude(self.register, attempt, person, outcome, self.machine)
            except PoolClosed:
                raise
            except OUTAGE as outage:
                log.warning("notice.unwritten", attempt=str(attempt), because=type(outage).__name__)
                await asyncio.sleep(WRITE_AGAIN_S)

    async def _hindrance(self, errand: Errand) -> Hindrance | None:
        """Between the claim and DATA minutes may pass, in which a freeze, an unreadable entry or another address comes up."""
        claimed = errand.claimed
        async with self.register.pool.connection() as conn:
            address = address_of(claimed.recipient, await load_directory(conn))
            return await attempts.transmitting(
                conn,
                claimed.attempt,
                address_digest=digest_of(address) if address is not None else None,
                near=errand.near,
                now=self.register.now(),
                machine=self.machine(),
                lease=self.lease,
            )


def window_of(claimed: Claimed, group: Group) -> ContactWindow | None:
    """When the kin of a notice may be contacted, as far as anything is known of them."""
    person = group.record.persons.get(claimed.person or "")
    if person is None or claimed.kin is None:
        return None
    return contact_window(person, claimed.kin, group.rule.policy, group.at)


def address_of(recipient: str | None, directory: Directory) -> str | None:
    """Where the mail goes: an office that is gone from the directory has its mail go to the default office."""
    known = directory.address_of(recipient)
    if known is None and recipient is not None and recipient.startswith("office:"):
        return directory.address_of(f"office:{DEFAULT_OFFICE}")
    return known


def digest_of(address: str) -> str:
    """What the record keeps of an address: enough to tell two apart."""
    return sha256(address.lower().encode()).hexdigest()
