"""The only wiring: what a tracker process is made of, in the order in which it starts, and how it ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.tracker.clock import Machinery, Story
from services.tracker.follow import Follower
from services.tracker.model.directory import DEFAULT_OFFICE
from services.tracker.model.policy import policy_digest
from services.tracker.notices.channels.smtp import SmtpChannel, server
from services.tracker.notices.delivery import Delivery
from services.tracker.notices.dispatch import Dispatch
from services.tracker.notices.say import Sayer
from services.tracker.record import schema
from services.tracker.record.commit import Register
from services.tracker.record.postgres import Pool, pool
from services.tracker.record.reading import due
from services.tracker.settings import Settings
from services.tracker.web.api.app import Given, api
from services.tracker.web.api.credential import token_from
from services.tracker.web.api.health import Check
from services.tracker.web.readers import Readers
from services.tracker.web.server import listen, serve
from services.tracker.web.watch import all_filed
from shared.clock import StoryClock, clock, machine_now
from shared.collector import spare_the_collector

log = structlog.get_logger()

ALLOCATIONS_A_LOOK: Final = (20_000, 20, 50)
"""Reading a batch makes many small objects and no circles, over which the collector else spends a fifth of the time."""


class CannotRun(Exception):
    """The record is not such that this code may work on it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs in one process, opened and not yet started."""

    settings: Settings
    register: Register
    redis: Redis
    follow: Follower
    dispatch: Dispatch


async def run(settings: Settings) -> None:
    """Do what the settings' roles say until SIGTERM or SIGINT; then finish the batch, the mails and the requests in hand.

    Raises:
        CannotRun: another schema version, no policy, or no default office; nothing was started.
        ValueError, OSError: no token in its file, no readers in theirs, or a port that is taken; nothing was started.
        psycopg.OperationalError, redis.RedisError: out of reach at the start. Later outages are waited out.
        ExceptionGroup: a part could not go on, such as a subscriber that no restart revives; the process must end.
    """
    token = token_from(settings.token_file)
    readers = None if settings.readers is None else Readers(settings.readers, on_change=readers_changed)
    listening = listen(settings.host, settings.port) if "web" in settings.roles else None
    stop = until_told_to_stop()
    async with parts(settings) as part, asyncio.TaskGroup() as tasks:
        spare_the_collector(*ALLOCATIONS_A_LOOK)
        if "follow" in settings.roles:
            tasks.create_task(part.follow.run(stop))
        if "notices" in settings.roles:
            tasks.create_task(part.dispatch.run(stop))
        if listening is not None:
            found = checks(part)
            given = Given(part.register.pool, part.redis, part.register.now, found, token, readers, await story(part))
            tasks.create_task(serve(api(given), listening, stop))
        log.info("tracker.started", roles=sorted(settings.roles))


def readers_changed(broken: str | None) -> None:
    log.info("readers read again") if broken is None else log.error("readers cannot be read", reason=broken)


@asynccontextmanager
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Connections and the parts that share them; closed in the opposite order."""
    redis = Redis.from_url(settings.streams_url, socket_timeout=5, socket_connect_timeout=5, retry=Retry(NoBackoff(), 1))
    async with redis, pool(settings.database_url, settings.pool_size) as opened:
        await redis.ping()
        await may_run(opened, settings)
        register = Register(opened, clock(settings.clock))
        sayer = Sayer(
            register,
            SmtpChannel(server(settings.smtp_url), settings.smtp_timeout_s),
            delivery=Delivery(settings.delivery, settings.allowlist),
            sender=settings.mail_from,
            lease=timedelta(seconds=settings.lease_s),
            machine=machine_now,
        )
        follow = Follower(settings.streams_url, register, reclaim_idle_ms=settings.reclaim_idle_ms)
        yield Parts(settings, register, redis, follow, Dispatch(sayer, redis))


async def may_run(opened: Pool, settings: Settings) -> None:
    """Raises CannotRun unless the record is of this schema, has a policy, and knows whom to write to if all else fails."""
    async with opened.connection() as conn:
        version = await schema.schema_version(conn)
        if version != schema.wanted_version():
            raise CannotRun(f"the record has schema {version}, this code needs {schema.wanted_version()}: run migrate")
        policy = await (await conn.execute("SELECT digest FROM policy ORDER BY no DESC LIMIT 1")).fetchone()
        if policy is None:
            raise CannotRun("the record has no policy: run migrate")
        office = await (await conn.execute("SELECT FROM office WHERE name = %s", (DEFAULT_OFFICE,))).fetchone()
        if office is None:
            raise CannotRun(f"the directory has no office {DEFAULT_OFFICE}: run directory import FILE")
    if settings.policy.exists() and policy_digest(settings.policy.read_text()) != policy[0]:
        log.warning("policy.differs", in_force=policy[0], advice="the file is not the policy in force, and is not obeyed")


def checks(part: Parts) -> Mapping[str, Check]:
    """What readiness means for this process."""

    async def record() -> str | None:
        async with part.register.pool.connection() as conn:
            version = await schema.schema_version(conn)
        return None if version == schema.wanted_version() else "another schema version"

    async def streams() -> str | None:
        return None if part.follow.ready else "a stream is not being read, or the record did not take the last batch"

    return {"record": record} | ({"streams": streams} if "follow" in part.settings.roles else {})


async def story(part: Parts) -> Story | None:
    """The story clock's step, where the settings name its file and this process is the one that sends."""
    register, now = part.register, part.register.now
    if not isinstance(now, StoryClock) or "notices" not in part.settings.roles:
        return None

    async def filed() -> bool:
        async with register.pool.connection() as conn:
            return await all_filed(conn, part.redis)

    async def left(told: int) -> list[str]:
        async with register.pool.connection() as conn:
            return await due.left(conn, told)

    async def next_due(at: datetime) -> datetime | None:
        async with register.pool.connection() as conn:
            rule = await register.policies.in_force(conn.cursor(binary=True))
            moments = await due.next_due(conn, at, rule.policy.settling), await part.dispatch.timers.next(at)
        return min((each for each in moments if each is not None), default=None)

    return Story(now, Machinery(filed, part.dispatch.settle, left, next_due), told=len(await left(0)))


def until_told_to_stop() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; a second one ends the process as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, told)
    return stop
