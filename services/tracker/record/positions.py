"""Which sequence numbers of which epoch have ended in the record: the runs that a batch adds."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.tracker.record.names import Cursor
from shared.wire import Position


class Run(NamedTuple):
    """Sequence numbers of one epoch, both ends included."""

    epoch: str
    low: int
    high: int


EPOCHS: Final = 5_530
"""Advisory lock, with the stream: one transaction at a time enters new epochs."""

ADD_RUNS: Final = """
    INSERT INTO filed_range (stream, epoch, low, high)
    SELECT %b, * FROM unnest(%b::text[], %b::bigint[], %b::bigint[])
"""
KNOWN: Final = "SELECT epoch FROM epoch WHERE stream = %b"
BEGIN: Final = """
    INSERT INTO epoch (stream, epoch, first_seen_at, current) VALUES (%b, %b, %b, true)
"""
FREEZE_NEW: Final = """
    INSERT INTO "freeze" (stream, kind, epoch, reason, opened_at)
    VALUES (%b, 'epoch', %b, 'the stream began a new epoch: Redis lost its state, facts may be missing', %b)
    ON CONFLICT DO NOTHING
"""
FREEZE_RETURNED: Final = """
    INSERT INTO "freeze" (stream, kind, epoch, reason, opened_at)
    VALUES (%b, 'epoch', %b, 'the stream is back in an epoch that was over: Redis stands where it stood before, facts accepted '
                             'since may be missing', %b)
    ON CONFLICT DO NOTHING
"""
STEP_DOWN: Final = "UPDATE epoch SET current = false WHERE stream = %b AND epoch = %b AND current"
COME_BACK: Final = "UPDATE epoch SET current = true WHERE stream = %b AND epoch = %b"
WAIT_ANEW: Final = "UPDATE notice SET awaits = NULL WHERE state = 'ready' AND awaits IS NOT NULL"


def runs(positions: Iterable[Position]) -> list[Run]:
    """Positions in any order, as the fewest runs that hold each once."""
    found: list[Run] = []
    for epoch, seq in sorted({(position.epoch, position.seq) for position in positions}):
        if found and found[-1].epoch == epoch and found[-1].high == seq - 1:
            found[-1] = Run(epoch, found[-1].low, seq)
        else:
            found.append(Run(epoch, seq, seq))
    return found


async def add_runs(cursor: Cursor, stream: str, added: Sequence[Run]) -> None:
    if added:
        columns = [run.epoch for run in added], [run.low for run in added], [run.high for run in added]
        await cursor.execute(ADD_RUNS, (stream, *columns))


async def begin_epochs(cursor: Cursor, stream: str, epochs: Sequence[str], at: datetime) -> None:
    """Enter epochs not seen before, in the order of the stream. Any but the first of a stream freezes what may leave.

    One that is known stays as it is, whatever entries of it arrive: an entry may be delivered again long after its epoch is
    over. Only the counter tells that an epoch is back; see `return_to`.

    To be called last in a transaction: of two that see new epochs of one stream, the second waits for the first.
    """
    if set(epochs) <= await _known(cursor, stream):
        return
    await cursor.execute("SELECT pg_advisory_xact_lock(%b, hashtext(%b))", (EPOCHS, stream))
    known = await _known(cursor, stream)
    for epoch in dict.fromkeys(epochs):
        if epoch in known:
            continue
        # The one before loses `current` first: the index that allows one is checked row by row.
        await cursor.execute("UPDATE epoch SET current = false WHERE stream = %b AND current", (stream,))
        await cursor.execute(BEGIN, (stream, epoch, at))
        if known:
            await cursor.execute(FREEZE_NEW, (stream, epoch, at))
        known.add(epoch)


async def return_to(cursor: Cursor, stream: str, epoch: str, instead_of: str, at: datetime) -> bool:
    """Make a known epoch the current one again, because intake numbers the stream in it again; and freeze what may leave.

    The witness is intake's counter, and no entry. Entries are delivered again at any time, in any order, by whoever reclaims
    them; the ids of a server that was restored say when its clock thought it was, and nothing keeps them above those of the
    epoch between. The counter is written in one step with the entries that it numbers, and there is one for each stream: what
    it says is where the next entry goes.

    Nothing that waited keeps what it waited for: the epoch gives numbers out again that were filed when it was current first,
    so having filed them says nothing of what is accepted under them now.

    Args:
        instead_of: the current epoch, read before the counter. So the counter is the later word of the two. Where another
            process has written a later one meanwhile nothing is done, and the next look compares anew.

    Returns:
        whether it was done: not where the epoch is unknown, which begins when its first entry is filed.
    """
    if epoch not in await _known(cursor, stream):
        return False
    await cursor.execute(WAIT_ANEW)  # before the lock, which a batch takes last, with its notices in hand
    await cursor.execute("SELECT pg_advisory_xact_lock(%b, hashtext(%b))", (EPOCHS, stream))
    await cursor.execute(STEP_DOWN, (stream, instead_of))
    if not cursor.rowcount:
        return False
    await cursor.execute(COME_BACK, (stream, epoch))
    await cursor.execute(FREEZE_RETURNED, (stream, epoch, at))
    return True


async def _known(cursor: Cursor, stream: str) -> set[str]:
    await cursor.execute(KNOWN, (stream,))
    return {epoch for (epoch,) in await cursor.fetchall()}
