"""Whom an assignment ever named a liaison for, so that their own families are found without a look at every assignment."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SAID = """
    WITH said AS (
      SELECT event_body.body::jsonb -> 'data' AS data
        FROM event JOIN event_body ON event_body.event = event.no
       WHERE event.type IN ('org.rosette.liaison.assigned.v1', 'org.rosette.family.record.corrected.v1')
    ), assigned AS (
      SELECT data FROM said UNION ALL SELECT data -> 'replacement' -> 'data' FROM said
    )
    INSERT INTO spoken_for (liaison, person)
    SELECT DISTINCT data ->> 'liaison', target.no FROM assigned
      JOIN target ON target.kind = 'person' AND target.ref = data ->> 'person'
     WHERE data ->> 'liaison' IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "spoken_for",
        sa.Column("liaison", sa.Text(collation="C"), nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["target.no"], name=op.f("spoken_for_person_fkey")),
        sa.PrimaryKeyConstraint("liaison", "person", name=op.f("spoken_for_pkey")),
        comment="A liaison, and a person to whose family an assignment ever named them; never forgotten. "
        "Whom they speak to now is for the fold to say.",
    )
    op.execute(SAID)


def downgrade() -> None:
    op.drop_table("spoken_for")
