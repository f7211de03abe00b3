"""Commands that make the record and run the service on it.

The service and the migrations are imported where they are used: a look at a case need not wait for all of them.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import structlog
import typer
import uvloop
from psycopg import AsyncConnection
from redis.exceptions import RedisError

from services.tracker.cli.printing import REFUSED, UNREACHABLE, USAGE, fail, json, out
from services.tracker.cli.session import By, ask, configured
from services.tracker.record.policies import apply_policy
from shared import logs


def migrate(by: By) -> None:
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
    out.print(f"schema {version}" + (", first policy recorded" if first else ""))


async def _first_policy(conn: AsyncConnection[Any], body: str, who: str) -> bool:
    """Later ones are applied, never migrated: a new release must not change the rules in force by itself."""
    row = await (await conn.execute("SELECT EXISTS (SELECT FROM policy)")).fetchone()
    if row is not None and row[0]:
        return False
    return await apply_policy(conn, body, who, datetime.now(UTC))


def run(
    roles: Annotated[str | None, typer.Option(help="Comma-separated: follow, notices, web [env: TRACKER_ROLES].")] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen [env: TRACKER_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="[env: TRACKER_PORT].")] = None,
    clock: Annotated[Path | None, typer.Option(help="A story clock's file, for a demo or a test.")] = None,
) -> None:
    """Follow the streams, send what is due, show the record, until told to stop."""
    from services.tracker import app

    given = configured(roles=roles, host=host, port=port, clock=clock)
    logs.configure("tracker", given.log_level)
    try:
        uvloop.run(app.run(given))
    except app.CannotRun as reason:
        fail(REFUSED, str(reason))
    except ValueError as wrong:
        fail(USAGE, str(wrong))
    except psycopg.OperationalError:
        fail(UNREACHABLE, "the record does not answer (TRACKER_DATABASE_URL)")
    except RedisError:
        fail(UNREACHABLE, "Redis does not answer (TRACKER_REDIS_URL)")
    except ExceptionGroup as ended:
        structlog.get_logger().error("tracker.ended", exc_info=ended.exceptions[0])
        raise typer.Exit(REFUSED) from None
    except OSError as wrong:
        fail(REFUSED, f"cannot listen on {given.host}, port {given.port}: {wrong.strerror}")


def openapi() -> None:
    """Print the read API's OpenAPI document, the story clock included."""
    from services.tracker.web.api.app import document

    json(document())
