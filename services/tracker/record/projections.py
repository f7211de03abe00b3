"""What people query: cases, persons and turnovers as columns, made from what was folded and from nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.tracker.model.case import Case
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.person import Person
from services.tracker.model.turnover import Turnover
from services.tracker.record.histories import Folded
from services.tracker.record.names import Cursor

FOLD_VERSION: Final = 2
"""Raised whenever the model folds the same facts into something else. 2: a rescinded amendment counts no more on its cases."""

Row = tuple[Any, ...]

ADVANCE: Final = "UPDATE target SET revision = revision + 1 WHERE no = ANY(%b::bigint[])"
BRING_TOGETHER: Final = """
    INSERT INTO concern (remains, person) SELECT * FROM unnest(%b::bigint[], %b::bigint[]) ON CONFLICT DO NOTHING
"""
KEEP_LINEAGE: Final = """
    INSERT INTO lineage (parent, child) SELECT * FROM unnest(%b::bigint[], %b::bigint[]) ON CONFLICT DO NOTHING
"""
KEEP_LIAISONS: Final = """
    INSERT INTO spoken_for (liaison, person) SELECT * FROM unnest(%b::text[], %b::bigint[]) ON CONFLICT DO NOTHING
"""


def upsert(table: str, **columns: str) -> str:
    """Arrays are flat in SQL, so a column that is itself an array travels as one string, its items joined by a space."""
    names = ["target", *columns, "open_discrepancies", "next_check_at", "fold_version", "filed_at"]
    types = ["bigint", *columns.values(), "integer", "timestamptz", "integer", "timestamptz"]
    chosen = [f"string_to_array({name}, ' ')" if kind == "array" else name for name, kind in zip(names, types, strict=True)]
    arrays = ", ".join(f"%b::{'text' if kind == 'array' else kind}[]" for kind in types)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)} "  # noqa: S608 - constants of this module
        f"FROM unnest({arrays}) AS given ({', '.join(names)}) ON CONFLICT (target) DO UPDATE SET {changed}"
    )


CASES: Final = upsert(
    "case_",
    number="text",
    registered="boolean",
    kind="text",
    custody="text",
    progress="text",
    custodian="text",
    place="text",
    turnover="text",
    label="text",
    origin="text",
    parents="array",
    flags="array",
)
PERSONS: Final = upsert("person", ref="text", progress="text", pnok="text", determinations="array", flags="array")
TURNOVERS: Final = upsert(
    "turnover",
    ref="text",
    declared="boolean",
    kind="text",
    from_party="text",
    to_party="text",
    expected="integer",
    containers_sent="integer",
    registered="integer",
    reviewed="boolean",
    closed="boolean",
    flags="array",
)


async def project(cursor: Cursor, folded: Mapping[int, Folded], tolerance: timedelta, at: datetime) -> None:
    """Write the projections of these hubs, sorted by number, whether or not anything in them changed."""
    rows: dict[str, list[Row]] = {CASES: [], PERSONS: [], TURNOVERS: []}
    for no in sorted(folded):
        hub = folded[no]
        tail = (sum(each.open for each in hub.discrepancies), due(hub, tolerance), FOLD_VERSION, at)
        match hub.state:
            case Case() as state:
                rows[CASES].append((no, *_case(state, hub), *tail))
            case Person() as state:
                rows[PERSONS].append((no, *_person(state, hub), *tail))
            case Turnover() as state:
                rows[TURNOVERS].append((no, *_turnover(state, hub), *tail))
    for statement, of_kind in rows.items():
        if of_kind:
            await cursor.execute(statement, columns(of_kind))


def due(hub: Folded, tolerance: timedelta) -> datetime | None:
    """When an event dated ahead is no longer further ahead than clocks may differ."""
    return hub.wakes_at - tolerance if hub.wakes_at is not None else None


def columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def bring_together(cursor: Cursor, pairs: Collection[tuple[int, int]]) -> None:
    """Remember that these (case or individual, person) concerned each other, by number."""
    if pairs:
        await cursor.execute(BRING_TOGETHER, columns(sorted(pairs)))


async def keep_lineage(cursor: Cursor, pairs: Collection[tuple[int, int]]) -> None:
    """Remember that the second case of each pair was said to have come out of the first, by number."""
    if pairs:
        await cursor.execute(KEEP_LINEAGE, columns(sorted(pairs)))


async def keep_liaisons(cursor: Cursor, pairs: Collection[tuple[str, int]]) -> None:
    """Remember that these liaisons were named for the families of these persons, the latter by number."""
    if pairs:
        await cursor.execute(KEEP_LIAISONS, columns(sorted(pairs)))


async def advance_revisions(cursor: Cursor, hubs: Iterable[int]) -> None:
    """Every hub whose history grew has a new revision, so that no process takes what it remembers for what is true."""
    if ordered := sorted(hubs):
        await cursor.execute(ADVANCE, (ordered,))


def _case(state: Case, hub: Folded) -> Row:
    return (
        state.number,
        state.registered,
        state.kind,
        state.state,
        state.progress,
        state.custody.custodian,
        state.custody.place,
        state.turnover,
        state.label,
        state.origin.kind if state.origin is not None else None,
        " ".join(state.heritage.parents),
        flags(hub, state.flags(hub.discrepancies)),
    )


def _person(state: Person, hub: Folded) -> Row:
    standing = " ".join(determination.id for determination in state.standing())
    raised = {"hold"} if state.holds.any_active() else set()
    return state.ref, state.progress, state.pnok, standing, flags(hub, raised)


def _turnover(state: Turnover, hub: Folded) -> Row:
    return (
        state.ref,
        state.declared,
        state.kind,
        state.from_party,
        state.to_party,
        state.expected,
        state.containers_sent,
        len(state.registered),
        state.reviewed,
        state.closed is not None,
        flags(hub, set()),
    )


def flags(hub: Folded, raised: Iterable[str]) -> str:
    every = {
        *raised,
        *(["discrepancy"] if any(each.open for each in hub.discrepancies) else []),
        *(["unfoldable"] if hub.unfoldable else []),
        *(["dated_ahead"] if hub.wakes_at is not None else []),
    }
    return " ".join(sorted(every))


# ------------------------------------------------------------------------------------------------------- discrepancies
KEEP: Final = """
    INSERT INTO discrepancy (id, subject_kind, subject, kind, anchor, expected, observed, open, resolution, opened_at,
                             resolved_at)
    SELECT id, subject_kind, subject, kind, anchor, expected, observed, open, resolution, %(at)b,
           CASE WHEN open THEN NULL ELSE %(at)b END
      FROM unnest(%(id)b::text[], %(subject_kind)b::text[], %(subject)b::text[], %(kind)b::text[], %(anchor)b::text[],
                  %(expected)b::text[], %(observed)b::text[], %(open)b::boolean[], %(resolution)b::text[])
        AS given (id, subject_kind, subject, kind, anchor, expected, observed, open, resolution)
    ON CONFLICT (id) DO UPDATE
       SET expected = excluded.expected, observed = excluded.observed, open = excluded.open,
           resolution = excluded.resolution, resolved_at = excluded.resolved_at,
           opened_at = CASE WHEN excluded.open AND NOT discrepancy.open THEN excluded.opened_at
                            ELSE discrepancy.opened_at END
"""
CLOSE: Final = """
    UPDATE discrepancy SET open = false, resolution = NULL, resolved_at = %b
     WHERE (open OR resolution IS NOT NULL) AND id = ANY(%b::text[])
"""
KNOWN: Final = """
    SELECT id FROM discrepancy JOIN unnest(%b::text[], %b::text[]) AS given (subject_kind, subject)
     USING (subject_kind, subject) WHERE open OR resolution IS NOT NULL
"""


async def keep_discrepancies(cursor: Cursor, found: Sequence[Discrepancy], gone: Sequence[str], at: datetime) -> None:
    """Write those found; those gone lost their ground and are closed without a resolution."""
    if found:
        ordered = sorted(found, key=lambda each: each.id)
        names = ["id", "subject_kind", "subject", "kind", "anchor", "expected", "observed", "open", "resolution"]
        arrays = {name: [getattr(each, name) for each in ordered] for name in names}
        await cursor.execute(KEEP, {**arrays, "at": at})
    if gone:
        await cursor.execute(CLOSE, (at, sorted(gone)))


async def standing_discrepancies(cursor: Cursor, subjects: Sequence[tuple[str, str]]) -> set[str]:
    """Ids of those of these (kind, ref) subjects that are open or settled; one that lost its ground is neither."""
    if not subjects:
        return set()
    await cursor.execute(KNOWN, columns(subjects))
    return {id for (id,) in await cursor.fetchall()}
