"""What time alone makes worth telling: open hand-overs, and when each source was heard last."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ALARMS = (
    "kind IN ('overdue_hand_over', 'gap', 'source_silent', 'escalation') "
    "AND state IN ('held', 'ready', 'refused', 'sent', 'acknowledged')"
)


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.no"], name=op.f("hand_over_target_fkey")),
        sa.PrimaryKeyConstraint("target", "transfer", name=op.f("hand_over_pkey")),
        comment="A projection: a function of the history, made again at any time. "
        "Open hand-overs of a case: one half has been said.",
    )
    op.create_index(op.f("hand_over_opened_at_index"), "hand_over", ["opened_at"])
    op.create_index(op.f("hand_over_transfer_index"), "hand_over", ["transfer"])
    op.create_table(
        "source_heard",
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("source_heard_pkey")),
        comment="The last event of each source, written by whoever looks for silent ones and not by those who file.",
    )
    op.create_index(
        "notice_waiting_index", "notice", ["left_at"], postgresql_where=sa.text("state IN ('sent', 'acknowledged')")
    )
    op.create_index("notice_alarm_index", "notice", ["kind"], postgresql_where=sa.text(ALARMS))


def downgrade() -> None:
    op.drop_index("notice_alarm_index", "notice")
    op.drop_index("notice_waiting_index", "notice")
    op.drop_table("source_heard")
    op.drop_table("hand_over")
