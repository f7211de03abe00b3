"""What stood in each notice, every time that it changed: what was in hand on a day gone by is judged by what it said then.

Of notices that were written before, nobody kept what they said first: they count as having said all along what they say today.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts, nothing = postgresql.ARRAY(sa.Text(collation="C")), sa.text("'{}'::text[]")
    op.create_table(
        "notice_content",
        sa.Column("no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("recipient", sa.Text(collation="C"), nullable=True),
        sa.Column("cases", texts, server_default=nothing, nullable=False),
        sa.Column("portions", texts, server_default=nothing, nullable=False),
        sa.Column("stops", sa.Text(collation="C"), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice.no"], name=op.f("notice_content_notice_fkey")),
        sa.PrimaryKeyConstraint("no", name=op.f("notice_content_pkey")),
        comment="What stood in a notice from `at` on; a row for each time that it changed; append-only.",
    )
    op.create_index(op.f("notice_content_notice_index"), "notice_content", ["notice"])
    op.execute(
        "INSERT INTO notice_content (notice, at, kind, recipient, cases, portions, stops, reasons) "
        "SELECT no, created_at, kind, recipient, cases, portions, stops, reasons FROM notice ORDER BY no"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notice_content "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("notice_content")
