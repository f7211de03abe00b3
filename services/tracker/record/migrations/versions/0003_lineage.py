"""Which case came out of which: what is locked together, and what the API shows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lineage",
        sa.Column("parent", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("child", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["child"], ["target.no"], name=op.f("lineage_child_fkey")),
        sa.ForeignKeyConstraint(["parent"], ["target.no"], name=op.f("lineage_parent_fkey")),
        sa.PrimaryKeyConstraint("parent", "child", name=op.f("lineage_pkey")),
        comment="A case, and one that was ever said to have come out of it; never forgotten. What stands is in case_.parents.",
    )
    op.create_index("lineage_child_index", "lineage", ["child"], unique=False)
    op.add_column(
        "case_",
        sa.Column(
            "origin",
            sa.Text(collation="C"),
            nullable=True,
            comment="how it came out of its parents: inventory, split, merge or sample",
        ),
    )
    parents = postgresql.ARRAY(sa.Text(collation="C"))
    op.add_column("case_", sa.Column("parents", parents, server_default=sa.text("'{}'::text[]"), nullable=False))
