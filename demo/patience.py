"""Asking again where a service does not answer, which is how the story survives one that is killed and started again."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

import httpx2

PATIENCE_S: Final = 60.0
AGAIN_AFTER_S: Final = 0.05

Answer = TypeVar("Answer")


class Impatient(RuntimeError):
    """A service did not answer for too long."""


def patiently(ask: Callable[[], Answer | None], patience_s: float = PATIENCE_S) -> Answer:
    """The first answer of `ask` that is not None. It is asked again, so it must be safe to repeat.

    Raises:
        Impatient: there was none within `patience_s` of the machine's clock.
    """
    deadline = time.monotonic() + patience_s
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            answer = ask()
        except httpx2.TransportError as error:
            last = error
        else:
            if answer is not None:
                return answer
        time.sleep(AGAIN_AFTER_S)
    raise Impatient(f"no answer for {patience_s:.0f} s") from last
