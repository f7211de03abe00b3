"""What a liaison does about a mail, by script. Most read it, go, tell, and come again for the briefing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Conduct:
    """How long after the mail each thing is done; None where it is not. `reads` is known when the next thing is reported."""

    reads: timedelta = timedelta(minutes=20)
    tells: timedelta | None = timedelta(hours=2)
    briefs: timedelta | None = timedelta(days=4)
    finds_nobody: timedelta | None = None
    declined: bool = False
    """Whether the kin wants no briefing: then that is what is reported of it."""


TELLS: Final = Conduct()
READS: Final = Conduct(tells=None, briefs=None)
"""Reads and waits, for whatever reason: the road is closed, or something happens first."""
FINDS_NOBODY: Final = Conduct(tells=None, briefs=None, finds_nobody=timedelta(hours=2))
TELLS_AND_IS_DECLINED: Final = Conduct(declined=True)
TELLS_ABROAD: Final = Conduct(tells=timedelta(hours=9))
"""When it is morning where the kin lives."""

Conducts = Mapping[str, Conduct]
"""Notice key -> what its liaison does; whoever is not listed tells."""
