"""What is true of one person who is missing: references only. Built by the fold in person.py, and by nothing else."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Final, Literal, get_args

from services.tracker.model import determinations as determinations_
from services.tracker.model import holds as holds_
from services.tracker.model import kin as kin_
from services.tracker.model import reports
from services.tracker.model.determinations import ADDED, Amendment, Determination, Portion, Statements, Tokens
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, settled
from services.tracker.model.elections import Election, Elections
from services.tracker.model.holds import Holds
from services.tracker.model.kin import Assignment, Deaths, Designation, Kin, Relief, holder
from services.tracker.model.policy import Policy
from services.tracker.model.publications import Publications
from services.tracker.model.reports import Contact, Delivery
from services.tracker.model.returns import undirected
from services.tracker.model.uses import Uses
from shared.events.event import WorldOrder

Progress = Literal[
    "unaccounted_for",
    "determined",
    "kin_notified",
    "accounted_for",
    "announced",
    "briefed",
    "interred",
    "rosette_placed",
]
PROGRESS: Final[tuple[Progress, ...]] = get_args(Progress)


@dataclass(frozen=True)
class Person:
    """What is true of one person. Built by `fold` only."""

    ref: str
    kin: Mapping[str, Kin] = field(default_factory=dict)
    deaths: Deaths = field(default_factory=dict)
    pnoks: tuple[Designation, ...] = ()
    padds: tuple[Designation, ...] = ()
    """Who was ever designated, in world order; the last is, until they die."""
    assignments: tuple[Assignment, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    signed: tuple[Election, ...] = ()
    determinations: Mapping[str, Determination] = field(default_factory=dict)
    amendments: Mapping[str, Amendment] = field(default_factory=dict)
    rescinded: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Determination or amendment -> its rescission, the last of several."""
    statements: Statements = field(default_factory=dict)
    information: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Information that stands, by its reference."""
    informed: frozenset[str] = frozenset()
    """References of all information that was ever recorded, also what a correction took back."""
    portions: tuple[Portion, ...] = ()
    """What is told of the determinations that stand, portion by portion, the earliest first; known when all is folded."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Individual -> the cases associated with it now."""
    exclusions: Mapping[str, bool] = field(default_factory=dict)
    """Case or individual -> whether its exclusion from this person is active."""
    holds: Holds = field(default_factory=Holds)
    deliveries: tuple[Delivery, ...] = ()
    """In world order; the last of a line is what the family knows."""
    contacts: tuple[Contact, ...] = ()
    acknowledged: frozenset[str] = frozenset()
    """References of notices that their liaison has read."""
    unreachable: frozenset[str] = frozenset()
    overridden: Mapping[str, WorldOrder] = field(default_factory=dict)
    """Kin -> the last decision of two people to go on without them."""
    windows_overridden: frozenset[tuple[str, datetime]] = frozenset()
    """(kin, when): decisions of two people to contact them outside their window."""
    briefed: frozenset[tuple[str, str]] = frozenset()
    """(determination, kin)."""
    declined: frozenset[tuple[str, str]] = frozenset()
    """(determination, kin) of briefings that a kin did not want."""
    accounted_for: date | None = None
    publications: Publications = field(default_factory=Publications)
    directions: tuple[WorldOrder, ...] = ()
    """Each time that somebody directed how the remains are laid to rest."""
    returns: tuple[WorldOrder, ...] = ()
    """Each time that remains of theirs were returned to the family."""
    interred: bool = False
    rosette_placed: bool = False
    misfits: tuple[Misfit, ...] = ()
    resolutions: Resolutions = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)

    # --------------------------------------------------------------------------------------------- the family
    @property
    def pnok(self) -> str | None:
        """The primary next of kin, if one who lives is designated."""
        return holder(self.pnoks, self.deaths)

    @property
    def padd(self) -> str | None:
        """Who directs disposition and chooses about later portions, if one who lives is designated."""
        return holder(self.padds, self.deaths)

    @property
    def elections(self) -> Elections:
        return Elections(self.signed, self.padds, self.deaths)

    def liaison_of(self, kin: str, now: datetime) -> Assignment | None:
        """Who speaks to this kin now."""
        return kin_.speaks(self.assignments, self.reliefs, kin, now)

    def hears_from(self, liaison: str, now: datetime) -> bool:
        """Whether this liaison speaks to any of the kin now."""
        speaks = (self.liaison_of(kin, now) for kin in self.kin)
        return any(one is not None and one.liaison == liaison for one in speaks)

    def briefing_closed(self, determination: str, kin: str) -> bool:
        return (determination, kin) in self.briefed | self.declined

    def next_change(self, now: datetime) -> datetime | None:
        """When this changes by the passing of time alone: an assignment, a relief or an election that is still to come."""
        changes = (
            [one.since for one in self.assignments],
            [one.since for one in self.reliefs],
            [one.since for one in self.signed],
        )
        return min((since for since in chain(*changes) if since > now), default=None)

    # --------------------------------------------------------------------------------------------- determinations
    def standing(self) -> Iterator[Determination]:
        """The determinations that stand now, the earliest first."""
        for determination in sorted(self.determinations.values(), key=lambda one: one.order):
            if determination.id not in self.rescinded:
                yield determination

    def amendments_in_force(self) -> list[Amendment]:
        in_force = (each for each in self.amendments.values() if each.id not in self.rescinded)
        return sorted(in_force, key=lambda one: one.order)

    def told_at_once(self) -> tuple[Portion, ...]:
        """The portions of the determinations that stand."""
        found = determinations_.portions(self.standing(), self.amendments_in_force(), self.statements)
        return tuple(sorted(found, key=lambda one: one.first))

    def stated(self, cause: str, by: WorldOrder) -> Tokens:
        """What a cause was last said to be of before `by`, whatever was corrected or amended since."""
        id = cause.removeprefix(ADDED)
        said = self.statements[id]
        by_then = [each for each in said if each.order < by] or said[:1]
        of = self.amendments[id].determination if id in self.amendments else id
        own = self.amendments[id].order if id in self.amendments else None
        later = [each for each in self.amendments_in_force() if each.determination == of and each.order < by]
        since = [each for each in later if own is None or each.order > own]
        first, then = determinations_.first_stated(said), determinations_.as_amended(by_then[-1].tokens, since)
        return then & first if cause == id else (then - first) & frozenset().union(*(each.tokens for each in by_then))

    def ever_named(self, cause: str) -> Tokens:
        return determinations_.ever_named(self.statements, cause)

    @property
    def cases(self) -> frozenset[str]:
        """Every case that this person ever had to do with: what a family was told of one may still have to be taken back."""
        said = list(chain.from_iterable(self.statements.values()))
        named = frozenset(case for one in said for case in one.cases)
        return named | self.cases_among(self.individuals)

    @property
    def individuals(self) -> frozenset[str]:
        """Every individual that a determination or an amendment ever named."""
        return frozenset(one for said in chain.from_iterable(self.statements.values()) for one in said.individuals)

    def cases_of(self, determination: Determination) -> frozenset[str]:
        """The cases that a determination names or reaches through an individual, as amended."""
        mine = [each for each in self.amendments_in_force() if each.determination == determination.id]
        tokens = determinations_.as_amended(determination.tokens, mine)
        cases = (tokens - self.individuals) | self.cases_among(tokens)
        return cases - self.taken_from(determination.id)

    def taken_from(self, determination: str) -> Tokens:
        """What amendments took from a determination, and no later one gave back."""
        taken: Tokens = frozenset()
        for each in self.amendments_in_force():
            if each.determination == determination:
                taken = (taken | each.removed) - each.added
        return taken

    def reach(self, portion: Portion) -> frozenset[str]:
        """The cases of a portion, with those that its individuals bring, and the individuals."""
        return (portion.stands | self.cases_among(portion.stands)) - self.taken_from(portion.determination)

    def cases_among(self, individuals: Iterable[str]) -> frozenset[str]:
        """The cases that are associated with any of `individuals` now."""
        return frozenset(case for individual in individuals for case in self.members.get(individual, ()))

    # --------------------------------------------------------------------------------------------- how far it has come
    @property
    def progress(self) -> Progress:
        """The furthest that stands; without a determination that stands, unaccounted for."""
        standing = {one.id for one in self.standing()}
        if not standing:
            return "unaccounted_for"
        if self.rosette_placed:
            return "rosette_placed"
        if self.interred:
            return "interred"
        if any(determination in standing for determination, _ in self.briefed):
            return "briefed"
        if self.publications.named:
            return "announced"
        if self.accounted_for is not None:
            return "accounted_for"
        if any(self._told_of(delivery, standing) for delivery in self.deliveries):
            return "kin_notified"
        return "determined"

    def _told_of(self, delivery: Delivery, standing: Collection[str]) -> bool:
        """Whether a PNOK was told of something that may stand; a report by reference is taken at its word."""
        of_standing = delivery.notice is not None or (delivery.cause in standing and delivery.says == "stands")
        return delivery.kin in {each.kin for each in self.pnoks[-1:]} and of_standing

    def discrepancies(self, policy: Policy) -> tuple[Discrepancy, ...]:
        return settled("person", self.ref, self._misfits(policy), self.resolutions)

    def _misfits(self, policy: Policy) -> Iterator[Misfit]:
        yield from self.misfits
        yield from holds_.misfits(self.holds)
        yield from self.elections.misfits()
        yield from undirected(self.returns, self.directions)
        yield from reports.outside_the_window(self.contacts, self.windows_overridden, policy)
        for delivery in self.deliveries:
            if delivery.cause is not None and not self.knows(delivery.cause):
                anchor = "#".join(delivery.event)
                yield Misfit("report", anchor, "a determination on file", "told of one that is not on file")

    def knows(self, cause: str) -> bool:
        """Whether a cause was ever on file, whatever was corrected since."""
        return cause.removeprefix(ADDED) in self.statements or cause in self.informed
