"""What cases take from those they came out of, given to them again whenever it has changed.

Every fold before this is of one case by itself; here those whose parents now give them something else than they were folded
with are folded again, parents before children. Their revisions are raised, so that no process goes on with what it remembers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.tracker.model.case import Case
from services.tracker.model.heritage import NONE, heritage
from services.tracker.model.lineage import Ordered, ordered, parents_first, reached
from services.tracker.model.targets import Target
from services.tracker.record.histories import Folded, Histories, Relatives, Wanted, fold
from services.tracker.record.hold import Held
from services.tracker.record.names import Cursor
from services.tracker.record.policies import InForce

ABOVE: Final = "SELECT no, ref, revision FROM target WHERE kind = 'case' AND ref = ANY(%b::text[])"


@dataclass(slots=True)
class Heirs:
    """The cases of one transaction that came out of others, with those.

    `states` of all of them by number, `mine` those that are held here and may be changed. The others are only `read`, without a
    lock: nothing about them changes but by who holds all that came out of them. What they take is worked out each time up to
    where it comes from, since what is dated ahead comes into force there without anybody's doing.
    """

    histories: Histories
    rule: InForce
    at: datetime
    wanted: dict[str, Wanted] = field(default_factory=dict)
    states: dict[str, Folded] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    stirred: set[str] = field(default_factory=set)
    """Held here, and not what was remembered of them; `by_time`: although nothing was filed about them."""
    by_time: set[str] = field(default_factory=set)
    changed: dict[int, Folded] = field(default_factory=dict)
    raised: set[int] = field(default_factory=set)

    async def take(
        self,
        cursor: Cursor,
        held: Held,
        targets: Mapping[int, Target],
        folded: Mapping[int, Folded],
        news: Collection[int],
    ) -> None:
        """Work out `changed`, the cases to be written that are not as in `folded`, and `raised`, whose revision must be.

        A batch that touches no lineage ends at the first lines.
        """
        cases = {no for no, hub in folded.items() if isinstance(hub.state, Case)}
        numbers = {no for no in cases if case(folded[no]).origin is not None}
        if held.reach.children:
            numbers |= {child for no in cases for child in reached(no, lambda one: held.reach.children.get(one, ()))}
        if not numbers:
            return
        for no in numbers | cases:
            self._know(no, targets[no], held.revisions[no], folded.get(no))
            if no in cases and self._remembered(targets[no].ref) is not folded[no]:
                self.stirred.add(targets[no].ref)
                self.by_time |= set() if no in news else {targets[no].ref}
        self.mine = {targets[no].ref for no in numbers}
        await self._complete(cursor)
        lineage = self._lineage()
        for number in parents_first(self.states, lineage.parents):
            if number in self.mine or number in self.read:
                await self._settle(cursor, number, lineage, folded, news)

    async def _settle(
        self, cursor: Cursor, number: str, lineage: Ordered, folded: Mapping[int, Folded], news: Collection[int]
    ) -> None:
        """Give one case what its parents, which are settled, give it now."""
        no, remembered = self.wanted[number].no, self._remembered(number)
        after = await self._heir(cursor, number, lineage)
        self.states[number] = after
        if number not in self.mine:
            self.histories.glimpsed.put(no, self.wanted[number].revision, self.rule.version, after)
            return
        if after is not folded.get(no) and (after is not remembered or no in folded):
            self.changed[no] = after
        parents = case(after).heritage.parents
        takes_other = remembered is None or case(remembered).heritage != case(after).heritage
        if not self.by_time.isdisjoint(parents) or (takes_other and not self.stirred.isdisjoint(parents)):
            self.stirred.add(number)
            self.changed[no] = after
            if no not in news:
                self.raised.add(no)

    async def _heir(self, cursor: Cursor, number: str, lineage: Ordered) -> Folded:
        """The case as it is with what it takes; what comes out of a case that cannot be worked out cannot be either."""
        before = self.states[number]
        parents = lineage.parents.get(number, ())
        circular = lineage.closing(number)
        cases = {each: case(self.states[each]) for each in parents if each in self.states}
        unfoldable = any(self.states[each].unfoldable for each in cases)
        taken = heritage(case(before).origin, cases, circular)
        if case(before).heritage == taken and (before.unfoldable == unfoldable or taken == NONE):
            return before
        wanted = self.wanted[number]
        history = (await self.histories.whole(cursor, [wanted]))[wanted]
        after = fold(wanted.target, history, self.rule.policy, self._horizon, Relatives(cases, circular))
        return replace(after, unfoldable=True) if unfoldable else after

    async def _complete(self, cursor: Cursor) -> None:
        """Fold what is not known yet: of those held, and of all that they came out of."""
        above: set[str] | None = None
        while above is None or above:
            unknown = [wanted for number, wanted in self.wanted.items() if number not in self.states]
            hubs = await self.histories.fold(cursor, unknown, self.rule.policy, self.rule.version, self.at)
            self.states |= {each.target.ref: hubs[each.no] for each in unknown}
            above = self._parents(self.states) - self.wanted.keys()
            self.read |= above
            if above:
                await cursor.execute(ABOVE, (sorted(above),))
                for no, ref, revision in await cursor.fetchall():
                    self._know(no, Target("case", ref), revision, None)

    def _know(self, no: int, target: Target, revision: int, hub: Folded | None) -> None:
        self.wanted[target.ref] = Wanted(no, target, revision, None)
        known = hub or self._remembered(target.ref) or self.histories.glimpsed.get(no, revision, self.rule.version)
        if known is not None and not known.wakes(self._horizon):
            self.states[target.ref] = known

    def _remembered(self, number: str) -> Folded | None:
        wanted = self.wanted[number]
        return self.histories.written.get(wanted.no, wanted.revision, self.rule.version)

    @property
    def _horizon(self) -> datetime:
        return self.at + self.rule.policy.clock_tolerance

    def _parents(self, numbers: Iterable[str]) -> set[str]:
        origins = (case(self.states[number]).origin for number in numbers)
        return {parent for origin in origins if origin is not None for parent in origin.parents}

    def _lineage(self) -> Ordered:
        origins = (case(hub).origin for hub in self.states.values())
        return ordered(edge for origin in origins if origin is not None for edge in origin.edges())


def case(hub: Folded) -> Case:
    assert isinstance(hub.state, Case)
    return hub.state
