"""What is true of one case. Built by the fold in case.py, and by nothing else."""

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple, get_args

from services.tracker.model.custody import Custody
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, settled
from services.tracker.model.heritage import NONE, Heritage
from services.tracker.model.holds import Holds
from services.tracker.model.identified import Amendments, Determinations, Determined, Rescinded, covers
from services.tracker.model.lineage import Origin, reached
from services.tracker.model.policy import Policy
from services.tracker.model.tenure import Weighed
from services.tracker.model.unfit import misfits
from services.tracker.model.uses import Uses
from shared.events.event import WorldOrder
from shared.terms import Inventoried, SampleStatus

CustodyState = Literal[
    "unregistered", "held", "in_open_hand_over", "returned", "transferred_abroad", "superseded", "consumed", "missing"
]
"""Where a case is in its life (invariant 4): always exactly one of these."""
Progress = Literal[
    "unregistered", "registered", "sealed", "opened", "accessioned", "under_analysis", "associated", "identified"
]
PROGRESS: Final[tuple[Progress, ...]] = get_args(Progress)
Flag = Literal["discrepancy", "hold", "in_transit", "non_human", "emptied", "unfoldable"]


class Return(NamedTuple):
    """Remains left for the family."""

    at: datetime
    event: tuple[str, str]


class Attribution(NamedTuple):
    """To a nation, which is no person."""

    nation: str
    order: WorldOrder
    event: tuple[str, str]


@dataclass(frozen=True)
class Case:
    """What is true of one case. Built by `fold` and `advance` only."""

    number: str
    registered: bool = False
    kind: str | None = None
    turnover: str | None = None
    label: str | None = None
    origin: Origin | None = None
    """What the case came out of: the first event in world order that says so."""
    heritage: Heritage = NONE
    element: Inventoried | None = None
    """How an inventory lists it."""
    custody: Custody = field(default_factory=Custody)
    holds: Holds = field(default_factory=Holds)
    sealed: bool = False
    opened: bool = False
    emptied: bool = False
    cuts: frozenset[tuple[str, str]] = frozenset()
    """(parent, sample) of every cut among this case, its samples and what it was cut from."""
    weighed: Weighed | None = None
    sample_status: SampleStatus | None = None
    accession: str | None = None
    non_human: bool = False
    associations: Mapping[str, bool] = field(default_factory=dict)
    """Individual -> whether the case is associated with it now; the last associated comes last."""
    analysed: frozenset[str] = frozenset()
    """Individuals with a line of evidence."""
    exclusions: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    """(case or individual, person) -> whether the exclusion is active; of samples also, which are of the same remains."""
    attributions: Mapping[str, Attribution] = field(default_factory=dict)
    """Case or individual -> the last nation that it was attributed to."""
    determinations: Determinations = field(default_factory=dict)
    amendments: Amendments = field(default_factory=dict)
    rescinded: Rescinded = field(default_factory=dict)
    returns: tuple[Return, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)
    last: WorldOrder | None = None

    @property
    def state(self) -> CustodyState:
        """Unregistered means only referred to; with a custody claim a case is held even so, and that is a discrepancy."""
        if self.custody.ended is not None:
            return self.custody.ended
        if self.custody.custodian is None:
            return "unregistered"
        if self.custody.missing:
            return "missing"
        return "in_open_hand_over" if self.custody.open_transfers else "held"

    @property
    def progress(self) -> Progress:
        """The furthest that stands; none implies another."""
        if any(self.standing()):
            return "identified"
        if self.individual is not None:
            return "associated"
        if self.analysed & self.associations.keys():
            return "under_analysis"
        if self.accession is not None:
            return "accessioned"
        if self.opened:
            return "opened"
        if self.sealed:
            return "sealed"
        return "registered" if self.registered else "unregistered"

    @property
    def individual(self) -> str | None:
        """The individual that the case is associated with now."""
        return next((one for one in reversed(list(self.associations)) if self.associations[one]), None)

    def standing(self) -> Iterator[tuple[str, Determined]]:
        """The determinations that stand over this case now, by name or through its association."""
        for id, determined in sorted(self.determinations.items()):
            if id not in self.rescinded and self._covered(id, determined, self.rescinded):
                yield id, determined

    def determined_at(self, instant: datetime) -> Iterator[str]:
        """The determinations of this case that had been made by an instant, and not rescinded before it."""
        rescinded = {id for id, (at, _) in self.rescinded.items() if at <= instant}
        for id, determined in sorted(self.determinations.items()):
            if determined.at <= instant and id not in rescinded and self._covered(id, determined, rescinded):
                yield id

    @property
    def nation(self) -> str | None:
        """The nation that the case, or the individual it is associated with, was attributed to last."""
        named = (self.attributions.get(self.number), self.attributions.get(self.individual or ""))
        mine = [each for each in named if each is not None]
        return max(mine, key=lambda each: each.order).nation if mine else None

    def excluded(self) -> frozenset[tuple[str, str]]:
        """(case, person) of each active exclusion of these remains: of what it came out of, of itself, of its samples.

        A sample is of the same remains as what it was cut from, so an exclusion of either is one of both.
        """
        beside: dict[str, set[str]] = {}
        for parent, sample in self.cuts:
            beside.setdefault(parent, set()).add(sample)
            beside.setdefault(sample, set()).add(parent)
        same = {self.number} | reached(self.number, lambda one: beside.get(one, ()))
        mine = {(case, person) for (case, person), active in self.exclusions.items() if active and case in same}
        return self.heritage.exclusions | mine

    def excluded_individually(self) -> frozenset[str]:
        """The persons whom the individual that the case is associated with is not."""
        return frozenset(who for (one, who), active in self.exclusions.items() if active and one == self.individual)

    def discrepancies(self, policy: Policy) -> tuple[Discrepancy, ...]:
        return settled("case", self.number, misfits(self, policy), self.resolutions)

    def flags(self, discrepancies: Collection[Discrepancy]) -> frozenset[Flag]:
        raised: dict[Flag, bool] = {
            "discrepancy": any(each.open for each in discrepancies),
            "hold": self.holds.any_active(),
            "in_transit": self.custody.in_transit,
            "non_human": self.non_human,
            "emptied": self.emptied,
        }
        return frozenset(flag for flag, up in raised.items() if up)

    def _covered(self, id: str, determined: Determined, rescinded: Container[str]) -> bool:
        amendments = [each for each in self.amendments.get(id, ()) if each.id not in rescinded]
        return covers(determined, amendments, self.number, self.individual)
