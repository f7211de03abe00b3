"""Later portions: what an ask is about, and the turnovers on which the laboratory has ended its work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    portions: sa.Column[list[str]] = sa.Column(
        "portions", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'::text[]"), nullable=False
    )
    op.add_column("notice", portions)
    op.add_column("turnover", sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("turnover", "closed")
    op.drop_column("notice", "portions")
