"""Dispatch: whatever may leave, leaves; whatever must wait, waits for what it must and for nothing else.

A round, top to bottom: what its owner gave up is judged, what time changes is worked out again, what has settled learns what
it waits for, and what may leave is started; with nothing of that to do, alarms are looked at. Everything is claimed in the
record, so any number of dispatchers may run, and a round that a crash cuts short loses nothing.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.notices.conclude import conclude
from services.tracker.notices.conclusions import Silent
from services.tracker.notices.say import OUTAGE, Sayer
from services.tracker.notices.timers import Timers, counters
from services.tracker.record import attempts, claimable
from services.tracker.record.claimable import Candidate
from services.tracker.record.claims import put_off
from services.tracker.record.glance import glance
from services.tracker.record.sweep import sweep

log = structlog.get_logger()

POLL_S: Final = 0.2
"""A few indexed questions five times a second cost less than a listening connection, and than noticing when it is lost; and
settling times, watermarks and back-off end without anybody saying so."""

OUTAGE_PAUSE_S: Final = 1.0

COME_BACK_S: Final = 30.0
"""What a mail server may take to answer when the process must end: a mail cut off after DATA is a doubt for a person."""

AT_ONCE: Final = 4
"""Notices on their way at a time, in one process; as many stops besides, so that none waits behind a server that hangs."""

LOOK_AT: Final = 50

PUT_OFF: Final = timedelta(seconds=5)
"""How long a notice is left alone that only the locks showed to be blocked: what blocks it goes by an operator's hand."""


class Dispatch:
    """Says what is ready: by the record's clock what is due, by the machine's what a lease or a back-off keeps."""

    def __init__(self, sayer: Sayer, redis: Redis) -> None:
        self.sayer = sayer
        self.register = sayer.register
        self.redis = redis
        self.timers = Timers(self.register, redis)
        self._on_their_way: dict[int, tuple[bool, asyncio.Task[None]]] = {}
        self._blocked: dict[int, datetime] = {}
        self._settles = False

    async def run(self, stop: asyncio.Event) -> None:
        """Round after round until `stop` is set; then what is on its way is brought to its end.

        Cancelled because another part failed, it gives what is on its way `COME_BACK_S` before it ends.
        An outage of the record, of Redis or of the mail server ends when it ends; nothing is given up because of it.
        """
        try:
            while not stop.is_set():
                await self._round_and_pause(stop)
        finally:
            await self._come_back(None if stop.is_set() else COME_BACK_S)

    async def _round_and_pause(self, stop: asyncio.Event) -> None:
        pause_s = POLL_S
        try:
            if not self._settles:  # the same rounds, beside these, would only wait for the same locks
                await self.round()
        except OUTAGE as outage:
            log.warning("notices.outage", because=type(outage).__name__)
            pause_s = OUTAGE_PAUSE_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)

    async def settle(self) -> bool:
        """Say everything that may leave now, and wait until it has. Returns whether that is all.

        False: something is left that only a back-off, another process, or an entry not yet filed keeps. What waits for a
        person or for a later hour is no part of now.
        """
        self._settles = True
        try:
            while await self.round() or self._on_their_way:
                await self._come_back()
        finally:
            self._settles = False
        async with self.register.pool.connection() as conn:
            rule = await self.register.policies.in_force(conn.cursor())
            left = await claimable.unrest(conn, self.register.now(), rule.policy.settling)
        return not left - {no for no, until in self._blocked.items() if until > self.sayer.machine()}

    async def round(self) -> int:
        """One pass over everything that is due. Returns how much of it there was."""
        async with self.register.pool.connection() as conn:
            rule = await self.register.policies.in_force(conn.cursor())
            seen = await glance(conn, self.register.now(), self.sayer.machine(), rule.policy.settling)
        did = 0
        if seen.silent:
            did += await self._expire()
        if seen.due or rule.before is not None:  # a change of policy ends with the sweep after which all are judged by it
            did += await sweep(self.register)
        if seen.unsettled or did:
            did += await self._await_filing(rule.policy.settling)
        if seen.claimable or did:
            did += await self._start()
        if not did or self.timers.are_due:
            did += await self.timers.look()
        return did

    async def _expire(self) -> int:
        """Judge the attempts whose owner has been silent beyond its lease, whoever that is."""
        async with self.register.pool.connection() as conn:
            silent = await attempts.expired(conn, self.sayer.machine())
        for attempt, person in silent:
            await conclude(self.register, attempt, person, Silent(), self.sayer.machine)
        return len(silent)

    async def _await_filing(self, settling: timedelta) -> int:
        """What has settled waits for all that had been accepted by then: the counters are read after, never before.

        Without Redis it waits on, and nothing else does: a stop needs no counter.
        """
        async with self.register.pool.connection() as conn:
            ready = await claimable.unsettled(conn, self.register.now(), settling)
            if not ready:
                return 0
            filed = await claimable.filed(conn)
            try:
                given_out = await counters(self.redis)
            except RedisError as outage:
                log.warning("notices.outage", because=type(outage).__name__)
                return 0
            if behind := claimable.run_back(filed, given_out):
                log.warning("notices.counter_ran_back", streams=sorted(behind))
                return 0
            return await claimable.wait_for(conn, ready, given_out)

    async def _start(self) -> int:
        async with self.register.pool.connection() as conn:
            found = await claimable.candidates(conn, self.sayer.machine(), LOOK_AT)
        started = 0
        for each in found:
            is_stop = each.notice_class == "stop"
            busy = sum(stop == is_stop for stop, _ in self._on_their_way.values())
            if each.no not in self._on_their_way and busy < AT_ONCE:
                self._on_their_way[each.no] = is_stop, asyncio.create_task(self._say(each))
                started += 1
        return started

    async def _say(self, candidate: Candidate) -> None:
        """One that fails, for whatever reason, keeps nothing else from leaving: it is tried again after a while."""
        try:
            if await self.sayer.say(candidate) == "blocked":
                await self._put_off(candidate)
        except OUTAGE as outage:
            log.warning("notices.outage", because=type(outage).__name__)
        except Exception:
            log.exception("notice.unsayable", notice=candidate.no)
            await self._put_off(candidate)
        finally:
            del self._on_their_way[candidate.no]

    async def _put_off(self, candidate: Candidate) -> None:
        until = self._blocked[candidate.no] = self.sayer.machine() + PUT_OFF
        async with self.register.pool.connection() as conn:
            await put_off(conn, candidate.no, until)

    async def _come_back(self, within_s: float | None = None) -> None:
        """Wait for everything on its way, for ever or for so long."""
        if self._on_their_way:
            await asyncio.wait([task for _, task in self._on_their_way.values()], timeout=within_s)
