"""What the tracker shows over its read API, and the one thing that can be asked of it: to move the story on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx2

from demo.patience import patiently

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Where the story has come to. `at_rest`: everything accepted is filed, nothing is due, and it is where it was to go."""

    now: datetime
    at_rest: bool


@dataclass
class Tracker:
    """The tracker as a reader sees it."""

    url: str

    def __enter__(self) -> Self:
        self.client = httpx2.Client(base_url=self.url, timeout=60)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.client.close()

    def advance(self, to: datetime) -> Step:
        """One step of the story towards `to`; it stops at every mail. Safe to repeat."""
        step = patiently(lambda: self._answer("POST", "/v1/clock", json={"to": to.isoformat()}))
        return Step(datetime.fromisoformat(step["now"]), step["at_rest"])

    def get(self, path: str, **asked: str) -> Document:
        return patiently(lambda: self._answer("GET", path, params=asked))

    def listed(self, path: str) -> list[Document]:
        """A list that has no pages."""
        return patiently(lambda: self._answer("GET", path))

    def every(self, path: str, **asked: str) -> Iterator[Document]:
        """All items of a collection, page by page."""
        page = self.get(path, **asked)
        yield from page["items"]
        while page["next"] is not None:
            page = self.get(path, **asked, after=page["next"])
            yield from page["items"]

    def _answer(self, method: str, path: str, **asked: Any) -> Any:
        """What was answered, or None where the record is out of reach for a moment."""
        answer = self.client.request(method, path, **asked)
        if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
            return None
        answer.raise_for_status()
        return answer.json()
