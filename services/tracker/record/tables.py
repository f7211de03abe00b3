"""The tables of the record. Alembic makes them; the hot path and the readers use plain statements over the same names.

| room | tables |
|---|---|
| facts | `event` (append-only by trigger), `event_body`, `duplicate`, `quarantine` |
| how far | `epoch`, `filed_range`, `freeze`, `source_heard` |
| what is named | `target`; `mention` (an id is named by an event); `history` (an event a hub is folded from) |
| what is true | projections: `case_`, `person`, `turnover`, `hand_over`, `concern`, `lineage`, `spoken_for`, `discrepancy` |
| what is said | `notice`, `notice_transition`, `notice_content`, `attempt` |
| who and by what rule | `liaison`, `office`, `policy`, `action` |

References and identifiers compare by code point (`COLLATE "C"`), as the model sorts them.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_index",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def ref(name: str, *args: Any, null: bool = False, **kwargs: Any) -> Column[str]:
    """A reference or a closed word: text that is compared by code point."""
    return Column(name, Text(collation="C"), *args, nullable=null, **kwargs)


def prose(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def instant(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=null)


def number(name: str, *args: Any, null: bool = False, **kwargs: Any) -> Column[int]:
    return Column(name, BigInteger, *args, nullable=null, **kwargs)


def serial(name: str = "no") -> Column[int]:
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def refs(name: str, *, null: bool = False) -> Column[Any]:
    default = None if null else text("'{}'::text[]")
    return Column(name, ARRAY(Text(collation="C")), nullable=null, server_default=default)


def one_of(name: str, column: str, *words: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=name)


STREAM: Final = ("custody", "identification", "family")

# ---------------------------------------------------------------------------------------------------------------- facts
event = Table(
    "event",
    metadata,
    serial(),
    ref("stream"),
    ref("epoch"),
    number("seq"),
    ref("entry_id"),
    ref("source"),
    ref("id"),
    ref("type"),
    ref("digest"),
    instant("occurred_at"),
    instant("recorded_at"),
    instant("filed_at"),
    UniqueConstraint("source", "id"),
    # Asked only about positions that came twice: ranges of blocks will do, and cost a filing next to nothing.
    Index("event_position_index", "seq", postgresql_using="brin", postgresql_with={"pages_per_range": 16}),
    one_of("stream", "stream", *STREAM),
    comment="Keys, digests and times of every fact; never changed, never deleted. (epoch, seq) is no unique key.",
)

event_body = Table(
    "event_body",
    metadata,
    number("event", ForeignKey(event.c.no), primary_key=True, autoincrement=False),
    prose("body"),
    comment="What was said, beside the event, so that family data can be erased under a recorded act.",
)

duplicate = Table(
    "duplicate",
    metadata,
    ref("stream"),
    ref("epoch"),
    number("seq"),
    ref("entry_id"),
    ref("source"),
    ref("id"),
    ref("digest"),
    instant("filed_at"),
    UniqueConstraint("stream", "epoch", "seq", "entry_id"),
    Index(None, "source", "id"),
    comment="Entries that repeated a fact already filed.",
)

quarantine = Table(
    "quarantine",
    metadata,
    serial(),
    ref("stream"),
    ref("entry_id"),
    ref("epoch", null=True),
    number("seq", null=True),
    ref("digest", null=True),
    ref("source", null=True),
    ref("id", null=True),
    ref("reason"),
    prose("detail"),
    Column("fields", JSONB, nullable=False, comment="{field: value}, both base64: the entry whole, whatever its bytes"),
    refs("concerns", null=True),
    instant("filed_at"),
    instant("resolved_at", null=True),
    ref("resolved_by", null=True),
    prose("resolution", null=True),
    UniqueConstraint("stream", "entry_id", "epoch", "seq", postgresql_nulls_not_distinct=True),
    Index(None, "source", "id"),
    Index(None, "stream", "epoch", "seq"),
    Index("quarantine_unresolved_index", "no", postgresql_where=text("resolved_at IS NULL")),
    comment="What could not be filed. concerns: references of hubs it may be about; null: it may be about anyone.",
)

# -------------------------------------------------------------------------------------------------------------- how far
epoch = Table(
    "epoch",
    metadata,
    ref("stream", primary_key=True),
    ref("epoch", primary_key=True),
    instant("first_seen_at"),
    Column("current", Boolean, nullable=False),
    number("through", server_default="0"),
    number("highest", server_default="0"),
    Index("epoch_current_index", "stream", unique=True, postgresql_where=text("current")),
    comment="Every seq up to `through` has ended in the record. A second epoch of a stream: Redis lost its state once.",
)

source_heard = Table(
    "source_heard",
    metadata,
    ref("source", primary_key=True),
    number("event"),
    ref("id"),
    instant("heard_at"),
    comment="The last event of each source, written by whoever looks for silent ones and not by those who file.",
)

filed_range = Table(
    "filed_range",
    metadata,
    serial(),
    ref("stream"),
    ref("epoch"),
    number("low"),
    number("high"),
    Index(None, "stream", "epoch", "low"),
    comment="Runs of filed seqs that the watermark has not absorbed yet.",
)

freeze = Table(
    "freeze",
    metadata,
    serial(),
    ref("stream", null=True),
    ref("kind"),
    ref("epoch", null=True),
    number("low", null=True),
    number("high", null=True),
    prose("reason"),
    instant("opened_at"),
    instant("lifted_at", null=True),
    ref("lifted_by", null=True),
    one_of("kind", "kind", "epoch", "gap", "rewritten", "manual"),
    Index(
        "freeze_open_index",
        "stream",
        "kind",
        "epoch",
        "low",
        "high",
        unique=True,
        postgresql_where=text("lifted_at IS NULL AND kind <> 'manual'"),
        postgresql_nulls_not_distinct=True,
    ),
    comment="Family and public notices wait while one is open. stream null: all of them.",
)

# ------------------------------------------------------------------------------------------------------- what is named
target = Table(
    "target",
    metadata,
    serial(),
    ref("kind"),
    ref("ref"),
    number("revision", server_default="0"),
    UniqueConstraint("kind", "ref"),
    Index("target_corrected_index", "no", postgresql_where=text("kind = 'event'")),
    postgresql_with={"fillfactor": 70},
    comment="Whatever an event names has a row, made when first named; these rows are the locks. revision counts refolds.",
)

# No foreign keys on the two tables below: neither events nor targets are ever deleted, which triggers see to, and checking both
# ends of some three rows an event cost a third of all that PostgreSQL did in catching up.

mention = Table(
    "mention",
    metadata,
    number("target", primary_key=True, autoincrement=False),
    number("event", primary_key=True, autoincrement=False),
    Index(None, "event"),
    comment="An id (hold, transfer, individual, determination, corrected event) that an event names or carries.",
)

history = Table(
    "history",
    metadata,
    number("hub", primary_key=True, autoincrement=False),
    number("event", primary_key=True, autoincrement=False),
    Column("direct", Boolean, nullable=False),
    Index("history_direct_index", "event", "hub", postgresql_where=text("direct")),
    comment="Every event that a fold of a case, person or turnover reads. direct: the event names the hub itself.",
)

# -------------------------------------------------------------------------------------------------------- what is true
PROJECTED: Final = "A projection: a function of the history, made again at any time."

case_ = Table(
    "case_",
    metadata,
    number("target", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    ref("number", unique=True),
    Column("registered", Boolean, nullable=False),
    ref("kind", null=True),
    ref("custody"),
    ref("progress"),
    ref("custodian", null=True),
    ref("place", null=True),
    ref("turnover", null=True),
    prose("label", null=True),
    ref("origin", null=True, comment="how it came out of its parents: inventory, split, merge or sample"),
    refs("parents"),
    refs("flags"),
    Column("open_discrepancies", Integer, nullable=False),
    instant("next_check_at", null=True),
    Column("fold_version", Integer, nullable=False),
    instant("filed_at"),
    Index("case__due_index", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
    # Updated more often than read: no index on what changes, and room on the page, so that an update touches no index at all.
    postgresql_with={"fillfactor": 60},
    comment=PROJECTED,
)

person = Table(
    "person",
    metadata,
    number("target", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    ref("ref", unique=True),
    ref("progress"),
    ref("pnok", null=True),
    refs("determinations"),
    refs("flags"),
    Column("open_discrepancies", Integer, nullable=False),
    number("judged_by", null=True),  # the policy by which what is owed was last worked out
    instant("next_check_at", null=True),
    Column("fold_version", Integer, nullable=False),
    instant("filed_at"),
    Index("person_due_index", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
    comment=PROJECTED + " determinations: those that stand.",
)

turnover = Table(
    "turnover",
    metadata,
    number("target", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    ref("ref", unique=True),
    Column("declared", Boolean, nullable=False),
    ref("kind", null=True),
    ref("from_party", null=True),
    ref("to_party", null=True),
    Column("expected", Integer, nullable=True),
    Column("containers_sent", Integer, nullable=True),
    Column("registered", Integer, nullable=False),
    Column("reviewed", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    refs("flags"),
    Column("open_discrepancies", Integer, nullable=False),
    number("stirred", server_default="0"),  # how often something changed that its account counts
    number("counted", server_default="0"),  # `stirred` as it was when the account was last looked at
    number("judged_by", null=True),  # the policy by which it was
    instant("next_check_at", null=True),
    Column("fold_version", Integer, nullable=False),
    instant("filed_at"),
    Index("turnover_due_index", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
    comment=PROJECTED,
)

hand_over = Table(
    "hand_over",
    metadata,
    number("target", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    ref("transfer", primary_key=True),
    instant("opened_at"),
    Index(None, "opened_at"),
    Index(None, "transfer"),
    comment=PROJECTED + " Open hand-overs of a case: one half has been said.",
)

concern = Table(
    "concern",
    metadata,
    number("remains", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    number("person", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    Index(None, "person"),
    comment="A case or individual, and a person that a determination ever brought together with it; never forgotten.",
)

lineage = Table(
    "lineage",
    metadata,
    number("parent", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    number("child", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    Index(None, "child"),
    comment="A case, and one that was ever said to have come out of it; never forgotten. What stands is in case_.parents.",
)

spoken_for = Table(
    "spoken_for",
    metadata,
    ref("liaison", primary_key=True),
    number("person", ForeignKey(target.c.no), primary_key=True, autoincrement=False),
    comment="A liaison, and a person to whose family an assignment ever named them; never forgotten. "
    "Whom they speak to now is for the fold to say.",
)

discrepancy = Table(
    "discrepancy",
    metadata,
    ref("id", primary_key=True),
    ref("subject_kind"),
    ref("subject"),
    ref("kind"),
    ref("anchor"),
    prose("expected"),
    prose("observed"),
    Column("open", Boolean, nullable=False),
    prose("resolution", null=True),
    instant("opened_at"),
    instant("resolved_at", null=True),
    Index(None, "subject_kind", "subject"),
    Index("discrepancy_open_index", "id", postgresql_where=text("open")),
    comment="Open, settled by a person (resolution), or gone with its ground (closed without one).",
)

# -------------------------------------------------------------------------------------------------------- what is said
NOTICE_STATES: Final = (
    *("held", "ready", "sending", "transmitting", "sent", "acknowledged", "done"),
    *("withdrawn", "stopped", "refused", "in_doubt", "cleared"),
)

ALARMS: Final = (
    "kind IN ('overdue_hand_over', 'gap', 'source_silent', 'escalation') "
    "AND state IN ('held', 'ready', 'refused', 'sent', 'acknowledged')"
)

notice = Table(
    "notice",
    metadata,
    serial(),
    ref("reference", unique=True, comment="96 random bits: how mail and API know it"),
    ref("key", unique=True, comment="what it says and to whom, unique for ever"),
    ref("kind"),
    ref("class"),
    ref("state"),
    ref("person", null=True),
    ref("kin", null=True),
    ref("cause", null=True),
    ref("recipient", null=True),
    ref("subject", null=True),
    refs("cases"),
    refs("portions"),
    ref("stops", null=True),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("place_in_line", Integer, nullable=True),
    instant("ready_at", null=True),
    Column("awaits", JSONB, nullable=True, comment="{stream: {epoch, n}}: what must be filed before it may leave"),
    ref("needs_release", null=True),
    instant("next_attempt_at", null=True),
    instant("left_at", null=True),
    instant("created_at"),
    one_of("class", "class", "family", "stop", "public", "operator"),
    one_of("state", "state", *NOTICE_STATES),
    one_of("needs_release", "needs_release", "log", "policy"),
    Index(None, "person"),
    Index(None, "subject"),
    Index("notice_alarm_index", "kind", postgresql_where=text(ALARMS)),
    Index("notice_waiting_index", "left_at", postgresql_where=text("state IN ('sent', 'acknowledged')")),
    Index("notice_unsent_index", "state", "next_attempt_at", postgresql_where=text("state IN ('held', 'ready')")),
    comment="One thing that one recipient must do or know. Stored, because it is also what we did.",
)

notice_transition = Table(
    "notice_transition",
    metadata,
    serial(),
    number("notice", ForeignKey(notice.c.no)),
    instant("at"),
    ref("before", null=True),
    ref("after"),
    ref("why"),
    Column("attempt", Uuid, nullable=True),
    Index(None, "notice"),
    comment="Every change of a notice's state; append-only.",
)

notice_content = Table(
    "notice_content",
    metadata,
    serial(),
    number("notice", ForeignKey(notice.c.no)),
    instant("at"),
    ref("kind"),
    ref("recipient", null=True),
    refs("cases"),
    refs("portions"),
    ref("stops", null=True),
    Column("reasons", JSONB, nullable=False),
    Index(None, "notice"),
    comment="What stood in a notice from `at` on; a row for each time that it changed; append-only.",
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    number("notice", ForeignKey(notice.c.no)),
    ref("phase"),
    instant("started_at"),
    instant("lease_until", null=True),
    ref("address_digest", null=True),
    prose("smtp_reply", null=True),
    ref("message_id", null=True),
    instant("ended_at", null=True),
    one_of("phase", "phase", "sending", "transmitting", "accepted", "refused", "deferred", "unknown", "resolved", "logged"),
    Index(None, "notice"),
    Index("attempt_open_index", "lease_until", postgresql_where=text("ended_at IS NULL")),
    comment="One try to hand a notice to a mail server; lease_until is on the machine's clock.",
)

# ------------------------------------------------------------------------------------------------ who and by what rule
liaison = Table(
    "liaison",
    metadata,
    ref("ref", primary_key=True),
    prose("address", null=True),
    ref("zone"),
    Column("duty_hours", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    ref("service"),
    comment="The tracker's directory. Addresses are here and never in an event.",
)

office = Table(
    "office",
    metadata,
    ref("name", primary_key=True),
    prose("address"),
    ref("zone"),
    Column("duty_hours", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
)

policy = Table(
    "policy",
    metadata,
    serial(),
    ref("digest"),
    prose("body"),
    instant("applied_at"),
    ref("applied_by"),
    instant("judged_at", null=True),
    comment="The last row is in force; the file it came from is compared, never obeyed.",
)

action = Table(
    "action",
    metadata,
    serial(),
    instant("at"),
    ref("who"),
    ref("act"),
    ref("subject", null=True),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    comment="What operators did; append-only.",
)

APPEND_ONLY: Final = (event, duplicate, notice_transition, notice_content, action)
"""Tables on which a trigger refuses UPDATE, DELETE and TRUNCATE; `target` refuses the last two."""

__all__ = ["APPEND_ONLY", "metadata"]
