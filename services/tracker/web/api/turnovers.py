"""`/v1/turnovers`: what came of a turnover, figure by figure, each with the events behind it."""

from dataclasses import dataclass

from fastapi import APIRouter

from services.tracker.model.account import Account, account
from services.tracker.model.aggregates import aggregate_gates
from services.tracker.model.publications import PublicationState, state_of
from services.tracker.record.reading import past
from services.tracker.record.reading.accounts import scope
from services.tracker.web.api.asked import Connection
from services.tracker.web.api.permitted import Block, State, blocks, state
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import Travelled

router = APIRouter(prefix="/v1/turnovers", tags=["turnovers"])


@dataclass(frozen=True, slots=True)
class AggregateView:
    """A count and whether it may be published; `done`: it is. `period` null: today's total, before one is approved."""

    period: str | None
    count: int
    publication: PublicationState
    state: State
    blocks: list[Block]


@router.get("/{turnover:path}/gates")
async def gates(conn: Connection, turnover: str, when: Travelled) -> list[AggregateView]:
    """Whether a number of this turnover may be published: today's total, then what was approved, by period."""
    found = await scope(conn, turnover, when)
    if found is None:
        raise not_found("turnover")
    rule = await past.policy(conn, when)
    return [
        AggregateView(
            each.period,
            each.count,
            state_of(each.stage, each.reasons),
            state(each.stage in ("published", "corrected"), each.reasons),
            blocks(each.reasons),
        )
        for each in aggregate_gates(found, rule.policy.aggregate_threshold)
    ]


@router.get("/{turnover:path}/account")
async def of_turnover(conn: Connection, turnover: str, when: Travelled) -> Account:
    """Identified, attributed and remaining are the current estimate, at every `known_at`."""
    found = await scope(conn, turnover, when)
    if found is None:
        raise not_found("turnover")
    return account(found)
