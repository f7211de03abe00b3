"""What does not add up in a turnover's account, and which of its numbers may be published: looked at whole, when something that
is counted has changed or another policy is in force.

A turnover's account is over more cases and persons than any transaction should lock. So nothing here is locked: a look counts
what is filed, and what is filed meanwhile has the turnover looked at again. No number leaves in between (`claimable.COUNTED`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import structlog
from psycopg import AsyncConnection

from services.tracker.model import operators
from services.tracker.model.account import account, discrepancies
from services.tracker.model.aggregates import aggregate_gates
from services.tracker.model.counts import owed_of_counts
from services.tracker.model.directory import Directory
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.loosened import loosened
from services.tracker.model.notices import Notice
from services.tracker.model.reconcile import reconcile
from services.tracker.model.scope import COUNTS, Scope, fold
from services.tracker.model.telling import Required
from services.tracker.model.travel import until
from services.tracker.record import projections
from services.tracker.record.facts import Facts
from services.tracker.record.names import Cursor
from services.tracker.record.notices_store import apply, of_subjects
from services.tracker.record.policies import InForce, all_judged
from services.tracker.record.reading.accounts import REACHED, TIES
from shared.events import BY_WIRE_NAME

log = structlog.get_logger()

DUE: Final = """
    SELECT ref, stirred, judged_by IS DISTINCT FROM %(rule)s FROM turnover
     WHERE stirred <> counted OR judged_by IS DISTINCT FROM %(rule)s ORDER BY ref
"""
COUNTED: Final = f"{REACHED} SELECT no FROM said JOIN event USING (no) WHERE event.type = ANY(%(counts)s)"  # noqa: S608 - a constant
JUDGED: Final = "UPDATE turnover SET counted = %(stirred)s, judged_by = %(rule)s WHERE ref = %(ref)s"
KNOWN: Final = """
    SELECT id, expected, observed, open, resolution FROM discrepancy
     WHERE subject_kind = 'scope' AND subject = %s AND (open OR resolution IS NOT NULL)
"""
TYPES: Final = sorted(name for name, fact in BY_WIRE_NAME.items() if issubclass(fact, COUNTS))


class Due(NamedTuple):
    """`stirred`: which change is the last that this look is sure to see. `unjudged`: by the policy in force."""

    ref: str
    stirred: int
    unjudged: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One look at what is due, as of an instant for which everything accepted by then is filed."""

    conn: AsyncConnection[Any]
    cursor: Cursor
    facts: Facts
    rule: InForce
    directory: Directory
    as_of: datetime
    at: datetime

    async def at_all(self) -> int:
        """Returns how many notices changed. A turnover whose account cannot be worked out keeps no other waiting."""
        found = await (await self.conn.execute(DUE, {"rule": self.rule.no})).fetchall()
        changed = sum([await self._at(Due(*row)) for row in found])
        if self.rule.before is not None:
            await all_judged(self.conn, self.rule, self.at)
        return changed

    async def _at(self, due: Due) -> int:
        changed = 0
        scope = await self._scope(due.ref)
        if scope is not None:
            changed = await self._reconcile(scope) + await self._publish(scope, due)
        await self.cursor.execute(JUDGED, {"ref": due.ref, "stirred": due.stirred, "rule": self.rule.no})
        return changed

    async def _scope(self, ref: str) -> Scope | None:
        await self.cursor.execute(COUNTED, {"ref": ref, "ties": list(TIES), "counts": TYPES})
        said = await self.facts.read(self.cursor, [no for (no,) in await self.cursor.fetchall()])
        try:
            return fold(ref, until(list(said.values()), self.as_of + self.rule.policy.clock_tolerance))
        except Exception:
            log.exception("unfoldable", kind="scope", ref=ref, events=len(said))
            return None

    async def _reconcile(self, scope: Scope) -> int:
        """Keep what does not add up, and tell the operators of whoever received the turnover."""
        found = discrepancies(account(scope), scope.resolutions)
        known = await self._known(scope.ref)
        fresh = [each for each in found if known.get(each.id) != _values(each)]
        gone = sorted(known.keys() - {each.id for each in found})
        await projections.keep_discrepancies(self.cursor, fresh, gone, self.at)
        if not fresh and not gone:
            return 0
        owed = operators.of_discrepancies(found, scope.to_party, self.directory)
        stored = await of_subjects(self.cursor, "discrepancy", sorted({*gone, *(each.id for each in found)}))
        changes = reconcile(Required(owed), stored)
        await apply(self.cursor, changes, "time", self.at)
        return len(changes)

    async def _known(self, ref: str) -> dict[str, tuple[Any, ...]]:
        return {id: tuple(values) for id, *values in await (await self.conn.execute(KNOWN, (ref,))).fetchall()}

    async def _publish(self, scope: Scope, due: Due) -> int:
        """What only the policy in force lets leave, and the one before did not, waits for a person."""
        written = [
            each
            for kind in ("publication_eligible", "stop")
            for each in await of_subjects(self.cursor, kind, [scope.ref])
            if each.person is None
        ]
        owed = self._owed(scope, written, self.rule.policy.aggregate_threshold)
        newly: Collection[str] = ()
        if self.rule.before is not None and due.unjudged:
            newly = loosened(self._owed(scope, written, self.rule.before.aggregate_threshold), owed)
        changes = reconcile(owed, written)
        await apply(self.cursor, changes, "time", self.at, newly=newly)
        return len(changes)

    def _owed(self, scope: Scope, written: list[Notice], threshold: int) -> Required:
        return owed_of_counts(scope.ref, aggregate_gates(scope, threshold), written, self.directory)


def _values(found: Discrepancy) -> tuple[Any, ...]:
    return found.expected, found.observed, found.open, found.resolution
