"""The shapes of what the HTTP door answers, for OpenAPI; a contract test holds real answers against them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.receipts import State
from shared.terms import Stream


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Position(Document):
    """Where an event stands, and the digest of what was said."""

    stream: Stream
    epoch: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    seq: Annotated[int, Field(ge=1)]
    entry: Annotated[str, Field(description="The entry's id in the stream")]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    recordedtime: str


class Receipt(Position):
    """The event is a fact and durable. `duplicate`: it had been accepted before, and this is the receipt it got then."""

    source: str
    id: str
    duplicate: bool


class Rehearsal(Document):
    """With `dry_run`: the event would be accepted now, and nothing was written."""

    source: str
    id: str
    stream: Stream
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    duplicate: bool
    dry_run: Literal[True]


class Error(Document):
    pointer: str
    code: str
    message: str


class Problem(Document):
    """RFC 9457. `pointer` is a JSON Pointer into the event; `then` is what the sender should do."""

    type: Annotated[str, Field(pattern="^urn:rosette:problem:[a-z0-9-]+$")]
    title: str
    status: int
    detail: str
    pointer: str
    then: Literal["retry_same_id", "fix_and_resend", "never_resend"]
    rule: str | None = None
    errors: list[Error] | None = None
    retry_after_s: int | None = None


class Item(Document):
    """What became of one event of a batch."""

    status: int
    receipt: Receipt | None = None
    rehearsal: Rehearsal | None = None
    problem: Problem | None = None


class RowAnswer(Item):
    """What became of one row of a file. `row` is the line that it ends on; `outcome` a word of the report."""

    row: Annotated[int, Field(ge=1)]
    source: str | None
    id: str | None
    outcome: str


class Change(Document):
    """Where a row says something else than was said under its key before; null is nothing."""

    pointer: str
    was: Any
    now: Any


class ChangedRow(Document):
    """A row in conflict. `changes` is null where they cannot be shown: the other statement is of the same file, has left its
    stream, or was submitted by another source."""

    row: Annotated[int, Field(ge=1)]
    changes: list[Change] | None


class Previewed(Document):
    """An event as the mapping reads it; null where the row cannot be read."""

    row: Annotated[int, Field(ge=1)]
    event: Any


class ImportReport(Document):
    """What became of each row of a file, in order. `complete` is false where nothing more could be promised: send it again."""

    rows: int
    answered: int
    complete: bool
    outcomes: dict[str, int]
    conflicts: list[ChangedRow]
    answers: list[RowAnswer]
    preview: list[Previewed] | None = None


class Outcome(Position):
    """A receipt, and what became of the event since."""

    state: State
    reason: str | None = None


class Receipts(Document):
    """One outcome for each stream that accepted something under this source and id."""

    source: str
    id: str
    receipts: list[Outcome]


class ListedOutcome(Outcome):
    id: str


class Page(Document):
    """What one credential had accepted under a source, in order within each stream. `next` is the cursor behind this page."""

    source: str
    receipts: list[ListedOutcome]
    next: str
    more: bool
