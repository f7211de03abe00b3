"""The policy in force, and who is in the directory; addresses included, for whoever keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.tracker.record.reading.pages import every


@dataclass(frozen=True, slots=True)
class PolicyRow:
    no: int
    digest: str
    applied_at: datetime
    applied_by: str
    body: str


@dataclass(frozen=True, slots=True)
class LiaisonRow:
    ref: str
    service: str
    address: str | None
    zone: str
    duty_hours: list[list[str]]


@dataclass(frozen=True, slots=True)
class OfficeRow:
    name: str
    address: str
    zone: str
    duty_hours: list[list[str]]


@dataclass(frozen=True, slots=True)
class Entries:
    """The whole directory."""

    liaisons: list[LiaisonRow]
    offices: list[OfficeRow]


async def policies(conn: AsyncConnection[Any]) -> list[PolicyRow]:
    """Every policy that was ever in force; the first of the list is the one that is."""
    return await every(conn, PolicyRow, "policy", order="no DESC")


async def directory(conn: AsyncConnection[Any]) -> Entries:
    return Entries(await every(conn, LiaisonRow, "liaison", order="ref"), await every(conn, OfficeRow, "office", order="name"))
