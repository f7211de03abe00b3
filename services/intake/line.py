"""The line to the server: calls that come while others are on their way go together, as a group, in the next round trip.

The server is one thread, and writes to disk once for each turn of its loop; nobody is served meanwhile. It reads 16 KiB of a
connection in a turn, so calls that are merely sent together are synced one by one. A group therefore travels as a transaction:
its calls run in one turn, and share one sync, however many there are and of whichever stream (decision 24).

Each call of a group has its own answer: one that fails when it is run takes none of the others with it. One that the server
does not even queue, as intake's user may not touch its keys, ends the whole group: nothing of it is run, and every caller is
told that error.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

Call = list[Any]
MOST_TOGETHER: Final = 32
"""Calls of a group: each waits for the others' appends, some 20 us an event."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said to one call, and how many replicas have confirmed it."""

    said: Any
    confirmed: int


@dataclass(slots=True)
class Line:
    """At most one group is on its way, so that the next one grows meanwhile. It may be repeated whole, as its calls may."""

    redis: "Redis"
    replicas: int
    wait_ms: int
    waiting: list[tuple[Call, "asyncio.Future[Reply]"]] = field(default_factory=list)
    sending: "asyncio.Task[None] | None" = None

    async def call(self, call: Call) -> Reply:
        """Raises RedisError: the server's answer to this call, or that the group did not come through."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.waiting.append((call, answer))
        if self.sending is None or self.sending.done():
            self.sending = asyncio.create_task(self._send())
        return await answer

    async def _send(self) -> None:
        """A group that does not come through is the end of what waits behind it too: nobody waits for two time-outs."""
        while self.waiting:
            group, self.waiting = self.waiting[:MOST_TOGETHER], self.waiting[MOST_TOGETHER:]
            try:
                answers, confirmed = await self._round_trip([call for call, _ in group])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the callers' to judge
                behind, self.waiting = self.waiting, []
                for _, answer in group + behind:
                    settle(answer, error)
                return
            for (_, answer), said in zip(group, answers, strict=True):
                settle(answer, said if isinstance(said, RedisError) else Reply(said, confirmed))

    async def _round_trip(self, calls: list[Call]) -> tuple[list[Any], int]:
        """WAIT counts from the last write of its own connection, so it travels behind the calls that it is for."""
        together = len(calls) > 1
        async with self.redis.pipeline(transaction=False) as pipe:
            for call in [["MULTI"], *calls, ["EXEC"]] if together else calls:
                pipe.execute_command(*call)
            if self.replicas:
                pipe.execute_command("WAIT", self.replicas, self.wait_ms)
            answers = await pipe.execute(raise_on_error=False)
        confirmed = answers.pop() if self.replicas else 0
        if isinstance(confirmed, RedisError):
            raise confirmed
        return transacted(answers) if together else answers, confirmed


def transacted(answers: list[Any]) -> list[Any]:
    """What the calls of a transaction were answered, once EXEC has.

    Raises:
        RedisError: why they were not run together, as the server said first; some may have been run all the same.
    """
    if (why := next((each for each in answers if isinstance(each, RedisError)), None)) is not None:
        raise why
    executed: list[Any] = answers[-1]
    return executed


def settle(answer: "asyncio.Future[Reply]", with_: Reply | Exception) -> None:
    """A caller that has gone meanwhile gets nothing."""
    if answer.done():
        return
    if isinstance(with_, Exception):
        answer.set_exception(with_)
    else:
        answer.set_result(with_)
