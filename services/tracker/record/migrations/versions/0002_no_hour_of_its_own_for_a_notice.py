"""A notice is looked at again with its person: the instant of its own was never written."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("notice", "next_check_at")


def downgrade() -> None:
    op.add_column("notice", sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True))
