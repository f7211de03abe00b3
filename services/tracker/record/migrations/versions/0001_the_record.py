"""The record: facts that are only ever added to, and everything that is worked out from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("event", "duplicate", "notice_transition", "action")
REFUSE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "action",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(collation="C"), nullable=False),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("action_pkey")),
        comment="What operators did; append-only.",
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("anchor", sa.Text(collation="C"), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("observed", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("discrepancy_pkey")),
        comment="Open, settled by a person (resolution), or gone with its ground (closed without one).",
    )
    op.create_index("discrepancy_open_index", "discrepancy", ["id"], unique=False, postgresql_where=sa.text("open"))
    op.create_index(op.f("discrepancy_subject_kind_subject_index"), "discrepancy", ["subject_kind", "subject"], unique=False)
    op.create_table(
        "duplicate",
        sa.Column("stream", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("stream", "epoch", "seq", "entry_id", name=op.f("duplicate_stream_epoch_seq_entry_id_key")),
        comment="Entries that repeated a fact already filed.",
    )
    op.create_index(op.f("duplicate_source_id_index"), "duplicate", ["source", "id"], unique=False)
    op.create_table(
        "epoch",
        sa.Column("stream", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("through", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("highest", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("stream", "epoch", name=op.f("epoch_pkey")),
        comment="Every seq up to `through` has ended in the record. A second epoch of a stream: Redis lost its state once.",
    )
    op.create_index("epoch_current_index", "epoch", ["stream"], unique=True, postgresql_where=sa.text("current"))
    op.create_table(
        "event",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stream", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stream IN ('custody', 'identification', 'family')", name=op.f("event_stream_check")),
        sa.PrimaryKeyConstraint("no", name=op.f("event_pkey")),
        sa.UniqueConstraint("source", "id", name=op.f("event_source_id_key")),
        comment="Keys, digests and times of every fact; never changed, never deleted. (epoch, seq) is no unique key.",
    )
    op.create_index(
        "event_position_index", "event", ["seq"], unique=False, postgresql_using="brin", postgresql_with={"pages_per_range": 16}
    )
    op.create_table(
        "filed_range",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stream", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("filed_range_pkey")),
        comment="Runs of filed seqs that the watermark has not absorbed yet.",
    )
    op.create_index(op.f("filed_range_stream_epoch_low_index"), "filed_range", ["stream", "epoch", "low"], unique=False)
    op.create_table(
        "freeze",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stream", sa.Text(collation="C"), nullable=True),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint("kind IN ('epoch', 'gap', 'rewritten', 'manual')", name=op.f("freeze_kind_check")),
        sa.PrimaryKeyConstraint("no", name=op.f("freeze_pkey")),
        comment="Family and public notices wait while one is open. stream null: all of them.",
    )
    op.create_index(
        "freeze_open_index",
        "freeze",
        ["stream", "kind", "epoch", "low", "high"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL AND kind <> 'manual'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "history",
        sa.Column("hub", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "event", name=op.f("history_pkey")),
        comment="Every event that a fold of a case, person or turnover reads. direct: the event names the hub itself.",
    )
    op.create_index("history_direct_index", "history", ["event", "hub"], unique=False, postgresql_where=sa.text("direct"))
    op.create_table(
        "liaison",
        sa.Column("ref", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(collation="C"), nullable=False),
        sa.Column("duty_hours", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("service", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("liaison_pkey")),
        comment="The tracker's directory. Addresses are here and never in an event.",
    )
    op.create_table(
        "mention",
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("target", "event", name=op.f("mention_pkey")),
        comment="An id (hold, transfer, individual, determination, corrected event) that an event names or carries.",
    )
    op.create_index(op.f("mention_event_index"), "mention", ["event"], unique=False)
    op.create_table(
        "notice",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.Text(collation="C"), nullable=False, comment="96 random bits: how mail and API know it"),
        sa.Column("key", sa.Text(collation="C"), nullable=False, comment="what it says and to whom, unique for ever"),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("class", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("person", sa.Text(collation="C"), nullable=True),
        sa.Column("kin", sa.Text(collation="C"), nullable=True),
        sa.Column("cause", sa.Text(collation="C"), nullable=True),
        sa.Column("recipient", sa.Text(collation="C"), nullable=True),
        sa.Column("subject", sa.Text(collation="C"), nullable=True),
        sa.Column("cases", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("stops", sa.Text(collation="C"), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("place_in_line", sa.Integer(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "awaits",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="{stream: {epoch, n}}: what must be filed before it may leave",
        ),
        sa.Column("needs_release", sa.Text(collation="C"), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("class IN ('family', 'stop', 'operator')", name=op.f("notice_class_check")),
        sa.CheckConstraint("needs_release IN ('log', 'policy', 'rebuild')", name=op.f("notice_needs_release_check")),
        sa.CheckConstraint(
            "state IN ('held', 'ready', 'sending', 'transmitting', "
            "'sent', 'acknowledged', 'done', 'withdrawn', 'stopped', 'refused', 'in_doubt', 'cleared')",
            name=op.f("notice_state_check"),
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("notice_pkey")),
        sa.UniqueConstraint("key", name=op.f("notice_key_key")),
        sa.UniqueConstraint("reference", name=op.f("notice_reference_key")),
        comment="One thing that one recipient must do or know. Stored, because it is also what we did.",
    )
    op.create_index(op.f("notice_person_index"), "notice", ["person"], unique=False)
    op.create_index(op.f("notice_subject_index"), "notice", ["subject"], unique=False)
    op.create_index(
        "notice_unsent_index",
        "notice",
        ["state", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('held', 'ready')"),
    )
    op.create_table(
        "office",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(collation="C"), nullable=False),
        sa.Column("duty_hours", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("office_pkey")),
    )
    op.create_table(
        "policy",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("policy_pkey")),
        comment="The last row is in force; the file it came from is compared, never obeyed.",
    )
    op.create_table(
        "quarantine",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stream", sa.Text(collation="C"), nullable=False),
        sa.Column("entry_id", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.Text(collation="C"), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(collation="C"), nullable=True),
        sa.Column("source", sa.Text(collation="C"), nullable=True),
        sa.Column("id", sa.Text(collation="C"), nullable=True),
        sa.Column("reason", sa.Text(collation="C"), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column(
            "fields",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="{field: value}, both base64: the entry whole, whatever its bytes",
        ),
        sa.Column("concerns", postgresql.ARRAY(sa.Text(collation="C")), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(collation="C"), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("quarantine_pkey")),
        sa.UniqueConstraint(
            "stream",
            "entry_id",
            "epoch",
            "seq",
            name=op.f("quarantine_stream_entry_id_epoch_seq_key"),
            postgresql_nulls_not_distinct=True,
        ),
        comment="What could not be filed. concerns: references of hubs it may be about; null: it may be about anyone.",
    )
    op.create_index(op.f("quarantine_source_id_index"), "quarantine", ["source", "id"], unique=False)
    op.create_index(op.f("quarantine_stream_epoch_seq_index"), "quarantine", ["stream", "epoch", "seq"], unique=False)
    op.create_index(
        "quarantine_unresolved_index", "quarantine", ["no"], unique=False, postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_table(
        "target",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("ref", sa.Text(collation="C"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("target_pkey")),
        sa.UniqueConstraint("kind", "ref", name=op.f("target_kind_ref_key")),
        comment="Whatever an event names has a row, made when first named; these rows are the locks. revision counts refolds.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("target_corrected_index", "target", ["no"], unique=False, postgresql_where=sa.text("kind = 'event'"))
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(collation="C"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_digest", sa.Text(collation="C"), nullable=True),
        sa.Column("smtp_reply", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(collation="C"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "phase IN ('sending', 'transmitting', 'accepted', 'refused', 'deferred', 'unknown', 'resolved', 'logged')",
            name=op.f("attempt_phase_check"),
        ),
        sa.ForeignKeyConstraint(["notice"], ["notice.no"], name=op.f("attempt_notice_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
        comment="One try to hand a notice to a mail server; lease_until is on the machine's clock.",
    )
    op.create_index(op.f("attempt_notice_index"), "attempt", ["notice"], unique=False)
    op.create_index(
        "attempt_open_index", "attempt", ["lease_until"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "case_",
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=True),
        sa.Column("custody", sa.Text(collation="C"), nullable=False),
        sa.Column("progress", sa.Text(collation="C"), nullable=False),
        sa.Column("custodian", sa.Text(collation="C"), nullable=True),
        sa.Column("place", sa.Text(collation="C"), nullable=True),
        sa.Column("turnover", sa.Text(collation="C"), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("open_discrepancies", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.no"], name=op.f("case__target_fkey")),
        sa.PrimaryKeyConstraint("target", name=op.f("case__pkey")),
        sa.UniqueConstraint("number", name=op.f("case__number_key")),
        comment="A projection: a function of the history, made again at any time.",
        postgresql_with={"fillfactor": 60},
    )
    op.create_index(
        "case__due_index", "case_", ["next_check_at"], unique=False, postgresql_where=sa.text("next_check_at IS NOT NULL")
    )
    op.create_table(
        "concern",
        sa.Column("remains", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["target.no"], name=op.f("concern_person_fkey")),
        sa.ForeignKeyConstraint(["remains"], ["target.no"], name=op.f("concern_remains_fkey")),
        sa.PrimaryKeyConstraint("remains", "person", name=op.f("concern_pkey")),
        comment="A case or individual, and a person that a determination ever brought together with it; never forgotten.",
    )
    op.create_index(op.f("concern_person_index"), "concern", ["person"], unique=False)
    op.create_table(
        "event_body",
        sa.Column("event", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.no"], name=op.f("event_body_event_fkey")),
        sa.PrimaryKeyConstraint("event", name=op.f("event_body_pkey")),
        comment="What was said, beside the event, so that family data can be erased under a recorded act.",
    )
    op.create_table(
        "notice_transition",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(collation="C"), nullable=True),
        sa.Column("after", sa.Text(collation="C"), nullable=False),
        sa.Column("why", sa.Text(collation="C"), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["notice.no"], name=op.f("notice_transition_notice_fkey")),
        sa.PrimaryKeyConstraint("no", name=op.f("notice_transition_pkey")),
        comment="Every change of a notice's state; append-only.",
    )
    op.create_index(op.f("notice_transition_notice_index"), "notice_transition", ["notice"], unique=False)
    op.create_table(
        "person",
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text(collation="C"), nullable=False),
        sa.Column("progress", sa.Text(collation="C"), nullable=False),
        sa.Column("pnok", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "determinations", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("flags", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("open_discrepancies", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.no"], name=op.f("person_target_fkey")),
        sa.PrimaryKeyConstraint("target", name=op.f("person_pkey")),
        sa.UniqueConstraint("ref", name=op.f("person_ref_key")),
        comment="A projection: a function of the history, made again at any time. determinations: those that stand.",
    )
    op.create_index(
        "person_due_index", "person", ["next_check_at"], unique=False, postgresql_where=sa.text("next_check_at IS NOT NULL")
    )
    op.create_table(
        "turnover",
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text(collation="C"), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=True),
        sa.Column("from_party", sa.Text(collation="C"), nullable=True),
        sa.Column("to_party", sa.Text(collation="C"), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("containers_sent", sa.Integer(), nullable=True),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("open_discrepancies", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.no"], name=op.f("turnover_target_fkey")),
        sa.PrimaryKeyConstraint("target", name=op.f("turnover_pkey")),
        sa.UniqueConstraint("ref", name=op.f("turnover_ref_key")),
        comment="A projection: a function of the history, made again at any time.",
    )
    op.create_index(
        "turnover_due_index", "turnover", ["next_check_at"], unique=False, postgresql_where=sa.text("next_check_at IS NOT NULL")
    )
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON target FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index("turnover_due_index", table_name="turnover", postgresql_where=sa.text("next_check_at IS NOT NULL"))
    op.drop_table("turnover")
    op.drop_index("person_due_index", table_name="person", postgresql_where=sa.text("next_check_at IS NOT NULL"))
    op.drop_table("person")
    op.drop_index(op.f("notice_transition_notice_index"), table_name="notice_transition")
    op.drop_table("notice_transition")
    op.drop_table("event_body")
    op.drop_index(op.f("concern_person_index"), table_name="concern")
    op.drop_table("concern")
    op.drop_index("case__due_index", table_name="case_", postgresql_where=sa.text("next_check_at IS NOT NULL"))
    op.drop_table("case_")
    op.drop_index("attempt_open_index", table_name="attempt", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("attempt_notice_index"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index("target_corrected_index", table_name="target", postgresql_where=sa.text("kind = 'event'"))
    op.drop_table("target")
    op.drop_index("quarantine_unresolved_index", table_name="quarantine", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_index(op.f("quarantine_stream_epoch_seq_index"), table_name="quarantine")
    op.drop_index(op.f("quarantine_source_id_index"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_table("policy")
    op.drop_table("office")
    op.drop_index("notice_unsent_index", table_name="notice", postgresql_where=sa.text("state IN ('held', 'ready')"))
    op.drop_index(op.f("notice_subject_index"), table_name="notice")
    op.drop_index(op.f("notice_person_index"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("mention_event_index"), table_name="mention")
    op.drop_table("mention")
    op.drop_table("liaison")
    op.drop_index("history_direct_index", table_name="history", postgresql_where=sa.text("direct"))
    op.drop_table("history")
    op.drop_index(
        "freeze_open_index",
        table_name="freeze",
        postgresql_where=sa.text("lifted_at IS NULL AND kind <> 'manual'"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("freeze")
    op.drop_index(op.f("filed_range_stream_epoch_low_index"), table_name="filed_range")
    op.drop_table("filed_range")
    op.drop_index("event_position_index", table_name="event", postgresql_using="brin", postgresql_with={"pages_per_range": 16})
    op.drop_table("event")
    op.drop_index("epoch_current_index", table_name="epoch", postgresql_where=sa.text("current"))
    op.drop_table("epoch")
    op.drop_index(op.f("duplicate_source_id_index"), table_name="duplicate")
    op.drop_table("duplicate")
    op.drop_index(op.f("discrepancy_subject_kind_subject_index"), table_name="discrepancy")
    op.drop_index("discrepancy_open_index", table_name="discrepancy", postgresql_where=sa.text("open"))
    op.drop_table("discrepancy")
    op.drop_table("action")
    op.execute("DROP FUNCTION refuse_change")
