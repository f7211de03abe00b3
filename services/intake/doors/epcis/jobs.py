"""Capture jobs: a document is promised once it is durable, and worked on until each of its events has its outcome.

A job is a hash (shared/streams.py): `slug`, `behaviour`, `created`, and `body` until it is done; then `finished` and `outcome`.
Its id waits in the list of its source. A crash anywhere leaves it there, and doing it again repeats nothing.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.intake.accept import WAIT_MS, Acceptor
from services.intake.doors.epcis.capturing import Behaviour, Capture, Waits, summary
from services.intake.doors.epcis.document import document_of
from services.intake.grants import Source
from services.intake.preflight import Watch
from services.intake.pressure import Pressure
from services.intake.problems import ProblemType, Refused
from services.intake.sources import Register
from services.intake.turns import Turn
from shared.clock import Now
from shared.failpoints import failpoint
from shared.streams import epcis_job_key, epcis_pending_key
from shared.terms import instant_text

log = structlog.get_logger()

KEPT_S: Final = 30 * 24 * 3600
"""After which nobody asks any more what became of a document; the receipts of its facts stay for ever."""
UNPROMISED_S: Final = 24 * 3600
"""After which what was written of a job, and never came on its list, is gone again."""
MOST_PENDING: Final = 20
"""Of one source: at most 160 MiB of documents wait for their turn."""
ID_BYTES: Final = 16

Fields = dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs in Redis. `replicas` must confirm one before it is promised."""

    redis: "Redis"
    replicas: int

    async def open(self, source: Source, body: bytes, behaviour: Behaviour, at: str) -> str | Refused:
        """The id of a new job, durable. Raises RedisError; whatever came of it then, nothing was promised."""
        pending = epcis_pending_key(source.slug)
        if await self.redis.llen(pending) >= MOST_PENDING:
            return Refused(ProblemType.TOO_FAST, f"{MOST_PENDING} documents of this source wait already")
        id = secrets.token_hex(ID_BYTES)
        key = epcis_job_key(id)
        async with self.redis.pipeline(transaction=False) as pipe:
            fields = ("slug", source.slug, "behaviour", behaviour, "created", at, "body", body)
            pipe.execute_command("HSET", key, *fields)
            pipe.execute_command("EXPIRE", key, UNPROMISED_S)
            pipe.execute_command("RPUSH", pending, id)
            pipe.execute_command("PERSIST", key)
            if self.replicas:
                pipe.execute_command("WAIT", self.replicas, WAIT_MS)
            *_, confirmed = await pipe.execute()
        if self.replicas and confirmed < self.replicas:
            return Refused(ProblemType.NOT_DURABLE, "replicas did not confirm in time")
        failpoint("epcis.promised")
        return id

    async def oldest(self, slug: str) -> str | None:
        """The first job of a source that is not done."""
        id = await self.redis.lindex(epcis_pending_key(slug), 0)
        return None if id is None else cast("bytes", id).decode()

    async def fields(self, id: str) -> Fields:
        return cast("Fields", await self.redis.hgetall(epcis_job_key(id)))

    async def finish(self, slug: str, id: str, outcome: Any, at: str) -> None:
        """The outcome before the id leaves its list, so that a job is never on neither."""
        key = epcis_job_key(id)
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.execute_command("HSET", key, "finished", at, "outcome", orjson.dumps(outcome))
            pipe.execute_command("HDEL", key, "body")
            pipe.execute_command("EXPIRE", key, KEPT_S)
            pipe.execute_command("LREM", epcis_pending_key(slug), 0, id)
            await pipe.execute()


@dataclass(frozen=True, slots=True)
class Worker:
    """Does the jobs of every source in turn, one of each. What a source may not send now, its jobs do not say either."""

    register: Register
    jobs: Jobs
    acceptor: Acceptor
    watch: Watch
    pressure: Pressure
    now: Now
    turn: Turn

    async def round(self) -> int:
        """How many jobs ended. Nothing is done while another process does it."""
        try:
            if not await self.turn.ours():
                return 0
            return sum([await self.next_of(source) for source in self.register.epcis()])
        except RedisError as error:
            log.warning("capture jobs wait", error=type(error).__name__)
            return 0

    async def next_of(self, source: Source) -> int:
        id = await self.jobs.oldest(source.slug)
        if id is None or self.pressure.refusal(source.slug) is not None:
            return 0
        outcome = await self.outcome(source, await self.jobs.fields(id))
        if isinstance(outcome, Waits):
            return 0
        self.pressure.charge(source.slug, len(outcome["events"]), 0)
        await self.jobs.finish(source.slug, id, outcome, instant_text(self.now()))
        return 1

    async def outcome(self, source: Source, fields: Fields) -> Any:
        """How it ended, by the grant as it is now; a fault of ours ends that job, and no other waits for it."""
        events = document_of(fields.get(b"body", b""))
        if isinstance(events, Refused):
            return {"state": "failed", "success": False, "errors": [events.document()], "events": []}
        behaviour: Behaviour = "proceed" if fields[b"behaviour"] == b"proceed" else "rollback"
        assert source.epcis is not None, "only these are asked for"
        capture = Capture(source, source.epcis, behaviour, fields[b"created"].decode())
        try:
            ended = await capture.run(events, self.acceptor, self.watch)
        except RedisError:
            raise
        except Exception as error:
            log.error("capture failed", exc_info=error)
            internal = Refused(ProblemType.INTERNAL, "the reason is in intake's log; send it again").document()
            return {"state": "failed", "success": False, "errors": [internal], "events": []}
        return ended if isinstance(ended, Waits) else summary(ended, behaviour)


def document(id: str, fields: Fields) -> dict[str, Any]:
    """A job as the standard's CaptureJob, with an outcome for each event once it is done."""
    told: dict[str, Any] = {
        "captureID": id,
        "createdAt": fields[b"created"].decode(),
        "captureErrorBehaviour": fields[b"behaviour"].decode(),
    }
    if b"finished" not in fields:
        return told | {"running": True, "success": False, "state": "pending", "errors": [], "events": []}
    outcome: dict[str, Any] = orjson.loads(fields[b"outcome"])
    return told | {"finishedAt": fields[b"finished"].decode(), "running": False} | outcome
