"""One command, one connection, one transaction: what a command did is in the record whole, or not at all."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import psycopg
import typer
from psycopg import AsyncConnection
from redis.exceptions import RedisError

from services.tracker.cli.printing import REFUSED, UNREACHABLE, USAGE, fail
from services.tracker.record.by_hand import NotAsItStands
from services.tracker.record.commit import Register
from services.tracker.record.policies import NoPolicy
from services.tracker.record.postgres import pool
from services.tracker.settings import Settings, Unusable, settings
from shared.clock import clock

Answer = TypeVar("Answer")
CONNECT_TIMEOUT_S: Final = 10


class NotDone(Exception):
    """A command that was understood and refused; the message says why, and nothing was written."""


def operator() -> str:
    return os.environ.get("USER") or getpass.getuser()


By = Annotated[
    str, typer.Option("--by", help="Who acts; it is kept with the act.", default_factory=operator, show_default="$USER")
]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept with the act.")]


def configured(**given: Any) -> Settings:
    """The settings, or exit 2 with what is wrong with them."""
    try:
        return settings(**given)
    except Unusable as wrong:
        fail(USAGE, str(wrong))


def now() -> datetime:
    """By the clock that the services go by."""
    return clock(configured().clock)()


def ask(work: Callable[[AsyncConnection[Any]], Awaitable[Answer]]) -> Answer:
    """Run `work` on the record in one transaction, and turn what went wrong into an exit code."""

    async def connected() -> Answer:
        url = configured().database_url
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as conn:
            return await work(conn)

    return complete(connected())


def act(work: Callable[[Register], Awaitable[Answer]]) -> Answer:
    """Run `work` with the record's own machinery: locks, reconciliation, and the clock that the services go by."""

    async def opened() -> Answer:
        given = configured()
        async with pool(given.database_url, given.pool_size) as connections:
            return await work(Register(connections, clock(given.clock)))

    return complete(opened())


def complete(work: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        return asyncio.run(work)
    except (NotDone, NotAsItStands) as refused:
        fail(REFUSED, str(refused))
    except (psycopg.errors.UndefinedTable, NoPolicy):
        fail(REFUSED, "the record is not made yet: run `python -m services.tracker migrate`")
    except psycopg.OperationalError:
        fail(UNREACHABLE, "the record does not answer (TRACKER_DATABASE_URL)")
    except (RedisError, OSError):
        fail(UNREACHABLE, "Redis does not answer (TRACKER_REDIS_URL)")
