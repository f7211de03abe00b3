"""What a sender is told to come again for, and what would fail the same way again."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from redis._parsers.base import BaseParser
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import DataError, RedisError
from redis.exceptions import TimeoutError as NotInTime

from services.intake.outages import is_outage

PASS = (
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    "LOADING Redis is loading the dataset in memory",
    "MISCONF Errors writing to the AOF file",
    "CLUSTERDOWN Hash slot not served",
    "BUSY Redis is busy running a script.",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "MASTERDOWN Link with MASTER is down",
    "NOREPLICAS Not enough good replicas to write.",
)
STAY = (
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "ERR Function not found",
    "ERR user_function:12: attempt to index a nil value",
    "NOPERM this user has no permissions to run the 'fcall' command",
    "CROSSSLOT Keys in request don't hash to the same slot",
)

answered: Callable[[str], RedisError] = cast("Any", BaseParser).parse_error
"""The error that the client makes of a server's answer."""


def in_a_pipeline(words: str) -> RedisError:
    """The same, as a pipeline raises it."""
    error = answered(words)
    error.args = (f"Command # 1 (FCALL accept_v2 5 MISCONF) of pipeline caused error: {error.args}", *error.args[1:])
    return error


@pytest.mark.parametrize("words", PASS)
def test_a_server_that_is_away_full_starting_or_failing_over_is_an_outage(words: str) -> None:
    assert is_outage(in_a_pipeline(words))
    assert is_outage(answered(words))


@pytest.mark.parametrize("error", [NotConnected("refused"), NotInTime("5 s")], ids=repr)
def test_a_server_that_does_not_answer_is_an_outage(error: RedisError) -> None:
    assert is_outage(error)


@pytest.mark.parametrize("words", STAY)
def test_a_fault_of_ours_is_no_outage(words: str) -> None:
    assert not is_outage(in_a_pipeline(words))
    assert not is_outage(answered(words))


def test_a_value_that_the_client_cannot_send_is_no_outage() -> None:
    assert not is_outage(DataError("Invalid input of type: 'NoneType'"))
