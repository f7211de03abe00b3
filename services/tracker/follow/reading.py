"""FastStream's batch subscribers, in the form in which no entry can break them and nothing is read twice."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, cast

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.message import RedisBatchStreamMessage

from services.tracker.record.batch import Entry
from shared.streams import GROUP, events_key
from shared.terms import Stream

BATCH: Final = 2000
"""Without a limit one read would take a whole backlog into one process. 2,000 keep a transaction under half a second, and a
case whose events come in one batch is folded and written once: a tenth more events a second than with 500."""

BLOCK_MS: Final = 100
SOCKET_TIMEOUT_S: Final = 10.0
"""Far above the time that a read blocks; else an idle stream would look like a dead server."""


def broker(redis_url: str) -> RedisBroker:
    # FastStream takes None for "do not log", and does not say so in its types.
    silent = cast("Any", None)
    return RedisBroker(redis_url, apply_types=False, logger=silent, socket_timeout=SOCKET_TIMEOUT_S, graceful_timeout=5.0)


def subscriber(broker: RedisBroker, stream: Stream, consumer: str, take: Callable[[Sequence[Entry]], Awaitable[None]]) -> Any:
    """Hands every batch to `take`, which acknowledges it when it is committed. Start it only when its group exists."""
    source = StreamSub(
        events_key(stream), group=GROUP, consumer=consumer, batch=True, max_records=BATCH, polling_interval=BLOCK_MS
    )
    made = broker.subscriber(stream=source, parser=parse, decoder=decode, ack_policy=AckPolicy.MANUAL)
    made(take)
    return made


async def parse(raw: Any, _original: Any = None) -> RedisBatchStreamMessage:
    """Touches no byte of an entry, so none can break it."""
    first = raw["message_ids"][0].decode()
    return RedisBatchStreamMessage(
        raw_message=raw,
        body=b"",
        headers={},
        batch_headers=[],
        reply_to="",
        content_type=None,
        message_id=first,
        correlation_id=first,
        consumer=cast("Any", None),
        group=GROUP,
    )


async def decode(message: RedisBatchStreamMessage) -> list[Entry]:
    return list(zip(message.raw_message["message_ids"], message.raw_message["data"], strict=True))
