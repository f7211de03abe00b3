"""From words to one mail for one recipient. Pure: the same notice always makes the same Message-ID."""

from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from hashlib import sha256

from services.tracker.notices.words import Said
from services.tracker.record.directory_file import ADDRESS


def compose(said: Said, *, sender: str, to: str, message_id: str, at: datetime) -> EmailMessage:
    """The mail, addressed to `to` alone.

    Raises:
        ValueError: an address is not one. The message does not repeat it.
    """
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(to)
    mail["Subject"] = said.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(said.body)
    return mail


def message_id(key: str, reference: str, sender: str) -> str:
    """`<hash@domain>`: the same for every attempt at a notice, so that a mail server or a reader can tell a repetition.

    The random reference is hashed with the key: the key is made of references that can be counted through, and nobody may
    find the person of a mail by trying.
    """
    digest = sha256(f"{key}\n{reference}".encode()).hexdigest()[:32]
    return f"<{digest}@{mailbox(sender).domain}>"


def mailbox(address: str) -> Mailbox:
    """The directory has judged its addresses already; this is what keeps a header out of a mail if somebody went round it."""
    if not ADDRESS.fullmatch(address):
        raise ValueError("not an address of one mailbox")
    return Mailbox(addr_spec=address)
