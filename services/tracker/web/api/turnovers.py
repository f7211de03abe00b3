"""`/v1/turnovers`: what came of a turnover, figure by figure, each with the events behind it."""

from fastapi import APIRouter

from services.tracker.model.account import Account, account
from services.tracker.record.reading.accounts import scope
from services.tracker.web.api.asked import Connection
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import Travelled

router = APIRouter(prefix="/v1/turnovers", tags=["turnovers"])


@router.get("/{turnover:path}/account")
async def of_turnover(conn: Connection, turnover: str, when: Travelled) -> Account:
    """Identified, attributed and remaining are the current estimate, at every `known_at`."""
    found = await scope(conn, turnover, when)
    if found is None:
        raise not_found("turnover")
    return account(found)
