"""The account of a turnover is looked at again when something that it counts has changed, and by each new policy."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turnover", sa.Column("stirred", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("turnover", sa.Column("counted", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("turnover", sa.Column("judged_by", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("turnover", "judged_by")
    op.drop_column("turnover", "counted")
    op.drop_column("turnover", "stirred")
