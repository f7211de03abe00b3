"""Events a second of a tracker that starts with a backlog: read, validated, folded, committed with notices, acknowledged."""

import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
import redis

from shared.streams import GROUP, events_key, filed_key
from shared.terms import STREAMS

PATIENCE_S: Final = 600.0
LOOK_S: Final = 0.005
WRITTEN: Final = "SELECT count(*) FROM notice WHERE kind = 'identification' AND state <> 'withdrawn'"


def catch_up_events_s(redis_url: str, total: int) -> float:
    """Watch a tracker that is starting: from its first read until everything is filed and nothing is left to acknowledge."""
    with redis.Redis.from_url(redis_url) as client:
        start, _ = until(lambda: any(delivered(client, stream) for stream in STREAMS))
        _, end = until(lambda: filed(client) >= total and not any(pending(client, stream) for stream in STREAMS))
    return total / (end - start)


def notices_written(database_url: str) -> int:
    """How many families are owed a telling, as the record has it: catching up counts only with what it obliges to.

    Raises:
        RuntimeError: none is, so it was not the whole of the work.
    """
    with psycopg.connect(database_url) as record:
        ((written,),) = record.execute(WRITTEN).fetchall()
    if not written:
        raise RuntimeError("the tracker caught up without writing a notice")
    return int(written)


def until(happened: Callable[[], bool]) -> tuple[float, float]:
    """The last moment before a condition was seen to hold, and the first after: a caller takes whichever flatters less.

    Raises:
        RuntimeError: it did not come to hold.
    """
    limit = time.perf_counter() + PATIENCE_S
    before = time.perf_counter()
    while not happened():
        before = time.perf_counter()
        if before > limit:
            raise RuntimeError("the tracker did not catch up")
        time.sleep(LOOK_S)
    return before, time.perf_counter()


def groups(client: Any, stream: str) -> Any:
    try:
        return client.xinfo_groups(events_key(stream))  # type: ignore[arg-type]
    except redis.ResponseError:
        return []


def delivered(client: Any, stream: str) -> bool:
    return any(group["name"] == GROUP.encode() and group["last-delivered-id"] != b"0-0" for group in groups(client, stream))


def pending(client: Any, stream: str) -> int:
    return sum(group["pending"] for group in groups(client, stream) if group["name"] == GROUP.encode())


def filed(client: Any) -> int:
    return sum(int(client.hget(filed_key(stream), "through") or 0) for stream in STREAMS)
