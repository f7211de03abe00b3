"""`/v1/persons/{ref}/gates` and `/told`: what may be done for a person, and who was told what by a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from psycopg import AsyncConnection
from pydantic import AwareDatetime, BeforeValidator

from services.tracker.model import gates
from services.tracker.model.embargo import heard
from services.tracker.model.lines import lines_of
from services.tracker.model.permitted import OPENS_WITH, Act, permitted
from services.tracker.model.publications import PublicationState
from services.tracker.model.reasons import Reason, ReasonCode
from services.tracker.model.telling import required
from services.tracker.model.travel import When
from services.tracker.model.view import GENERAL, Reader, reasons_seen
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading.families import Family, family
from services.tracker.web.api.asked import Connection, Instant
from services.tracker.web.api.credential import Asking
from services.tracker.web.api.own import Own
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import LookingBack, Travelled

Day = Annotated[date, BeforeValidator(lambda text: date.fromisoformat(text))]
"""A day and nothing else: an instant without an offset is not read as one."""

router = APIRouter(prefix="/v1/persons", tags=["persons"])


State = Literal["open", "done", "blocked"]


@dataclass(frozen=True, slots=True)
class Block:
    """Why something may not be done now: the event behind it (source, id), what would open it, and when, if time alone does."""

    code: ReasonCode
    text: str
    event: tuple[str, str] | None
    opens_with: str
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActView:
    """`publication`: where that stands of which the act would say a name in public; null of the other acts."""

    act: Act
    state: State
    blocks: list[Block]
    publication: PublicationState | None


@dataclass(frozen=True, slots=True)
class PersonGates:
    """Every act about a person: `open`, `done` or `blocked`. Null: the record of the family cannot be worked out."""

    person: str
    as_of: datetime
    acts: list[ActView] | None


@dataclass(frozen=True, slots=True)
class ToldView:
    """What one kin had last heard on one line. `told` empty: that it no longer stands.

    `stands`: what stood by then, with the cases that its individuals brought. One that joined an individual after the telling
    is in it and not in `told`.
    """

    kin: str
    cause: str
    told: list[str]
    stands: list[str]
    heard_at: datetime | None


@router.get("/{ref:path}/gates")
async def gates_of(conn: Connection, who: Asking, own: Own, ref: str, now: Instant, when: LookingBack) -> PersonGates:
    if own is not None and ref not in own.persons:
        raise not_found("person")
    known = await known_family(conn, ref, now, when)
    at = when.as_of if when is not None else now
    if known.unfoldable:
        return PersonGates(ref, at, None)
    person = known.record.persons[ref]
    owed = required(known.record, known.notices, known.policy, at).owed
    view = gates.View(person, known.record, known.policy, at, {})
    acts = permitted(lines_of(person, known.notices), owed, view)
    shown = [ActView(each.act, state(each.done, each.reasons), blocks(each.reasons), each.publication) for each in acts]
    return PersonGates(ref, at, acts_seen(shown, who.role))


@router.get("/{ref:path}/told")
async def told(
    conn: Connection, own: Own, ref: str, now: Instant, when: Travelled, on: Annotated[AwareDatetime | Day, Query()]
) -> list[ToldView]:
    """Who had been told what by `on`: an instant, or the end of a day (UTC). With `known_at`, as was known then."""
    if own is not None and ref not in own.persons:
        raise not_found("person")
    by = on if isinstance(on, datetime) else datetime.combine(on, time.max, UTC)
    known = await known_family(conn, ref, now, When(by, when.known_at), notices_as_known=True)
    lines = lines_of(known.record.persons[ref], known.notices)
    return [
        ToldView(line.kin, line.cause, sorted(line.told), sorted(line.whole), heard(line))
        for line in lines
        if line.told is not None
    ]


async def known_family(
    conn: AsyncConnection[Any], ref: str, now: datetime, when: When | None, *, notices_as_known: bool = False
) -> Family:
    """A family as of a moment. A person of whom nothing was known by then is one who does not exist."""
    known = await family(conn, ref, now, when, notices_as_known=notices_as_known)
    if ref not in known.record.persons or await reading.person(conn, ref) is None:
        raise not_found("person")
    return known


def state(done: bool, reasons: tuple[Reason, ...]) -> State:
    return "done" if done else "blocked" if reasons else "open"


def blocks(reasons: tuple[Reason, ...]) -> list[Block]:
    return [Block(each.code, each.text, each.event, OPENS_WITH[each.code], each.until) for each in reasons]


def acts_seen(acts: Iterable[ActView], role: Reader | None) -> list[ActView]:
    """Public affairs see whether something may be published, and nothing else."""
    if role is None:
        return list(acts)
    return [
        replace(each, blocks=[block_seen(block, role) for block in each.blocks])
        for each in acts
        if role != "public_affairs" or each.act.startswith("publish_")
    ]


def block_seen(block: Block, role: Reader) -> Block:
    [seen] = reasons_seen((Reason(block.code, block.text, ground=False, event=block.event),), role)
    return block if seen.text == block.text else replace(block, text=seen.text, event=seen.event, opens_with=GENERAL)
