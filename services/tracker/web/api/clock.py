"""`POST /v1/clock`: moves the story on, for a demo or a test. It exists only where the service runs on a story clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from services.tracker.web.api.problems import Refusal
from shared.terms import Instant

router = APIRouter(prefix="/v1/clock", tags=["clock"])


class Until(BaseModel):
    """Where the story may go to at most."""

    model_config = ConfigDict(extra="forbid")

    to: Instant


@dataclass(frozen=True, slots=True)
class Step:
    """Where the story has come to. `mails` are the references of the notices that left, at this very moment of the story.

    `at_rest`: all that is accepted is filed, nothing is due up to `now`, and `now` is where the story was to go.
    """

    now: datetime
    mails: list[str]
    at_rest: bool


class Story(Protocol):
    """Whoever can move the story on: follow, sweeper and dispatch behind one call."""

    def now(self) -> datetime: ...

    async def advance(self, to: datetime) -> Step: ...


@router.get("")
async def now(request: Request) -> Step:
    story: Story = request.app.state.story
    return Step(story.now(), [], at_rest=False)


@router.post("")
async def advance(request: Request, until: Until) -> Step:
    """One step: to the earliest due moment not after `to`, or on through moments at which no mail leaves.

    It stops at every mail, so that the caller can answer it before the story goes on. Repeat until `at_rest`.
    """
    story: Story = request.app.state.story
    to = until.to.astimezone(UTC)
    if to < story.now():
        raise Refusal(HTTPStatus.CONFLICT, "clock-backwards", "the story only goes forward")
    return await story.advance(to)
