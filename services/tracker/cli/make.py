"""Commands that make what the service runs on: the record, and the document that describes its API.

Migrations and API are imported where they are used: a look at a case need not wait for them.
"""

from datetime import UTC, datetime
from typing import Any

from psycopg import AsyncConnection

from services.tracker.cli.printing import UNREACHABLE, USAGE, AsJson, done, fail, json
from services.tracker.cli.session import By, ask, configured
from services.tracker.model.policy_text import read_policy
from services.tracker.record.policies import apply_policy


def migrate(by: By, as_json: AsJson = False) -> None:
    """Bring the record to this code's schema, and record the first policy if it has none. Safe to repeat."""
    from sqlalchemy.exc import OperationalError

    from services.tracker.record import schema

    given = configured()
    try:
        body = given.policy.read_text()
    except OSError:
        fail(USAGE, "TRACKER_POLICY cannot be read")
    try:
        version = schema.migrate(given.database_url)
    except OperationalError:
        fail(UNREACHABLE, "the record does not answer (TRACKER_DATABASE_URL)")
    try:
        first = ask(lambda conn: _first_policy(conn, body, by))
    except ValueError as wrong:
        fail(USAGE, str(wrong))
    said = f"schema {version}" + (", first policy recorded" if first else "")
    done(said, as_json, schema=version, first_policy_recorded=first)


async def _first_policy(conn: AsyncConnection[Any], body: str, who: str) -> bool:
    """Later ones are applied, never migrated: a new release must not change the rules in force by itself."""
    row = await (await conn.execute("SELECT EXISTS (SELECT FROM policy)")).fetchone()
    if row is not None and row[0]:
        return False
    read_policy(body)
    return await apply_policy(conn, body, who, datetime.now(UTC))


def openapi() -> None:
    """Print the read API's OpenAPI document, the story clock included."""
    from services.tracker.web.api.app import document

    json(document())
