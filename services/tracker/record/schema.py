"""The schema's version: `migrate` brings a record to it, `run` refuses to work on any other."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import AsyncConnection
from sqlalchemy import create_engine, text

LOCK: Final = 5_530_002_018
"""Advisory lock of one migration at a time, any number of which may be started together."""


def migrate(database_url: str) -> str:
    """Bring the record to this code's schema, all revisions in one transaction. Returns the version. Safe to repeat.

    Raises:
        sqlalchemy.exc.OperationalError: PostgreSQL cannot be reached; nothing has changed.
    """
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
    return wanted_version()


@cache
def wanted_version() -> str:
    """The schema version that this code works on. Worked out once: readiness asks again and again, and it reads files."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the migrations are part of the code"
    return head


async def schema_version(conn: AsyncConnection[Any]) -> str | None:
    """The version of a record, None where nothing has been migrated yet."""
    found = await (await conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL")).fetchone()
    if found is None or not found[0]:
        return None
    row = await (await conn.execute("SELECT version_num FROM alembic_version")).fetchone()
    return row[0] if row else None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
