"""Keyset pages: the next page starts after the last key of this one, so facts that arrive meanwhile shift nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, LiteralString, TypeVar

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is given back as `after` for the page that follows; None says that this was the last one."""

    items: list[Row]
    next: str | None = None


async def page(
    conn: AsyncConnection[Any],
    row: type[Row],
    table: LiteralString,
    *,
    key: LiteralString,
    after: str | int | None,
    limit: int,
    where: Mapping[str, object],
) -> Page[Row]:
    """The first `limit` rows of `table` in the order of `key`, after `after`, that match `where`.

    Shape: the fields of `row` are the columns that are read. In `where` a value None means: not asked for.
    """
    conditions = [equal(name, value) for name, value in where.items() if value is not None]
    if after is not None:
        conditions.append(sql.SQL("{} > {}").format(sql.Identifier(key), after))
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
        columns(row), sql.SQL(table), all_of(conditions), sql.Identifier(key), limit + 1
    )
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        found = await (await cursor.execute(query)).fetchall()
    items = found[:limit]
    return Page(items, str(getattr(items[-1], key)) if len(found) > limit else None)


async def every(
    conn: AsyncConnection[Any], row: type[Row], table: LiteralString, *, order: LiteralString, **where: object
) -> list[Row]:
    """All rows that `where` names; for what is bounded by what it belongs to (the transitions of one notice)."""
    conditions = [equal(name, value) for name, value in where.items()]
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        columns(row), sql.SQL(table), all_of(conditions), sql.SQL(order)
    )
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        return await (await cursor.execute(query)).fetchall()


async def one(conn: AsyncConnection[Any], row: type[Row], table: LiteralString, key: str, value: object) -> Row | None:
    """The row whose unique `key` is `value`, or None."""
    query = sql.SQL("SELECT {} FROM {} WHERE {}").format(columns(row), sql.SQL(table), equal(key, value))
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        return await (await cursor.execute(query)).fetchone()


async def named(
    conn: AsyncConnection[Any], row: type[Row], table: LiteralString, key: LiteralString, wanted: Collection[str]
) -> list[Row]:
    """The rows whose unique `key` is one of `wanted`, in its order; in one question, however many they are."""
    query = sql.SQL("SELECT {} FROM {} WHERE {key} = ANY({}) ORDER BY {key}").format(
        columns(row), sql.SQL(table), list(wanted), key=sql.Identifier(key)
    )
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        return await (await cursor.execute(query)).fetchall()


def values(row: Any) -> dict[str, Any]:
    """A row by its columns, for one that says more about the same thing."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


def columns(row: type[Any]) -> sql.Composable:
    return sql.SQL(", ").join([sql.Identifier(field.name) for field in fields(row)])


def equal(column: str, value: object) -> sql.Composable:
    return sql.SQL("{} = {}").format(sql.Identifier(column), value)


def all_of(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")
