"""`/v1/streams`: how far the record has come, and what keeps notices waiting."""

from fastapi import APIRouter, Request

from services.tracker.web.api.asked import Connection
from services.tracker.web.watch import StreamState, watch

router = APIRouter(prefix="/v1/streams", tags=["streams"])


@router.get("")
async def streams(conn: Connection, request: Request) -> list[StreamState]:
    return await watch(conn, request.app.state.redis)
