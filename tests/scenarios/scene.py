"""Both services in this process, on real servers and a story clock: a scenario speaks to them as the world does.

What is said goes in through intake's `POST /v1/events`, with the key of whoever says it. Time passes through the tracker's
`POST /v1/clock`. What came of it is read from the tracker's API and from the mailbox, and from nowhere else.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

import httpx2

import embedded
from services.tracker.clock import Story
from shared.terms import Role, parse_instant
from tests import facts
from tests.facts import CloudEvent
from tests.integration.intake import Intake

FIRST, SECOND, DUTY = "first@liaisons.example.org", "second@liaisons.example.org", "duty@rosette.example.org"

WATCH: Final = timedelta(minutes=2)
"""What passes after something was said: longer than the settling time of the policy."""

AT_ONCE: Final = 500
"""What intake takes in one request."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """What stands at a scenario's disposal, and no more than the world has. `now` is the story's."""

    intake: Intake
    reader: httpx2.AsyncClient
    mailbox: embedded.Mailbox
    story: Story

    # --------------------------------------------------------------------------------------------- what is said and done
    async def given(self, *statements: CloudEvent) -> None:
        """Say it, not before it has happened, and let it settle."""
        await self.until(max(parse_instant(each["time"]).astimezone(UTC) for each in statements))
        await self.say(*statements)
        await self.until(self.story.now() + WATCH)

    when = given

    async def say(self, *statements: CloudEvent) -> list[Row]:
        """Submit each with the key of its own role; the receipts, in the same order."""
        items: list[Row] = []
        for role, said in groupby(statements, key=role_of):
            mine = list(said)
            for start in range(0, len(mine), AT_ONCE):
                items += await self.intake.batch(mine[start : start + AT_ONCE], role)
        assert all("receipt" in item for item in items), items
        return [item["receipt"] for item in items]

    async def until(self, at: datetime | str) -> None:
        """Let the time pass, with all that falls due on the way; nothing where it has passed already."""
        to = parse_instant(at).astimezone(UTC) if isinstance(at, str) else at
        rested = to <= self.story.now()
        while not rested:
            step = await self.step(to)
            assert step["mails"] or step["at_rest"], "something does not come to rest"
            rested = step["at_rest"]

    async def step(self, to: datetime) -> Row:
        """To the next mail, or as far as the story gets."""
        answer = await self.reader.post("/v1/clock", json={"to": to.isoformat()})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    # --------------------------------------------------------------------------------------------- what came of it
    async def get(self, path: str, **asked: Any) -> Any:
        answer = await self.reader.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def case(self, number: str) -> Row:
        return dict(await self.get(f"/v1/cases/{number}"))

    async def cases(self, **asked: Any) -> list[Row]:
        page = await self.get("/v1/cases", limit=500, **asked)
        return list(page["items"])

    async def disagreements(self, subject: str) -> list[tuple[str, bool]]:
        """Kind of each discrepancy of a subject, and whether it is open."""
        page = await self.get("/v1/discrepancies", subject=subject)
        return [(each["kind"], each["open"]) for each in page["items"]]

    async def person(self, ref: str = "P-0001") -> Row:
        return dict(await self.get(f"/v1/persons/{ref}"))

    async def account(self, turnover: str = "TO-2018", **asked: Any) -> Row:
        return dict(await self.get(f"/v1/turnovers/{turnover}/account", **asked))

    async def notices(self, kind: str, **asked: Any) -> list[Row]:
        """Those of a kind, in the order in which they became owed."""
        page = await self.get("/v1/notices", kind=kind, limit=500, **asked)
        return list(page["items"])

    async def notice(self, kind: str, **asked: Any) -> Row:
        """The only one of a kind."""
        found = await self.notices(kind, **asked)
        assert len(found) == 1, found
        return found[0]

    async def states(self, kind: str, **asked: Any) -> list[str]:
        return [each["state"] for each in await self.notices(kind, **asked)]

    async def families(self) -> list[tuple[str, str]]:
        """Kind and state of everything that was to be said to a family or about them to their liaison, as it became owed."""
        page = await self.get("/v1/notices", limit=500)
        return [
            (each["kind"], each["state"]) for each in page["items"] if each["kin"] is not None and each["kind"] != "escalation"
        ]

    @property
    def mails(self) -> list[tuple[str, str]]:
        """To whom, and what the subject says they must do, in the order in which they left."""
        return [(mail.recipients[0], mail.message["Subject"].split(": ", 1)[1]) for mail in self.mailbox.messages]

    def mails_to(self, recipient: str) -> list[str]:
        return [action for to, action in self.mails if to == recipient]


def role_of(statement: CloudEvent) -> Role:
    role: Role = statement["data"]["actor"]["role"]
    return role


def family(person: str = "P-0001", kin: str = "KIN-1", liaison: str = "L-1", **given: Any) -> tuple[CloudEvent, ...]:
    """A family that can be told: a primary next of kin, who also directs disposition, with a liaison."""
    return (
        facts.kin(person, kin, **given),
        facts.pnok(person, kin),
        facts.padd(person, kin),
        facts.liaison(person, liaison),
    )
