"""From what is new to the hubs to what the record says of them: fold, project, and work out what is owed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.tracker.model.case import Case
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.person import Person
from services.tracker.model.targets import Target
from services.tracker.model.turnover import Turnover
from services.tracker.record import hand_overs, projections
from services.tracker.record.closing import wake
from services.tracker.record.directory import load_directory
from services.tracker.record.heirs import Heirs
from services.tracker.record.histories import Folded, Histories, News, Wanted
from services.tracker.record.hold import Held
from services.tracker.record.names import Cursor, Names, is_hub
from services.tracker.record.notices_store import Why, check_again_at
from services.tracker.record.obligations import oblige_families, oblige_of_missing, oblige_operators
from services.tracker.record.policies import InForce
from services.tracker.record.stirred import stir


@dataclass(frozen=True, slots=True)
class Settled:
    """The hubs as they stand after a transaction, to be remembered once it is committed."""

    folded: Mapping[int, Folded]
    revisions: Mapping[int, int]
    policy: str


class Settler:
    def __init__(self, names: Names, histories: Histories) -> None:
        self.names = names
        self.histories = histories

    async def settle(
        self,
        cursor: Cursor,
        conn: AsyncConnection[Any],
        held: Held,
        news: Mapping[int, News],
        rule: InForce,
        why: Why,
        at: datetime,
        *,
        look_at: Collection[int] = (),
    ) -> Settled:
        """Fold what has news and whoever it may concern, write what has changed, and reconcile the notices.

        Args:
            look_at: hubs to fold and write again although nothing new was filed about them.
        """
        near = held.reach.near if news or look_at else ()
        targets = await self.names.names(cursor, held.revisions)
        hubs = [no for no in near if is_hub(targets[no])]
        first = [no for no in hubs if no in news or targets[no].kind == "person" or no in look_at]
        folded = await self._fold(cursor, first, targets, held, news, rule, at)
        concerned = {target for hub in folded.values() for target in hub.concerns}
        rest = [no for no in hubs if no not in folded and targets[no] in concerned]
        folded |= await self._fold(cursor, rest, targets, held, news, rule, at)
        heirs = Heirs(self.histories, rule, at)
        await heirs.take(cursor, held, targets, folded, news)
        folded |= heirs.changed

        remembered = {no: self.histories.written.get(no, held.revisions[no], rule.version) for no in folded}
        changed = {no: hub for no, hub in folded.items() if remembered[no] is not hub}
        await projections.project(cursor, changed, rule.policy.clock_tolerance, at)
        await hand_overs.keep(cursor, changed, remembered, held.revisions)
        gone = await keep_discrepancies(cursor, changed, remembered, at)
        numbers = {target: no for no, target in targets.items()}
        pairs = {(numbers[each], no) for no, hub in changed.items() for each in hub.concerns if each in numbers}
        await projections.bring_together(cursor, pairs)
        await projections.advance_revisions(cursor, news.keys() | heirs.raised)
        await wake(cursor, turned(changed, remembered), at)
        if lost := may_be_missing(changed, remembered, held.revisions):
            await oblige_of_missing(cursor, lost, await load_directory(conn), why, at)
        await self._oblige(cursor, conn, folded, changed, gone, rule, why, at)
        await stir(cursor, changed, news, self.histories.facts)
        revisions = {no: held.revisions[no] + (no in news or no in heirs.raised) for no in folded}
        return Settled(folded, revisions, rule.version)

    def remember(self, settled: Settled) -> None:
        for no, hub in settled.folded.items():
            self.histories.written.put(no, settled.revisions[no], settled.policy, hub)

    async def _fold(
        self,
        cursor: Cursor,
        numbers: Sequence[int],
        targets: Mapping[int, Target],
        held: Held,
        news: Mapping[int, News],
        rule: InForce,
        at: datetime,
    ) -> dict[int, Folded]:
        wanted = [Wanted(no, targets[no], held.revisions[no], news.get(no)) for no in numbers]
        return await self.histories.fold(cursor, wanted, rule.policy, rule.version, at)

    async def _oblige(
        self,
        cursor: Cursor,
        conn: AsyncConnection[Any],
        folded: Mapping[int, Folded],
        changed: Mapping[int, Folded],
        gone: Sequence[str],
        rule: InForce,
        why: Why,
        at: datetime,
    ) -> None:
        persons = [no for no, hub in folded.items() if isinstance(hub.state, Person)]
        misfits = gone or any(hub.discrepancies for hub in changed.values())
        if not persons and not misfits:
            return
        directory = await load_directory(conn)
        await oblige_operators(cursor, list(changed.values()), gone, directory, why, at)
        if persons:
            again = await oblige_families(cursor, list(folded.values()), directory, rule, why, at)
            tolerance = rule.policy.clock_tolerance
            ahead = [due for no in persons if (due := projections.due(folded[no], tolerance)) is not None]
            await check_again_at(cursor, persons, min([*ahead, *([again] if again else [])], default=None), rule.no)


def turned(changed: Mapping[int, Folded], remembered: Mapping[int, Folded | None]) -> list[str]:
    """The turnovers of which it may have changed whether the laboratory's work on them has ended."""
    found = []
    for no, hub in changed.items():
        known = remembered[no]
        before = known.state.closed if known is not None and isinstance(known.state, Turnover) else None
        if isinstance(hub.state, Turnover) and hub.state.closed != before:
            found.append(hub.state.ref)
    return found


def may_be_missing(
    changed: Mapping[int, Folded], remembered: Mapping[int, Folded | None], revisions: Mapping[int, int]
) -> list[Case]:
    """The cases that are missing, or were, or of which a process that has just started does not know whether they were."""
    found: list[Case] = []
    for no, hub in changed.items():
        known = remembered[no]
        before = known.state if known is not None else None
        was = before.custody.missing if isinstance(before, Case) else revisions[no] > 0
        if isinstance(hub.state, Case) and not hub.unfoldable and (hub.state.custody.missing or was):
            found.append(hub.state)
    return found


async def keep_discrepancies(
    cursor: Cursor, changed: Mapping[int, Folded], remembered: Mapping[int, Folded | None], at: datetime
) -> list[str]:
    """Write what has changed about the discrepancies of these hubs. Returns the ids of those that lost their ground.

    A hub that cannot be folded keeps those it had: nothing is known to have changed.
    """
    foldable = {no: hub for no, hub in changed.items() if not hub.unfoldable}
    new_here = [subject(hub) for no, hub in foldable.items() if remembered[no] is None]
    known_ids = await projections.standing_discrepancies(cursor, new_here)
    found: list[Discrepancy] = []
    standing: set[str] = set()
    for no, hub in foldable.items():
        known = remembered[no]
        before = {each.id: each for each in known.discrepancies} if known is not None else {}
        known_ids |= before.keys()
        standing |= {each.id for each in hub.discrepancies}
        found += [each for each in hub.discrepancies if before.get(each.id) != each]
    gone = sorted(known_ids - standing)
    await projections.keep_discrepancies(cursor, found, gone, at)
    return gone


def subject(hub: Folded) -> tuple[str, str]:
    match hub.state:
        case Case(number=number):
            return "case", number
        case Person(ref=ref):
            return "person", ref
        case _:
            return "turnover", hub.state.ref
