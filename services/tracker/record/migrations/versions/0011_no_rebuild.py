"""A notice waits for a release because of a policy, or because delivery was off: nothing was ever held for a rebuild."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME = "notice_needs_release_check"


def upgrade() -> None:
    _only("log", "policy")


def downgrade() -> None:
    _only("log", "policy", "rebuild")


def _only(*words: str) -> None:
    op.drop_constraint(op.f(NAME), "notice")
    op.create_check_constraint(op.f(NAME), "notice", f"needs_release IN ({', '.join(map(repr, words))})")
