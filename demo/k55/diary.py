"""How the story is written down: what somebody states, when that happened, what it does to the account, and when it is sent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from demo.cast import Speaker
from demo.statements import CloudEvent, said
from shared.events.base import Fact

Figure = Literal[
    "expected", "received", "elements", "mni", "identified", "attributed", "accounted_for", "returned", "interred",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """What an entry does to one figure: `of` begin to count in it, or no longer do; or it states the figure itself."""

    figure: Figure
    of: tuple[str, ...] = ()
    ends: bool = False
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement. `sent_at` is when it is submitted: None while any time within its lateness will do.

    `undoes` is the id of the statement that this one corrects away.
    """

    at: datetime
    speaker: Speaker
    statement: CloudEvent
    counts: tuple[Counts, ...] = ()
    sent_at: datetime | None = None
    undoes: str | None = None

    @property
    def id(self) -> str:
        return str(self.statement["id"])

    @property
    def sent(self) -> datetime:
        assert self.sent_at is not None, "its moment has been decided"
        return self.sent_at


def entry(speaker: Speaker, id: str, fact: type[Fact], at: datetime, /, *counts: Counts, **data: Any) -> Entry:
    """A statement of `speaker` under an id that is unique in its source."""
    return Entry(at, speaker, said(speaker, id, fact, at, **data), counts)


def promptly(entries: Iterable[Entry], moment: datetime) -> list[Entry]:
    """The same, all submitted at one moment."""
    return [replace(one, sent_at=moment) for one in entries]
