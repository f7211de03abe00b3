"""Persons who share a case, locked with all their cases: so that what they are owed can be worked out and acted on at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import DeadlockDetected, SerializationFailure

from services.tracker.model.case import Case
from services.tracker.model.directory import Directory
from services.tracker.model.person import Person
from services.tracker.model.register import Record
from services.tracker.model.targets import Target
from services.tracker.record.commit import Register
from services.tracker.record.directory import load_directory
from services.tracker.record.hold import Held, Wider, hold
from services.tracker.record.names import Cursor
from services.tracker.record.notices_store import Why
from services.tracker.record.policies import InForce
from services.tracker.record.settle import Settled

Found = TypeVar("Found")
ATTEMPTS: Final = 20
LOST: Final = (DeadlockDetected, SerializationFailure)


@dataclass(slots=True)
class Group:
    """One transaction. About nobody it holds no locks, and `reconcile` has nothing to do.

    `record` is complete after `reconcile`: everybody who shares a case, and all their cases.
    """

    conn: AsyncConnection[Any]
    cursor: Cursor
    at: datetime
    rule: InForce
    register: Register
    held: Held | None = None
    record: Record = field(default_factory=lambda: Record({}, {}))
    settled: Settled | None = None

    @property
    def names(self) -> list[str]:
        """The references of everybody and everything in it."""
        return [*self.record.persons, *self.record.cases]

    async def directory(self) -> Directory:
        return await load_directory(self.conn)

    async def reconcile(self, why: Why = "time") -> None:
        """Work out again what is owed to these persons, and change the stored notices accordingly."""
        if self.held is None:
            return
        self.settled = await self.register.settler.settle(
            self.cursor, self.conn, self.held, {}, self.rule, why, self.at, look_at=self.held.reach.near
        )
        states = [folded.state for folded in self.settled.folded.values()]
        self.record = Record(
            {state.ref: state for state in states if isinstance(state, Person)},
            {state.number: state for state in states if isinstance(state, Case)},
        )


async def with_group(register: Register, about: Target | None, do: Callable[[Group], Awaitable[Found]]) -> Found:
    """Do something in one transaction, with the locks of everybody who shares a case with whatever it is about.

    Args:
        do: may be called again from the start, when others held more than was locked first or a deadlock was broken.

    Raises:
        psycopg.OperationalError: the record is out of reach; nothing was done.
    """
    wider: frozenset[int] = frozenset()
    for _ in range(ATTEMPTS):
        try:
            async with register.pool.connection() as conn, conn.transaction():
                group = await _begin(register, conn, about, wider)
                if isinstance(group, Wider):
                    wider = group.numbers
                    continue
                found = await do(group)
        except LOST:
            continue
        if group.settled is not None:
            register.settler.remember(group.settled)
        return found
    raise OperationalError(f"the locks of a group were lost {ATTEMPTS} times in a row")


async def _begin(register: Register, conn: AsyncConnection[Any], about: Target | None, wider: frozenset[int]) -> Group | Wider:
    cursor = conn.cursor(binary=True)
    group = Group(conn, cursor, register.now(), await register.policies.in_force(cursor), register)
    if about is None:
        return group
    no = (await register.names.numbers(cursor, [about]))[about]
    held = await hold(cursor, (), [no], wider | (register.reached.get(no) or frozenset()))
    if isinstance(held, Wider):
        return held
    register.reached.put(no, frozenset(held.reach.numbers))
    group.held = held
    return group
