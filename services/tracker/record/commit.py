"""One batch, one transaction: what arrives is filed, folded and acted on at once, or not at all.

Commit, then acknowledge: a crash between the two is a redelivery, which the identity of an event turns into nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from services.tracker.model.targets import Target
from services.tracker.record import facts, quarantine
from services.tracker.record.batch import Batch, Entry, read_batch
from services.tracker.record.directory import load_directory
from services.tracker.record.facts import Facts, Sorted
from services.tracker.record.histories import Histories
from services.tracker.record.hold import Wider, hold
from services.tracker.record.links import liaisons_of, lineage_of, names_of, news_of, originals
from services.tracker.record.names import Cursor, Names, begin_filing, is_hub
from services.tracker.record.obligations import oblige_of_quarantined
from services.tracker.record.policies import Policies
from services.tracker.record.positions import add_runs, begin_epochs, runs
from services.tracker.record.postgres import Pool
from services.tracker.record.projections import keep_liaisons, keep_lineage
from services.tracker.record.reach import Named, Tie, new_pairs
from services.tracker.record.remembered import Remembered
from services.tracker.record.settle import Settled, Settler
from shared.clock import Now
from shared.failpoints import failpoint
from shared.terms import Stream

log = structlog.get_logger()

REMEMBERED_EVENTS: Final = 30_000
REMEMBERED_HUBS: Final = 20_000
REMEMBERED_NAMES: Final = 100_000
"""About 150 MB in all, for a backlog in which a case turns up again every few thousand events."""

REMEMBERED_GROUPS: Final = 2_000

ATTEMPTS: Final = 20
"""A batch that loses against another this often in a row does not lose by chance."""

RETRIED: Final = (DeadlockDetected, SerializationFailure, UniqueViolation)


@dataclass(frozen=True, slots=True)
class Filing:
    """What became of a batch, by number of entries. `redelivered`: those that were in the record before, from here."""

    filed: int = 0
    duplicates: int = 0
    quarantined: int = 0
    redelivered: int = 0


class Register:
    """The one way in which facts enter the record. Any number may work on one record at the same time."""

    def __init__(self, pool: Pool, now: Now) -> None:
        self.pool = pool
        self.now = now
        self.names = Names(REMEMBERED_NAMES)
        self.facts = Facts(REMEMBERED_EVENTS)
        self.histories = Histories(self.facts, REMEMBERED_HUBS)
        self.policies = Policies()
        self.settler = Settler(self.names, self.histories)
        self.reached: Remembered[int, frozenset[int]] = Remembered(REMEMBERED_GROUPS)
        """What a hub reached when its group was last locked. Locked at once the next time, it is asked for once, not twice."""

    async def file(self, stream: Stream, entries: Collection[Entry]) -> Filing:
        """Read the entries and commit them; see `commit`."""
        batch = read_batch(stream, list(entries))
        failpoint("tracker.decoded")
        return await self.commit(batch)

    async def commit(self, batch: Batch) -> Filing:
        """File a batch in one transaction; when this returns it is durable. Safe to repeat, here or elsewhere.

        Raises:
            psycopg.OperationalError: PostgreSQL cannot be reached or was lost; the batch is in the record whole or not at
                all, nothing has been quarantined for it, and it may be committed again.
        """
        wider: frozenset[int] = frozenset()
        names = frozenset(name for arrival in batch.arrivals for name in arrival.names)
        for _ in range(ATTEMPTS):
            try:
                outcome = await self._attempt(batch, names, wider)
            except RETRIED as lost:
                log.info("batch_retried", stream=batch.stream, because=type(lost).__name__)
                self.histories.forget()
                continue
            except OperationalError:
                self.forget()
                raise
            match outcome:
                case Wider(numbers):
                    wider = numbers
                case Filing():
                    failpoint("tracker.committed")
                    return outcome
        raise OperationalError(f"a batch of {len(batch.arrivals)} was lost to others {ATTEMPTS} times in a row")

    async def _attempt(self, batch: Batch, names: frozenset[Target], wider: frozenset[int]) -> Filing | Wider:
        async with self.pool.connection() as conn:
            cursor = conn.cursor(binary=True)
            await self.names.make(cursor, names)
            return await self._in_one_transaction(conn, cursor, batch, names, wider)

    async def _in_one_transaction(
        self,
        conn: AsyncConnection[Any],
        cursor: Cursor,
        batch: Batch,
        names: frozenset[Target],
        wider: frozenset[int],
    ) -> Filing | Wider:
        async with conn.transaction():
            await begin_filing(cursor, at=self.now(), exclusive=batch.corrects)
            at = self.now()
            rule = await self.policies.in_force(cursor)
            numbers = await self.names.numbers(cursor, names)
            identities = await self.names.corrected(
                cursor, {arrival.event.key for arrival in batch.arrivals}, alone=batch.corrects
            )
            links = await originals(cursor, batch, numbers)
            ids = [no for target, no in (numbers | identities).items() if not is_hub(target)]
            hubs = [no for target, no in numbers.items() if is_hub(target)]
            held = await hold(cursor, ids, hubs, wider)
            if isinstance(held, Wider):
                return held
            failpoint("tracker.locked")

            found = await facts.file_facts(cursor, batch, at)
            named = names_of(found, numbers, identities)
            await self._keep(cursor, found, named)
            before = [tie for tie in held.reach.ties if tie not in links]
            pairs = await facts.pair(cursor, new_pairs(before, links, held.reach.named, named))
            await keep_lineage(cursor, lineage_of(found, numbers))
            await keep_liaisons(cursor, liaisons_of(found, numbers))
            news = news_of(pairs, named, links, identities)
            settled = await self.settler.settle(cursor, conn, held, news, rule, "facts", at)

            refused = [quarantine.unreadable(entry) for entry in batch.misread]
            refused += [quarantine.conflicting(arrival) for arrival in found.conflicts]
            if added := await quarantine.put(cursor, batch, refused, at):
                await oblige_of_quarantined(cursor, batch.stream, added, await load_directory(conn), at)
            await add_runs(cursor, batch.stream, runs(batch.positions))
            await begin_epochs(cursor, batch.stream, [arrival.position.epoch for arrival in batch.arrivals], at)
        self._remember(numbers, identities, settled)
        return Filing(len(found.filed), len(found.duplicates), len(refused), found.redelivered)

    async def _keep(self, cursor: Cursor, found: Sorted, named: list[Named]) -> None:
        for no, arrival in found.filed:
            self.facts.remember(no, arrival.event)
        await facts.keep_bodies(cursor, found.filed)
        await facts.tie(cursor, [Tie(id, each.event) for each in named for id in sorted(each.ids)])

    def _remember(self, numbers: dict[Target, int], identities: dict[Target, int], settled: Settled) -> None:
        self.names.remember(numbers | identities)
        self.settler.remember(settled)

    def forget(self) -> None:
        """After the loss of a connection nothing is taken for granted: another server may answer next."""
        self.names.forget()
        self.facts.forget()
        self.histories.forget()
        self.reached.forget()
