"""A class of notices of their own for what goes to public affairs: everything binds it but hours."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("notice_class_check"), "notice")
    op.create_check_constraint(op.f("notice_class_check"), "notice", "class IN ('family', 'stop', 'public', 'operator')")


def downgrade() -> None:
    op.drop_constraint(op.f("notice_class_check"), "notice")
    op.create_check_constraint(op.f("notice_class_check"), "notice", "class IN ('family', 'stop', 'operator')")
