"""What accepting one event is held against: a FastAPI endpoint that does one XADD, and knows nothing of what it appends."""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis

ACCEPTED = b'{"accepted":true}'


def create(redis_url: str) -> FastAPI:
    redis = Redis.from_url(redis_url)
    app = FastAPI(openapi_url=None)

    @app.post("/v1/events", status_code=202)
    async def append(request: Request) -> Response:
        await redis.xadd("bare", {"event": await request.body()})
        return Response(ACCEPTED, 202, media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[1]), port=int(sys.argv[2]), log_config=None, access_log=False, server_header=False)
