"""Real servers for every test that asks: one pair a run, emptied or made afresh for each test. They never skip."""

import itertools
from collections.abc import Iterator

import hypothesis
import pytest
import redis

import embedded

# A property's examples talk to real servers on a busy machine: how long one takes says nothing about the property.
hypothesis.settings.register_profile("rosette", deadline=None, print_blob=True)
hypothesis.settings.load_profile("rosette")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Servers]:
    """Valkey and PostgreSQL, shared by the whole run; a test that stops one starts it again."""
    with embedded.servers() as running:
        yield running


@pytest.fixture
def redis_url(servers: embedded.Servers) -> str:
    """An empty server: no keys, no functions. Alive, even if the test before left it dead."""
    if "redis" in servers.exits():
        servers.restart_redis()
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
        client.function_flush()
    return servers.redis_url


@pytest.fixture
def database_url(servers: embedded.Servers) -> Iterator[str]:
    """An empty database, removed afterwards. Its server is alive, even if the test before left it stopped."""
    if "postgres" in servers.exits():
        servers.start_postgres()
    name = f"test_{next(_numbers)}"
    yield servers.new_database(name)
    if "postgres" in servers.exits():
        servers.start_postgres()
    servers.drop_database(name)


@pytest.fixture
def mailbox() -> Iterator[embedded.Mailbox]:
    """A mail server that accepts everything until its `script` is replaced."""
    with embedded.Mailbox() as box:
        yield box
