"""What the truth says of notices: each by its key, and how it must end. Written down by plots, never worked out by rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from demo.k55.cast import Liaison

End = Literal["done", "sent", "acknowledged", "stopped", "withdrawn", "never_left", "held"]
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


NAMED: Final = ("name", "full", "funeral")
BRIEFED: Final = NAMED[1:]
"""What may be published of a person only when the first of kin has been briefed."""


def eligible(person: str, classes: Iterable[str], end: End = "sent", n: int = 1) -> Iterator[Expected]:
    """What public affairs hears may be published, the `n`th time."""
    for each in classes:
        yield Expected(_eligible(person, each, n), end)


def embargoed(person: str, classes: Iterable[str], liaison: Liaison) -> Iterator[Expected]:
    """What public affairs heard may be published and then may not: it is stopped, and nobody there says that he read it."""
    for each in classes:
        key = _eligible(person, each, 1)
        yield Expected(key, "stopped")
        yield Expected(f"stop/{key}/office:{liaison.service}/public_affairs", "sent")


def _eligible(person: str, of: str, n: int) -> str:
    return f"publication_eligible/{person}/{of}" + (f"/{n}" if n > 1 else "")
