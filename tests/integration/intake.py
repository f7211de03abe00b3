"""Intake for tests: the application in this process, with a key for every role of `tests/facts.py`."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import httpx2
import orjson
from redis import Redis

from embedded import services
from services.intake.app import create
from services.intake.doors.requests import BATCH, STRUCTURED
from services.intake.settings import Settings
from shared.credential_files import hash_of
from shared.streams import events_key
from shared.terms import ROLES, Role, Stream
from tests import facts

GRANT: Final = """
[[sources]]
slug = "{slug}"
keys = ["{key}"]
uris = ["{uri}"]
roles = ["{role}"]
types = ["*"]
parties = ["*"]
"""


def key_of(role: Role) -> str:
    return f"key-of-{role}"


def sources_file(folder: Path) -> Path:
    """A source for every role, each with the URI that `tests/facts.py` uses for it."""
    file = folder / "sources.toml"
    file.write_text("".join(grant(role) for role in ROLES))
    return file


def grant(role: Role, **given: str) -> str:
    fields = {"slug": role.replace("_", "-"), "key": hash_of(key_of(role)), "uri": facts.SOURCES[role], "role": role}
    return GRANT.format(**fields | given)


@dataclass(frozen=True)
class Intake:
    """The HTTP door as a sender sees it. Statements go in with the key of their own role unless another is given."""

    client: httpx2.AsyncClient
    sources: Path

    async def submit(self, statement: Any, **given: Any) -> httpx2.Response:
        role = given.pop("role", None) or statement["data"]["actor"]["role"]
        return await self.post(orjson.dumps(statement), STRUCTURED, role=role, **given)

    async def batch(self, statements: Sequence[Any], role: Role = "custodian") -> list[dict[str, Any]]:
        answer = await self.post(orjson.dumps(statements), BATCH, role=role)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()
        return items

    async def post(
        self, body: Any, media_type: str = STRUCTURED, *, role: Role = "custodian", query: str = "", **headers: str
    ) -> httpx2.Response:
        return await self.client.post(
            f"/v1/events{query}",
            content=body,
            headers={"authorization": f"Bearer {key_of(role)}", "content-type": media_type} | dashed(headers),
        )

    async def receipts(self, source: str, id: str, role: Role = "custodian") -> httpx2.Response:
        headers = {"authorization": f"Bearer {key_of(role)}"}
        return await self.client.get("/v1/receipts", params={"source": source, "id": id}, headers=headers)


def dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@asynccontextmanager
async def running(redis_url: str, folder: Path, **settings: Any) -> AsyncIterator[Intake]:
    """Intake on a server, until the block ends."""
    file = sources_file(folder)
    app = create(Settings(redis_url=redis_url, sources=file, **settings))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://intake") as client,
    ):
        yield Intake(client, file)


async def answered(status: int, ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """The first answer with this status; the test's own time limit ends the asking."""
    while True:
        answer = await ask()
        if answer.status_code == status:
            return answer
        await asyncio.sleep(0.05)


def entries(redis: Redis, stream: Stream) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """What stands in a stream: entry id and fields, the oldest first."""
    return cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(events_key(stream)))


@contextmanager
def process(redis_url: str, folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Intake as a process of its own, ready, with its URL; stopped when the block ends, if it still runs."""
    port = services.free_port()
    given = services.environment(redis_url, "", {"intake": port}, sources_file(folder))
    with services.running("intake", port, given | environment, folder / "intake.log") as process:
        yield process, f"http://127.0.0.1:{port}"
