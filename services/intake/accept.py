"""Accept: one atomic step for the statements of a stream (accept.lua), and the proof that it is durable."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.intake.admit import Admitted
from services.intake.line import Line, Reply
from services.intake.outages import is_outage
from services.intake.receipts import Receipt
from shared.failpoints import failpoint
from shared.streams import events_key, fence_key, index_key, receipt_field, receipts_key, seq_key
from shared.terms import Stream

LIBRARY: Final = "rosette_v2"
FUNCTION: Final = "accept_v2"
CODE: Final = (Path(__file__).parent / "accept.lua").read_text()
WAIT_MS: Final = 1000
"""How long replicas may take to confirm, well under the socket's time-out."""


class Accepted(NamedTuple):
    """The statement is a fact, and durable. `duplicate`: it had been before, and this is the receipt it got then."""

    receipt: Receipt
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """The identity is taken on this stream by another statement."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Nothing can be promised: Redis or its replicas did not answer in time. It may be a fact already; ask the same again."""

    reached: bool


Answer = Accepted | Conflict | Unconfirmed


@dataclass(slots=True)
class Acceptor:
    """Appends to the streams. `replicas` is how many of them must confirm before anything is promised."""

    redis: "Redis"
    replicas: int = 0
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.redis, self.replicas, WAIT_MS)

    async def load(self) -> None:
        """Put the function on the server. The name carries the version, so this only ever replaces it by itself."""
        await self.redis.function_load(CODE, replace=True)

    async def offer(self) -> None:
        """Put the function on the server if it takes it; preflight says what is missing where it does not."""
        with suppress(ResponseError):
            await self.load()

    async def accept(self, slug: str, admitted: Sequence[Admitted]) -> list[Answer]:
        """Accept statements of one source, each once, in their order; an answer for each.

        Atomic for each stream, which has a call of its own; safe to repeat after any failure.

        Raises:
            redis.exceptions.RedisError: no outage but a fault of ours; what was accepted before it stays so.
        """
        answers: list[Answer] = [Unconfirmed(reached=False)] * len(admitted)
        by_stream: dict[Stream, list[int]] = defaultdict(list)
        for place, each in enumerate(admitted):
            by_stream[each.event.stream].append(place)
        asked = [self._accept_on(stream, slug, [admitted[place] for place in places]) for stream, places in by_stream.items()]
        if len(asked) == 1:
            return list(await asked[0])
        for places, on_stream in zip(by_stream.values(), await asyncio.gather(*asked), strict=True):
            for place, answer in zip(places, on_stream, strict=True):
                answers[place] = answer
        return answers

    async def _accept_on(self, stream: Stream, slug: str, admitted: Sequence[Admitted]) -> Sequence[Answer]:
        try:
            answered = await self._call(call_of(stream, slug, admitted))
        except RedisError as error:
            if not is_outage(error):
                raise
            return [Unconfirmed(reached=False)] * len(admitted)
        failpoint("intake.appended")
        if answered.confirmed < self.replicas:
            return [Unconfirmed(reached=True)] * len(admitted)
        return [answer_of(stream, each.decode()) for each in answered.said]

    async def _call(self, call: list[Any]) -> Reply:
        """Call the function, once more after loading it where a restart or a failover lost it."""
        try:
            return await self.line.call(call)
        except ResponseError as error:
            if "Function not found" not in str(error):
                raise
        await self.load()
        return await self.line.call(call)


def call_of(stream: Stream, slug: str, admitted: Sequence[Admitted]) -> list[Any]:
    """The call as accept.lua documents it."""
    keys = [events_key(stream), seq_key(stream), fence_key(stream), index_key(stream, slug)]
    args: list[Any] = [secrets.token_hex(8), admitted[0].recordedtime]
    for each in admitted:
        event = each.event
        keys.append(receipts_key(stream, event.source, event.id))
        args += receipt_field(event.source, event.id), event.digest, each.body
    return ["FCALL", FUNCTION, len(keys), *keys, *args]


def answer_of(stream: Stream, said: str) -> Answer:
    verdict, _, receipt = said.partition(" ")
    if verdict == "conflict":
        return Conflict()
    return Accepted(Receipt.parse(stream, receipt), duplicate=verdict == "duplicate")
