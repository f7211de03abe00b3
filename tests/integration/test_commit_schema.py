"""The migrations make just the tables that the code names, and may be run at any time."""

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from services.tracker.record.schema import migrate, schema_version, wanted_version
from services.tracker.record.tables import APPEND_ONLY, metadata


def test_the_migrations_make_the_tables_that_the_code_names(database_url: str) -> None:
    migrate(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_migrating_twice_changes_nothing_and_the_version_is_known(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        assert await schema_version(conn) is None
    assert migrate(database_url) == migrate(database_url) == wanted_version()
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        assert await schema_version(conn) == wanted_version()


def test_every_table_that_is_only_added_to_has_its_trigger(database_url: str) -> None:
    migrate(database_url)
    with psycopg.connect(database_url) as conn:
        guarded = conn.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'").fetchall()
    assert {name for (name,) in guarded} == {table.name for table in APPEND_ONLY}
