"""Cases, persons and turnovers as their histories describe them now, remembered between batches by their revision.

Nothing folded is stored. A hub whose remembered state is of the revision that its row has takes one step for an event that is
later in world order than all before it; anything else is folded from its whole history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from services.tracker.model import case as case_
from services.tracker.model import person as person_
from services.tracker.model import turnover as turnover_
from services.tracker.model.case import Case
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.lineage import first_origin
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.targets import Target
from services.tracker.model.turnover import Turnover
from services.tracker.record.facts import Facts
from services.tracker.record.names import Cursor
from services.tracker.record.remembered import Remembered
from shared.events import RecordCorrected
from shared.events.event import Event, world_order

log = structlog.get_logger()

HISTORY: Final = "SELECT hub, event FROM history WHERE hub = ANY(%b::bigint[])"

Hub = Case | Person | Turnover


@dataclass(frozen=True, slots=True)
class Folded:
    """A hub as its history describes it. `wakes_at`: when an event dated ahead is to be folded as well.

    `unfoldable`: the fold failed on what was filed; the state is that of a hub of which nothing is known. `concerns`: of a
    person, the cases and individuals that a determination brings together with them, now or at an instant still ahead.
    """

    state: Hub
    discrepancies: tuple[Discrepancy, ...] = ()
    wakes_at: datetime | None = None
    unfoldable: bool = False
    concerns: frozenset[Target] = frozenset()

    def wakes(self, horizon: datetime) -> bool:
        """Whether more has come into force by then than was folded."""
        return self.wakes_at is not None and self.wakes_at <= horizon


class News(NamedTuple):
    """What is new to a hub's history. `whole`: one of them is corrected by another that is filed already."""

    events: Sequence[int]
    whole: bool


class Wanted(NamedTuple):
    """A hub to fold: its revision as locked, and what this batch adds."""

    no: int
    target: Target
    revision: int
    news: News | None


class Relatives(NamedTuple):
    """What a case came out of, folded, and those of its parents that are left out since they came out of it."""

    cases: Mapping[str, Case]
    circular: frozenset[str] = frozenset()


ALONE: Final = Relatives({})


class ByRevision:
    """Hubs as they are at a revision of their row under a policy (its digest)."""

    def __init__(self, limit: int) -> None:
        self._folded: Remembered[int, tuple[int, str, Folded]] = Remembered(limit)

    def put(self, no: int, revision: int, policy: str, folded: Folded) -> None:
        self._folded.put(no, (revision, policy, folded))

    def get(self, no: int, revision: int, policy: str) -> Folded | None:
        known = self._folded.get(no)
        return known[2] if known is not None and known[:2] == (revision, policy) else None

    def forget(self) -> None:
        self._folded.forget()


class Histories:
    def __init__(self, facts: Facts, limit: int) -> None:
        self.facts = facts
        self.written = ByRevision(limit)
        """Put a hub here once the transaction that made its revision is committed: what is changed is held against it."""
        self.glimpsed = ByRevision(limit)
        """Those that were read without their lock, and not written."""

    def forget(self) -> None:
        self.written.forget()
        self.glimpsed.forget()

    async def fold(
        self, cursor: Cursor, wanted: Sequence[Wanted], policy: Policy, digest: str, at: datetime
    ) -> dict[int, Folded]:
        """Every hub that is wanted, as of `at`, whatever is remembered of it; a case without what it takes from its parents."""
        horizon = at + policy.clock_tolerance
        folded: dict[int, Folded] = {}
        whole: list[Wanted] = []
        stepped = [no for each in wanted if each.news is not None for no in each.news.events]
        events = await self.facts.read(cursor, stepped)
        for each in wanted:
            before = self.written.get(each.no, each.revision, digest)
            new = [events[no] for no in each.news.events] if each.news is not None else []
            after = step(before, new, each, policy, horizon)
            if after is not None:
                folded[each.no] = after
            elif each.revision == 0:  # nothing was ever filed about it, so what is new is all there is
                folded[each.no] = fold(each.target, new, policy, horizon)
            else:
                whole.append(each)
        for each, history in (await self.whole(cursor, whole)).items():
            folded[each.no] = fold(each.target, history, policy, horizon)
        return folded

    async def whole(self, cursor: Cursor, wanted: Collection[Wanted]) -> Mapping[Wanted, list[Event]]:
        """Everything that was filed about these hubs."""
        if not wanted:
            return {}
        await cursor.execute(HISTORY, ([each.no for each in wanted],))
        lines = await cursor.fetchall()
        events = await self.facts.read(cursor, {event for _, event in lines})
        of: dict[int, list[Event]] = {each.no: [] for each in wanted}
        for hub, event in lines:
            of[hub].append(events[event])
        return {each: of[each.no] for each in wanted}


def step(before: Folded | None, new: Sequence[Event], wanted: Wanted, policy: Policy, horizon: datetime) -> Folded | None:
    """One step for each new event where that is all it takes; None where the whole history must be read."""
    if before is None or before.unfoldable or before.wakes(horizon):
        return None
    if not new:
        return before
    state = before.state
    ordered = sorted(new, key=world_order)
    late = not isinstance(state, Case) or (state.last is not None and world_order(ordered[0]) < state.last)
    assert wanted.news is not None
    if late or wanted.news.whole or ordered[-1].occurred_at > horizon or any(map(is_correction, new)):
        return None
    if first_origin(wanted.target.ref, ordered) is not None:  # it may take from its parents what comes before all of this
        return None
    try:
        for event in ordered:
            state = case_.advance(state, event)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - the whole fold meets it again, and says which hub it was
        return None
    return described(state, policy, before.wakes_at)


def fold(target: Target, history: Sequence[Event], policy: Policy, horizon: datetime, relatives: Relatives = ALONE) -> Folded:
    """The hub that its whole history describes as of the horizon. Never raises: what cannot be folded says so."""
    counted, wakes_at = as_of(history, horizon)
    try:
        folded = described(_fold(target, counted, relatives), policy, wakes_at)
        return folded if wakes_at is None else with_what_is_ahead(folded, _fold(target, history))
    except Exception:
        log.exception("unfoldable", kind=target.kind, ref=target.ref, events=len(history))
        return Folded(_fold(target, ()), wakes_at=wakes_at, unfoldable=True)


def as_of(history: Sequence[Event], horizon: datetime) -> tuple[list[Event], datetime | None]:
    """The events that count at the horizon, and the instant of the next that does not yet.

    What a correction states for later does not count yet either; what it corrects counts no more.
    """
    ahead = [event.occurred_at for event in history if event.occurred_at > horizon]
    counted = [event for event in history if event.occurred_at <= horizon]
    for place, event in enumerate(counted):
        if event.restated is not None and event.restated.occurred_at > horizon:
            ahead.append(event.restated.occurred_at)
            counted[place] = replace(event, restated=None)
    return counted, min(ahead, default=None)


def described(state: Hub, policy: Policy, wakes_at: datetime | None) -> Folded:
    match state:
        case Case():
            return Folded(state, state.discrepancies(policy), wakes_at)
        case Person():
            return Folded(state, state.discrepancies(policy), wakes_at, concerns=remains(state))
        case Turnover():
            return Folded(state, state.discrepancies(), wakes_at)


def with_what_is_ahead(now: Folded, later: Hub) -> Folded:
    """What is dated ahead ties a person to its cases already: when it comes into force nobody else may be looking."""
    return replace(now, concerns=now.concerns | remains(later)) if isinstance(later, Person) else now


def remains(person: Person) -> frozenset[Target]:
    named = {Target("case", number) for number in person.cases}
    return frozenset(named | {Target("individual", id) for id in person.individuals})


def _fold(target: Target, events: Sequence[Event], relatives: Relatives = ALONE) -> Hub:
    match target.kind:
        case "case":
            return case_.fold(target.ref, events, relatives.cases, relatives.circular)
        case "person":
            return person_.fold(target.ref, events)
        case "turnover":
            return turnover_.fold(target.ref, events)
        case _:
            raise AssertionError(f"{target.kind} is no hub")


def is_correction(event: Event) -> bool:
    """Whether an event changes what others said, so that one step forward is not enough."""
    return isinstance(event.data, RecordCorrected)
