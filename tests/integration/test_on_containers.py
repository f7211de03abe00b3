"""The integration suite once more, on the servers of production: Redis 8 and PostgreSQL 17 in containers."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psycopg
import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer

ROOT: Final = Path(__file__).parents[2]
PARTS: Final = 2
"""Side by side, each on a pair of containers of its own: most tests wait for servers rather than for a core."""
SUITE_S: Final = 500
COMMITS: Final = 500
"""Far more than an idle server makes by itself: the suite really ran here."""
LEFT_OUT: Final = ("test_embedded.py", "test_stories_on_streams.py", Path(__file__).name)
"""About the embedded servers themselves; the long one, whose statements the others make as well; and this one."""
DURABLE: Final = "redis-server --protected-mode no --appendonly yes --appendfsync always --maxmemory-policy noeviction"


@pytest.mark.docker
@pytest.mark.timeout(SUITE_S + 60)
def test_the_integration_suite_passes_on_redis_8_and_postgresql_17() -> None:
    files = sorted(str(each.relative_to(ROOT)) for each in Path(__file__).parent.glob("test_*.py") if each.name not in LEFT_OUT)
    with ThreadPoolExecutor(PARTS) as side_by_side:
        failures = list(side_by_side.map(failure_of, (files[n::PARTS] for n in range(PARTS))))
    assert not any(failures), "\n".join(filter(None, failures))


def failure_of(files: Sequence[str]) -> str | None:
    """What pytest printed last if any of these tests failed, on new containers.

    Raises:
        AssertionError: they passed, and not on these containers.
    """
    with (
        RedisContainer("redis:8-trixie").with_command(DURABLE) as redis,
        PostgresContainer("postgres:17-trixie", username="rosette", dbname="rosette", driver=None) as postgres,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *files, "-q", "-m", "not docker", "-p", "no:cacheprovider"],
            cwd=ROOT,
            env={
                **os.environ,
                "ROSETTE_TEST_REDIS_URL": f"redis://{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}/0",
                "ROSETTE_TEST_DATABASE_URL": postgres.get_connection_url(),
            },
            capture_output=True,
            text=True,
            timeout=SUITE_S,
            check=False,
        )
        if done.returncode != 0:
            return done.stdout[-6000:] + done.stderr[-2000:]
        assert {"cmdstat_fcall", "cmdstat_xreadgroup"} <= redis.get_client().info("commandstats").keys()
        with psycopg.connect(postgres.get_connection_url()) as record:
            assert str(record.info.server_version).startswith("17")
            ((commits,),) = record.execute("SELECT sum(xact_commit) FROM pg_stat_database").fetchall()
            assert commits > COMMITS
    return None
