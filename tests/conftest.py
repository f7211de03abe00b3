"""Real servers for every test that asks: one pair a run, emptied or made afresh for each test. They never skip."""

import itertools
import os
import signal
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest
import redis
import structlog
from psycopg import sql

import embedded

# A run started in the background of a script inherits an ignored SIGINT and hands it on to every server and service it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A property's examples talk to real servers on a busy machine: how long one takes says nothing about the property.
hypothesis.settings.register_profile("rosette", deadline=None, print_blob=True)
hypothesis.settings.load_profile("rosette")

# A story is judged outside of the files that tell it: what an assertion compared there is shown, too.
pytest.register_assert_rewrite("tests.unit.played_story", "tests.unit.justice")

# By default a logged exception shows every local variable of every frame: a minute of work where these are batches.
plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"), plain])

ELSEWHERE: Final = ("ROSETTE_TEST_REDIS_URL", "ROSETTE_TEST_DATABASE_URL")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On servers from elsewhere, what stops or starts servers of its own proves nothing about them: the ordinary run has it."""
    if not any(name in os.environ for name in ELSEWHERE):
        return
    own = [item for item in items if "servers" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=own)
    items[:] = [item for item in items if item not in own]


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Servers]:
    """Valkey and PostgreSQL, shared by the whole run; a test that stops one starts it again."""
    with embedded.servers() as running:
        yield running


@pytest.fixture
def redis_url(request: pytest.FixtureRequest) -> str:
    """An empty server: no keys, no functions. Alive, even if the test before left it dead.

    `ROSETTE_TEST_REDIS_URL` names another server.
    """
    url = elsewhere("ROSETTE_TEST_REDIS_URL") or embedded_redis(request.getfixturevalue("servers"))
    with redis.Redis.from_url(url) as client:
        client.flushall()
        client.function_flush()
    return url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database, removed afterwards. Its server is alive, even if the test before left it stopped.

    `ROSETTE_TEST_DATABASE_URL` names another server.
    """
    name = f"test_{next(_numbers)}"
    if url := elsewhere("ROSETTE_TEST_DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        return
    servers = embedded_postgres(request.getfixturevalue("servers"))
    yield servers.new_database(name)
    embedded_postgres(servers).drop_database(name)


def elsewhere(variable: str) -> str | None:
    """The server that a variable names."""
    return os.environ.get(variable) or None


def embedded_redis(servers: embedded.Servers) -> str:
    if "redis" in servers.exits():
        servers.restart_redis()
    return servers.redis_url


def embedded_postgres(servers: embedded.Servers) -> embedded.Servers:
    if "postgres" in servers.exits():
        servers.start_postgres()
    return servers


@pytest.fixture
def mailbox() -> Iterator[embedded.Mailbox]:
    """A mail server that accepts everything until its `script` is replaced."""
    with embedded.Mailbox() as box:
        yield box
