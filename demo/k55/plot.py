"""A plot: what happens to one family, how its notices must end, and where its liaison does something else than tell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from demo.k55.conduct import Conduct
from demo.k55.diary import Entry
from demo.k55.expected import Expected
from demo.k55.lives import Life


@dataclass(frozen=True, slots=True)
class Plot:
    """`silent` are (person, cause) of portions that are held in silence; `portion_n` the round on which they are determined."""

    entries: tuple[Entry, ...]
    notices: tuple[Expected, ...] = ()
    conducts: dict[str, Conduct] = field(default_factory=dict)
    silent: tuple[tuple[str, str], ...] = ()


Tell = Callable[[Life], Plot]


def plot(
    entries: Iterable[Entry],
    notices: Iterable[Expected] = (),
    conducts: dict[str, Conduct] | None = None,
    silent: Iterable[tuple[str, str]] = (),
) -> Plot:
    return Plot(tuple(entries), tuple(notices), conducts or {}, tuple(silent))
