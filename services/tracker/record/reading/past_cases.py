"""A case with all that it came out of and that came out of it, as of a moment: the same folds, over what was known by then."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.case import Case
from services.tracker.model.provenance import Span, provenance
from services.tracker.model.targets import Target
from services.tracker.model.travel import When, until
from services.tracker.record.heirs import case
from services.tracker.record.histories import Folded
from services.tracker.record.projections import flags
from services.tracker.record.reading import past
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.lineage import Relative
from services.tracker.record.whole import fold_whole
from shared import wire
from shared.events.event import Event

# What came out of a case may have come out of others as well, so their histories are needed to fold it.
HISTORIES: Final = """
    WITH RECURSIVE below (no) AS (
      SELECT no FROM target WHERE kind = 'case' AND ref = %(number)s
      UNION SELECT lineage.child FROM below JOIN lineage ON lineage.parent = below.no
    ), kin (no) AS (
      SELECT no FROM below UNION SELECT lineage.parent FROM kin JOIN lineage ON lineage.child = kin.no
    )
    SELECT target.ref, event.filed_at, event.digest, event_body.body
      FROM kin JOIN target USING (no) JOIN history ON history.hub = kin.no
      JOIN event ON event.no = history.event JOIN event_body ON event_body.event = event.no
     WHERE event.filed_at <= %(known_at)s
"""


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case as of a moment. `filed_at`: when the last was filed of what was known of it."""

    number: str
    hubs: Mapping[str, Folded]
    filed_at: datetime

    @property
    def hub(self) -> Folded:
        return self.hubs[self.number]

    def row(self) -> CaseRow:
        state = case(self.hub)
        return CaseRow(
            number=self.number,
            registered=state.registered,
            kind=state.kind,
            custody=state.state,
            progress=state.progress,
            custodian=state.custody.custodian,
            place=state.custody.place,
            turnover=state.turnover,
            label=state.label,
            origin=state.origin.kind if state.origin is not None else None,
            parents=list(state.heritage.parents),
            flags=flags(self.hub, state.flags(self.hub.discrepancies)).split(),
            open_discrepancies=sum(each.open for each in self.hub.discrepancies),
            next_check_at=None,
            filed_at=self.filed_at,
        )

    def persons(self) -> list[str]:
        """Whom the case had ever concerned by then."""
        return sorted({person for each in case(self.hub).determinations.values() for person in each.persons})

    def ancestors(self) -> list[Relative]:
        found: set[str] = set()
        ahead = [self.number]
        while ahead:
            above = set(self._parents(ahead.pop())) - found
            found |= above
            ahead += above
        return [_relative(case(self.hubs[each])) for each in sorted(found) if each in self.hubs]

    def descendants(self) -> list[Relative]:
        found: set[str] = set()
        ahead = {self.number}
        while ahead:
            ahead = {each for each in self.hubs if not ahead.isdisjoint(self._parents(each))} - found
            found |= ahead
        return [_relative(case(self.hubs[each])) for each in sorted(found)]

    def custodians(self) -> list[Span]:
        return provenance(self.number, {number: case(hub) for number, hub in self.hubs.items()})

    def _parents(self, number: str) -> tuple[str, ...]:
        return case(self.hubs[number]).heritage.parents if number in self.hubs else ()


async def past_case(conn: AsyncConnection[Any], number: str, when: When) -> PastCase | None:
    """None where nothing that had happened by then was known of it."""
    rows = await (await conn.execute(HISTORIES, {"number": number, "known_at": when.known_at})).fetchall()
    events: dict[str, list[Event]] = defaultdict(list)
    filed: dict[tuple[str, str], datetime] = {}
    for ref, filed_at, digest, body in rows:
        event = wire.reread(body, digest)
        events[ref].append(event)
        filed[event.key] = filed_at
    known = {ref: until(said, when.as_of) for ref, said in events.items()}
    if not known.get(number):
        return None
    rule = await past.policy(conn, when)
    histories = {Target("case", ref): said for ref, said in known.items()}
    hubs = {target.ref: hub for target, hub in fold_whole(histories, rule.policy, when.as_of).items()}
    return PastCase(number, hubs, max(filed[event.key] for event in known[number]))


def _relative(state: Case) -> Relative:
    return Relative(
        number=state.number,
        parents=list(state.heritage.parents),
        origin=state.origin.kind if state.origin is not None else None,
        kind=state.kind,
        custody=state.state,
        custodian=state.custody.custodian,
        progress=state.progress,
    )
