"""What the truth says of notices: each by its key, and how it must end. Written down by plots, never worked out by rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from demo.k55.cast import Liaison

End = Literal["done", "acknowledged", "stopped", "withdrawn", "never_left", "held"]
"""As the states of notices; `never_left`: none was written, or it was withdrawn before it left."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`because` is the reason among those of a held notice that keeps it."""

    key: str
    end: End
    because: str | None = None


def telling(person: str, cause: str, kin: str) -> str:
    return f"told/{person}/{cause}/{kin}"


def follow_up(kind: str, person: str, cause: str, kin: str, liaison: Liaison, n: int = 1) -> str:
    return f"{kind}/{telling(person, cause, kin)}/liaison:{liaison.ref}/{n}"


def tells(person: str, cause: str, kin: Iterable[str], end: End = "done", because: str | None = None) -> Iterator[Expected]:
    for each in kin:
        yield Expected(telling(person, cause, each), end, because)


def follows(kind: str, person: str, cause: str, kin: Iterable[str], liaison: Liaison, end: End = "done") -> Iterator[Expected]:
    """A correction, a stop, a reinstatement or a takeover for each of them."""
    for each in kin:
        yield Expected(follow_up(kind, person, cause, each, liaison), end)


def asks(person: str, portion: str, kin: str, end: End = "done") -> Expected:
    return Expected(f"ask/{person}/{portion}/{kin}", end)
