"""The straight way to one page for its usual request: without what a framework does to find the page and fill its parameters.

What that costs is in docs/benchmarks.md. The page that it describes stays behind this one, for what has a query.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


@dataclass
class Straight(BaseRoute):
    """A POST without a query to `path_format`, the name under which traces know a page. Anything else it leaves alone."""

    path_format: str
    answer: Callable[[Request], Awaitable[Response]]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        usual = (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and not scope["query_string"]
            and scope["path"] == self.path_format
        )
        return (Match.FULL if usual else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)
