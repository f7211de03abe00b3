"""What Redis and the record say of each stream, side by side. Where Redis cannot say, the answer is `unknown`, not 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import AsyncConnection
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.tracker.notices.timers import counters
from services.tracker.record.reading import streams as reading
from services.tracker.record.reading.streams import EpochRow, FreezeRow, Gap
from shared import streams as named
from shared.terms import STREAMS, Stream

Unknown = Literal["unknown"]
UNKNOWN: Unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A reader of the group. `idle_ms`: since it last asked for anything."""

    name: str
    pending: int
    idle_ms: int


@dataclass(frozen=True, slots=True)
class Transport:
    """A stream as Redis knows it. `lag`: entries never delivered to the group; null in Redis after a trim, so unknown."""

    epoch: str | Unknown
    accepted: int | Unknown
    length: int | Unknown
    lag: int | Unknown
    pending: int | Unknown
    oldest_pending_s: float | Unknown
    group: bool | Unknown
    consumers: list[Consumer]


@dataclass(frozen=True, slots=True)
class StreamState:
    """`through`: every seq up to it is in the record. `unfiled`: accepted and not yet filed, in the current epoch."""

    stream: Stream
    epoch: str | Unknown
    through: int
    unfiled: int | Unknown
    frozen: bool
    transport: Transport
    epochs: list[EpochRow]
    gaps: list[Gap]
    freezes: list[FreezeRow]


SILENT = Transport(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, [])


async def watch(conn: AsyncConnection[Any], redis: Redis) -> list[StreamState]:
    """All streams. Redis may be down: then what only it knows is unknown, and the record is shown all the same."""
    transports = {stream: await transport(redis, stream) for stream in STREAMS}
    epochs, gaps, freezes = await reading.epochs(conn), await reading.gaps(conn), await reading.open_freezes(conn)
    return [side_by_side(stream, transports[stream], epochs, gaps, freezes) for stream in STREAMS]


async def all_filed(conn: AsyncConnection[Any], redis: Redis) -> bool:
    """Whether everything that intake has accepted is in the record. Asked now, answered for the moment before."""
    given_out = await counters(redis)
    through = await reading.through(conn)
    return all(n in (0, through.get((stream, epoch))) for stream, (epoch, n) in given_out.items())


def side_by_side(
    stream: Stream,
    transport: Transport,
    epochs: Sequence[EpochRow],
    gaps: Sequence[Gap],
    freezes: Sequence[FreezeRow],
) -> StreamState:
    """The state of one stream: of several epochs the one that Redis counts in now, or else the last, is measured."""
    mine = [row for row in epochs if row.stream == stream]
    known = {row.epoch: row.through for row in mine}
    current = next((row.epoch for row in mine if row.current), None)
    at = transport.epoch if transport.epoch != UNKNOWN else current
    through = known.get(at, 0) if at is not None else 0
    open_freezes = [row for row in freezes if row.stream in (stream, None)]
    return StreamState(
        stream=stream,
        epoch=UNKNOWN if at is None else at,
        through=through,
        unfiled=UNKNOWN if transport.accepted == UNKNOWN else max(0, transport.accepted - through),
        frozen=bool(open_freezes),
        transport=transport,
        epochs=mine,
        gaps=[gap for gap in gaps if gap.stream == stream],
        freezes=open_freezes,
    )


async def transport(redis: Redis, stream: Stream) -> Transport:
    key = named.events_key(stream)
    try:
        epoch, accepted = await counter(redis, stream)
        length = int(await redis.xlen(key))
        seconds, micros = await redis.time()
        group = await group_of(redis, key)
        if group is None:
            return Transport(epoch, accepted, length, UNKNOWN, UNKNOWN, UNKNOWN, group=False, consumers=[])
        pending = await redis.xpending(key, named.GROUP)
        consumers = await redis.xinfo_consumers(key, named.GROUP)
    except RedisError:
        return SILENT
    oldest = pending["min"]
    return Transport(
        epoch=epoch,
        accepted=accepted,
        length=length,
        lag=UNKNOWN if group["lag"] is None else int(group["lag"]),
        pending=int(pending["pending"]),
        oldest_pending_s=0.0 if oldest is None else max(0.0, seconds + micros / 1e6 - entry_ms(oldest) / 1e3),
        group=True,
        consumers=[Consumer(text(each["name"]), int(each["pending"]), int(each["idle"])) for each in consumers],
    )


async def counter(redis: Redis, stream: Stream) -> tuple[str | Unknown, int | Unknown]:
    """The epoch and the last seq that intake gave out; a stream that nothing was ever accepted on has neither."""
    epoch, n = await redis.hmget(named.seq_key(stream), ["epoch", "n"])
    return (UNKNOWN, 0) if epoch is None or n is None else (text(epoch), int(n))


async def group_of(redis: Redis, key: str) -> dict[str, Any] | None:
    try:
        groups: list[dict[str, Any]] = await redis.xinfo_groups(key)
    except ResponseError:  # there is no such stream, hence no group
        return None
    return next((group for group in groups if text(group["name"]) == named.GROUP), None)


def entry_ms(entry_id: bytes | str) -> int:
    return int(text(entry_id).partition("-")[0])


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
