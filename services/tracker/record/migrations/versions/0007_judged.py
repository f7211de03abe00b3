"""A policy takes effect on everybody in turn: who was judged by it, and since when everybody is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("judged_by", sa.BigInteger(), nullable=True))
    op.add_column("policy", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE policy SET judged_at = applied_at")
    op.execute("UPDATE person SET judged_by = (SELECT max(no) FROM policy)")


def downgrade() -> None:
    op.drop_column("policy", "judged_at")
    op.drop_column("person", "judged_by")
