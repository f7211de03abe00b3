"""A notice as the model sees it: what it is about, where it stands, and what the record can do to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.tracker.model.reasons import Reason

NoticeClass = Literal["family", "stop", "public", "operator"]
NoticeKind = Literal[
    "identification",
    "additional_portions",
    "ask_first",
    "information",
    "takeover",
    "correction",
    "reinstatement",
    "stop",
    "publication_eligible",
    "unassigned",
    "discrepancy",
    "overdue_hand_over",
    "missing",
    "quarantine",
    "gap",
    "in_doubt",
    "source_silent",
    "escalation",
]
CLASS_OF: Final[Mapping[NoticeKind, NoticeClass]] = {
    "identification": "family",
    "additional_portions": "family",
    "ask_first": "family",
    "information": "family",
    "takeover": "family",
    "correction": "family",
    "reinstatement": "family",
    "stop": "stop",
    "publication_eligible": "public",
    "unassigned": "operator",
    "discrepancy": "operator",
    "overdue_hand_over": "operator",
    "missing": "operator",
    "quarantine": "operator",
    "gap": "operator",
    "in_doubt": "operator",
    "source_silent": "operator",
    "escalation": "operator",
}

NoticeState = Literal[
    "held",
    "ready",
    "sending",
    "transmitting",
    "sent",
    "acknowledged",
    "done",
    "withdrawn",
    "stopped",
    "refused",
    "in_doubt",
    "cleared",
]
UNSENT: Final = frozenset[NoticeState]({"held", "ready", "refused"})
"""Nobody has it: its gates are closed, it waits to be claimed, or a mail server would not take it."""
OUT: Final = frozenset[NoticeState]({"sending", "transmitting", "in_doubt", "sent", "acknowledged"})
"""The recipient may have it. A notice that is out keeps its kind and its key."""
LEAVING: Final = frozenset[NoticeState]({"sending", "transmitting", "in_doubt"})
"""The recipient may have it, and may not."""
ARRIVED: Final = frozenset[NoticeState]({"sent", "acknowledged", "done"})
"""It is known to have left."""
LEFT: Final = OUT | frozenset[NoticeState]({"done", "stopped"})
"""It is or was out: it counts when the next of its line is numbered."""

FIRST: Final = frozenset[NoticeKind]({"identification", "additional_portions", "ask_first", "information"})
"""With which a line begins; the key of the line is theirs."""
TELLINGS: Final = FIRST | frozenset[NoticeKind]({"takeover", "reinstatement"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A stored notice. `reference` is how mail and API know it; `key` is unique in the record for ever.

    `cases` are what it stands for, fixed when it is claimed; `portions` the causes that an ask is about, which may join it
    until it was delivered. `cause` is that of its line; `stops` the reference of the notice that a stop is about; `subject`
    what an operator's notice is about. `recipient` is `liaison:<ref>` or `office:<name>`, None while nobody is known. `left_at`
    is when it was last claimed, `place_in_line` its place among all that left of its line, by which one that a mail server
    holds back is known as overtaken.
    """

    reference: str
    key: str
    kind: NoticeKind
    state: NoticeState
    person: str | None = None
    kin: str | None = None
    cause: str | None = None
    recipient: str | None = None
    cases: tuple[str, ...] = ()
    portions: tuple[str, ...] = ()
    stops: str | None = None
    subject: str | None = None
    reasons: tuple[Reason, ...] = ()
    left_at: datetime | None = None
    place_in_line: int | None = None

    @property
    def unsent(self) -> bool:
        return self.state in UNSENT


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that must be said as of now, whether or not it may be said yet: `reasons` say why not.

    `keeps` is the reference of the notice that is out and already says it; then there is nothing to do.
    """

    key: str
    kind: NoticeKind
    person: str | None = None
    kin: str | None = None
    cause: str | None = None
    recipient: str | None = None
    cases: tuple[str, ...] = ()
    portions: tuple[str, ...] = ()
    stops: str | None = None
    subject: str | None = None
    reasons: tuple[Reason, ...] = ()
    keeps: str | None = None


# ------------------------------------------------------------------------------------------------- what reconciling asks for
@dataclass(frozen=True, slots=True)
class Add:
    """Write a new notice: `held` if it has reasons, else `ready`."""

    owed: Owed


@dataclass(frozen=True, slots=True)
class Update:
    """An unsent or withdrawn notice is owed now, as `owed` says: re-addressed, held, made ready or restored."""

    reference: str
    owed: Owed


@dataclass(frozen=True, slots=True)
class Join:
    """Portions were found, or fell, while an ask about others is out: it is about those of `owed` now. No mail says so."""

    reference: str
    owed: Owed


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Its ground fell before it left."""

    reference: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Where a notice that is out has come to: told, stopped, acknowledged, or its ground is gone (operators' only).

    `to_the_public`: it was for public affairs, and is done because they published.
    """

    reference: str
    state: Literal["done", "stopped", "acknowledged", "cleared"]
    to_the_public: bool = False


@dataclass(frozen=True, slots=True)
class Reopen:
    """An operator's notice that had left and was cleared has its ground again: no second mail, it stands open again."""

    reference: str


Change = Add | Update | Join | Withdraw | Finish | Reopen
