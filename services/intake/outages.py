"""Which errors of Redis pass without anybody mending our code, so that the sender may be told to come again."""

import re
from typing import Final

from redis.exceptions import (
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import TimeoutError as NotInTime

OUTAGES: Final = (NotConnected, NotInTime, OutOfMemoryError, ReadOnlyError, ClusterDownError, TryAgainError)
"""LOADING is a NotConnected, MASTERDOWN a ClusterDownError."""

UNNAMED: Final = re.compile(r"(?:^|of pipeline caused error: \(['\"])(?:BUSY|MISCONF|NOREPLICAS) ")
"""Codes that the client has no class for, as the server says them and as a pipeline repeats them."""


def is_outage(error: RedisError) -> bool:
    """Whether the server is away, full, starting or failing over. Anything else would fail the same way again."""
    if isinstance(error, OUTAGES):
        return True
    return isinstance(error, ResponseError) and UNNAMED.search(str(error)) is not None
