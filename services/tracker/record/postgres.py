"""Connections to the record."""

from typing import Any, Final

import orjson
from psycopg import AsyncConnection
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[Any]]

PROBE_BY_KEY: Final = " ".join(
    f"-c {setting}=off" for setting in ("jit", "enable_seqscan", "enable_hashjoin", "enable_mergejoin")
)
"""Every statement of the hot path looks up a few hundred keys. A plan is kept for the life of a connection, and one made
while the tables were small would read them whole when they no longer are: so it is made for large tables from the start."""


set_json_loads(orjson.loads)
"""Windows, reasons and portions are read with every notice and every look into the directory: a twentieth of a story's time."""


def pool(database_url: str, size: int = 12) -> Pool:
    """A closed pool of up to `size` connections: `async with pool(...) as opened`, or open it and close it.

    Connections are autocommit; whoever needs a transaction says so.
    """
    return AsyncConnectionPool(
        database_url,
        min_size=2,
        max_size=size,
        open=False,
        timeout=10.0,
        kwargs={
            "autocommit": True,
            "options": f"{PROBE_BY_KEY} -c timezone=UTC",
            "application_name": "rosette",
            "prepare_threshold": 1,  # the same two dozen statements, over and over: planned once a connection
        },
    )
