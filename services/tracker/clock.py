"""The story clock's step: from one moment at which something is due to the next, and never past a mail.

A demo or a test moves `now` only through here, so that what it sees is what would have been seen on those days: everything
accepted is filed before the clock moves, and every mail can be answered before the story goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.tracker.web.api.clock import Step
from shared.clock import StoryClock

PATIENCE_S: Final = 30.0
"""On the machine's clock. What has not come to rest by then waits for something that no step of the story brings."""

LOOK_EVERY_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Machinery:
    """What one step sets going and waits for, all of it at the story's `now`.

    Shape: `filed` says whether all that is accepted is in the record; `settle` re-runs what time matters to and sends
    everything that may leave, and returns whether nothing is left on its way; `left` the references of the notices that a
    mail server took, in the order in which it took them, but for so many that are known; `next_due` the earliest moment after
    one at which something may change by itself.
    """

    filed: Callable[[], Awaitable[bool]]
    settle: Callable[[], Awaitable[bool]]
    left: Callable[[int], Awaitable[list[str]]]
    next_due: Callable[[datetime], Awaitable[datetime | None]]


class Story:
    """One step at a time; steps asked for together take turns.

    Args:
        told: how many mails had left before the story is taken up.
    """

    def __init__(self, clock: StoryClock, machinery: Machinery, *, told: int = 0, patience_s: float = PATIENCE_S) -> None:
        self.clock = clock
        self.machinery = machinery
        self.patience_s = patience_s
        self._turn = asyncio.Lock()
        self._told = told

    def now(self) -> datetime:
        return self.clock()

    async def advance(self, to: datetime) -> Step:
        """Move on until a mail has left, or to `to`.

        Returns:
            a step with mails: they left at its `now`, and the story stands there; a step at rest: `now` is `to` and nothing
            is due; neither: something has not come to rest within the patience, for example a mail server that is down.
        """
        async with self._turn:
            while True:
                rested = await self._come_to_rest()
                if mails := await self._new_mails():
                    return Step(self.clock(), mails, at_rest=False)
                now = self.clock()
                if not rested or now >= to:
                    return Step(now, [], at_rest=rested)
                due = await self.machinery.next_due(now)
                self.clock.set(to if due is None else min(due, to))

    async def _come_to_rest(self) -> bool:
        """All that is accepted filed, and all that may leave gone; whether that was reached in time."""
        deadline = asyncio.get_running_loop().time() + self.patience_s
        while asyncio.get_running_loop().time() < deadline:
            # Filed is asked again after settling: what was accepted meanwhile may have changed what may leave.
            if await self.machinery.filed() and await self.machinery.settle() and await self.machinery.filed():
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return False

    async def _new_mails(self) -> list[str]:
        new = await self.machinery.left(self._told)
        self._told += len(new)
        return new
