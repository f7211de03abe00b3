"""Whether the server keeps what it acknowledges. A 202 is a promise; on a server that may forget it would be a lie."""

import re
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.intake.accept import FUNCTION, LIBRARY
from services.intake.settings import Durability

OLDEST_VERSION: Final = (7, 0)
NEEDED: Final = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
WHY: Final = {
    "appendonly": "without an append-only file a restart forgets what was accepted",
    "appendfsync": "a power cut forgets what was acknowledged since the last fsync",
    "maxmemory-policy": "eviction throws receipts away, and doubles come in",
}


async def unsafe(redis: "Redis", durability: Durability) -> list[str]:
    """Every reason not to accept on this server, in words for an operator; empty where it is safe.

    Raises:
        RedisError: the server cannot be asked at all.
    """
    reasons = too_old(await redis.info("server"))
    if reasons:
        return reasons
    if durability == "checked":
        reasons += await settings_in_the_way(redis)
    return reasons + await functions_missing(redis)


def too_old(server: dict[str, Any]) -> list[str]:
    version = str(server.get("redis_version", ""))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return [] if numbers >= OLDEST_VERSION else [f"version {version or 'unknown'}: functions need 7.0 or newer"]


async def settings_in_the_way(redis: "Redis") -> list[str]:
    try:
        found = await redis.config_get(*NEEDED)
    except ResponseError:
        return ["CONFIG is forbidden, so nothing is known: INTAKE_REDIS_DURABILITY=asserted says that you answer for it"]
    return [
        f"{name} is {found.get(name, 'unknown')}, not {needed}: {WHY[name]}"
        for name, needed in NEEDED.items()
        if found.get(name) != needed
    ]


async def functions_missing(redis: "Redis") -> list[str]:
    try:
        listed = str(await redis.function_list(LIBRARY))
    except ResponseError:
        return ["FUNCTION is forbidden, so accept cannot be seen to be there"]
    return [] if FUNCTION in listed else [f"the function {FUNCTION} is not loaded"]


async def ready(redis: "Redis", durability: Durability) -> list[str]:
    """As `unsafe`; a server that does not answer is one more reason."""
    try:
        return await unsafe(redis, durability)
    except RedisError as error:
        return [f"the streams cannot be reached: {type(error).__name__}"]
