"""Which type was meant by one that nobody knows. Only names of the catalogue are said back, never what came."""

from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from shared.events import BY_WIRE_NAME
from shared.events.base import PREFIX, VERSION

WIRE_NAMES: Final = {fact.name: wire_name for wire_name, fact in BY_WIRE_NAME.items()}
LONGEST: Final = 100
"""Characters of a name that is compared at all: the cost of comparing grows with their square."""
ALIKE: Final = 0.6
"""0 to 1, as `difflib` measures it: a word left out, another tense or another spelling is above, another fact below."""


def lead_on(unknown: object) -> str:
    """Words for a sender: the nearest wire name where one is near, and where all of them are."""
    found = nearest(unknown) if isinstance(unknown, str) and len(unknown) <= LONGEST else None
    return "docs/events/ has them all" if found is None else f"the nearest is {found}; docs/events/ has them all"


@lru_cache(maxsize=1024)
def nearest(unknown: str) -> str | None:
    """Remembered, because a sender that is wrong once is wrong for a whole batch."""
    name = unknown.lower().removeprefix(PREFIX).removesuffix(f".{VERSION}")
    found = get_close_matches(name, WIRE_NAMES, n=1, cutoff=ALIKE)
    return WIRE_NAMES[found[0]] if found else None
