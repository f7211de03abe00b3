"""The numbers of what events name, and the locks on them. Every name has a row, made when it is first named."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import starmap
from typing import Any, Final

from psycopg import AsyncCursor

from services.tracker.model.targets import HUBS, Target, identity
from services.tracker.record.open_filings import BEGUN, second
from services.tracker.record.remembered import Remembered

Cursor = AsyncCursor[Any]

CORRECTIONS: Final = 5_530_002_019
"""Advisory lock: shared by all batches, exclusive for one that holds a correction, so that a correction and what it corrects
can never be filed past each other."""

MAKE: Final = """
    INSERT INTO target (kind, ref) SELECT * FROM unnest(%b::text[], %b::text[]) ON CONFLICT DO NOTHING
    RETURNING no, kind, ref
"""
FIND: Final = """
    SELECT no, kind, ref FROM target JOIN unnest(%b::text[], %b::text[]) AS given (kind, ref) USING (kind, ref)
"""
CORRECTED: Final = "SELECT no, ref FROM target WHERE kind = 'event' AND no > %b ORDER BY no"
FIND_BY_NUMBER: Final = "SELECT no, kind, ref FROM target WHERE no = ANY(%b::bigint[])"
LOCK: Final = "SELECT no, revision FROM target WHERE no = ANY(%b::bigint[]) ORDER BY no FOR NO KEY UPDATE"
LOCK_FREE: Final = f"{LOCK} SKIP LOCKED"


class Names:
    """Numbers by name and names by number, remembered once they are committed: they never change."""

    def __init__(self, limit: int) -> None:
        self._numbers: Remembered[Target, int] = Remembered(limit)
        self._names: Remembered[int, Target] = Remembered(limit)
        self._corrected: dict[str, int] = {}
        self._corrected_through = 0

    async def make(self, cursor: Cursor, named: Iterable[Target]) -> None:
        """Make what nothing named before, each statement committed by itself, so that nobody waits long for a new name.

        A name without an event does no harm, should the batch fail. Identities of events are not among them: see `corrected`.
        """
        self.remember(await self.numbers(cursor, [target for target in named if target.kind != "event"]))

    async def numbers(self, cursor: Cursor, named: Iterable[Target]) -> dict[Target, int]:
        """The number of each name; those that nothing named before are made, sorted, before anything is locked."""
        known = {target: self._numbers.get(target) for target in named}
        found = {target: no for target, no in known.items() if no is not None}
        if missing := sorted(target for target, no in known.items() if no is None):
            found |= await self._ask(cursor, MAKE, missing)
            if still := [target for target in missing if target not in found]:
                found |= await self._ask(cursor, FIND, still)
        return found

    async def corrected(self, cursor: Cursor, keys: Collection[tuple[str, str]], *, alone: bool) -> dict[Target, int]:
        """Those of the events that a correction has named already, before or after they arrived.

        Such names are made only under the exclusive lock. Under the shared one all that there are is committed and can be
        remembered; `alone`, which is under the exclusive one, this transaction may have made some that it will take back.
        """
        await cursor.execute(CORRECTED, (self._corrected_through,))
        new = {ref: no for no, ref in await cursor.fetchall()}
        if new and not alone:
            self._corrected |= new
            self._corrected_through = max(new.values())
        found = {target: self._corrected.get(target.ref, new.get(target.ref)) for target in starmap(identity, keys)}
        return {target: no for target, no in found.items() if no is not None}

    async def names(self, cursor: Cursor, numbers: Collection[int]) -> dict[int, Target]:
        known = {no: self._names.get(no) for no in numbers}
        found = {no: target for no, target in known.items() if target is not None}
        if missing := [no for no in numbers if no not in found]:
            await cursor.execute(FIND_BY_NUMBER, (missing,))
            found |= {no: Target(kind, ref) for no, kind, ref in await cursor.fetchall()}
        return found

    def remember(self, found: dict[Target, int]) -> None:
        """Call once the transaction that may have made them is committed."""
        for target, no in found.items():
            self._numbers.put(target, no)
            self._names.put(no, target)

    def forget(self) -> None:
        self._numbers.forget()
        self._names.forget()
        self._corrected.clear()
        self._corrected_through = 0

    async def _ask(self, cursor: Cursor, statement: str, wanted: list[Target]) -> dict[Target, int]:
        kinds, refs = [target.kind for target in wanted], [target.ref for target in wanted]
        await cursor.execute(statement, (kinds, refs))
        return {Target(kind, ref): no for no, kind, ref in await cursor.fetchall()}


async def begin_filing(cursor: Cursor, *, at: datetime, exclusive: bool) -> None:
    """Say since when this transaction files, and wait for those whose corrections it must not file past."""
    kind = "" if exclusive else "_shared"
    await cursor.execute(f"SELECT {BEGUN}, pg_advisory_xact_lock{kind}({CORRECTIONS})", (second(at),))


async def lock(cursor: Cursor, numbers: Collection[int]) -> dict[int, int]:
    """Lock the rows in the order of their numbers until the transaction ends. Returns number -> revision."""
    await cursor.execute(LOCK, (sorted(numbers),))
    return dict(await cursor.fetchall())


async def lock_free(cursor: Cursor, numbers: Collection[int]) -> dict[int, int]:
    """Lock those of the rows that nobody holds, without waiting. Returns number -> revision."""
    await cursor.execute(LOCK_FREE, (sorted(numbers),))
    return dict(await cursor.fetchall())


def is_hub(target: Target) -> bool:
    return target.kind in HUBS
