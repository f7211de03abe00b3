"""The integration suite once more, on the servers of production: Redis 8 and PostgreSQL 17 in containers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import psycopg
import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer

ROOT: Final = Path(__file__).parents[2]
SUITE_S: Final = 500
SUITE_COMMITS: Final = 1000
"""Far more than an idle server makes by itself: the suite really ran here."""
LEFT_OUT: Final = ("--ignore=tests/integration/test_embedded.py", "--ignore=tests/integration/test_stories_on_streams.py")
"""About the embedded servers themselves; and the long one, whose statements the others make as well."""
DURABLE: Final = "redis-server --protected-mode no --appendonly yes --appendfsync always --maxmemory-policy noeviction"


@pytest.mark.docker
@pytest.mark.timeout(SUITE_S + 60)
def test_the_integration_suite_passes_on_redis_8_and_postgresql_17() -> None:
    with (
        RedisContainer("redis:8-trixie").with_command(DURABLE) as redis,
        PostgresContainer("postgres:17-trixie", username="rosette", dbname="rosette", driver=None) as postgres,
    ):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "tests/integration",
                "-q",
                "-m",
                "not docker",
                "-p",
                "no:cacheprovider",
                *LEFT_OUT,
            ],
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
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert {"cmdstat_fcall", "cmdstat_xreadgroup"} <= redis.get_client().info("commandstats").keys()
        with psycopg.connect(postgres.get_connection_url()) as record:
            assert str(record.info.server_version).startswith("17")
            ((commits,),) = record.execute("SELECT sum(xact_commit) FROM pg_stat_database").fetchall()
            assert commits > SUITE_COMMITS
