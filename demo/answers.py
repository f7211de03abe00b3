"""What the people of the story do about a mail, and when. Pure: from what the tracker says of the notice to acts to come.

Liaisons tell families, and report it; operators find out which of two statements is right. Nobody here knows more than the
mail's reference and what the tracker shows under it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.cast import CASUALTY_OFFICE, LIAISONS, OPERATORS
from demo.reading import Document
from demo.statements import Act, said
from shared.events import (
    BriefingCompleted,
    CustodyDiscrepancyResolved,
    NotificationAcknowledged,
    NotificationAttempted,
    NotificationDelivered,
    StatusAccountedFor,
)

READ_AFTER: Final = timedelta(minutes=20)
CAME_AFTER: Final = timedelta(hours=1)
TOLD_AFTER: Final = timedelta(hours=2)
RECORDED_AFTER: Final = timedelta(days=1)
BRIEFED_AFTER: Final = timedelta(days=4)

FOUND_OUT: Final = {
    "count": (timedelta(hours=6), "empty boxes that did not come back; the declaration of 55 cases stands"),
    # Photographs had to come from Osan. Until then the first identification waits, as the seal may mean another case.
    "seal": (timedelta(weeks=6), "the photograph of the sealing shows the number of the release; digits were swapped"),
}
"""Kind of discrepancy -> how long operators need to find out, and what. Of any other kind they know nothing."""


def answers(notice: Document, discrepancy: Document | None, at: datetime) -> Iterator[Act]:
    """What follows from one mail. `notice` is what the tracker shows, `discrepancy` what it is about where it is about one."""
    match notice["kind"]:
        case "identification":
            yield from told(notice, at)
            yield from closed(notice, at)
        case "correction":
            yield from told(notice, at)
        case "discrepancy" if discrepancy is not None and discrepancy["kind"] in FOUND_OUT:
            yield settled(discrepancy, at)
        case _:
            return


def told(notice: Document, at: datetime) -> Iterator[Act]:
    """The liaison reads the mail, finds nobody at home, and comes again."""
    family = {"person": notice["person"], "kin": notice["kin"], "notice": notice["reference"]}
    for fact, after, how in (
        (NotificationAcknowledged, READ_AFTER, {}),
        (NotificationAttempted, CAME_AFTER, {"channel": "in_person"}),
        (NotificationDelivered, TOLD_AFTER, {"channel": "in_person"}),
    ):
        when = at + after
        id = f"{fact.name}-{notice['reference']}"
        statement = said(LIAISONS, id, fact, when, desk=liaison(notice), **family, **how, at=when.isoformat())
        yield Act(when, f"{words(fact.name)}, {notice['kind']}", LIAISONS, (statement,))


def closed(notice: Document, at: datetime) -> Iterator[Act]:
    """The casualty office records the statistic, and the liaison briefs the family on the determination."""
    when, person = at + RECORDED_AFTER, notice["person"]
    status = {"person": person, "date": when.date().isoformat()}
    statement = said(CASUALTY_OFFICE, f"accounted-for-{person}", StatusAccountedFor, when, **status)
    yield Act(when, words(StatusAccountedFor.name), CASUALTY_OFFICE, (statement,))
    when = at + BRIEFED_AFTER
    briefing = {"person": person, "determination": notice["cause"], "kin": notice["kin"], "at": when.isoformat()}
    id = f"briefed-{notice['reference']}"
    statement = said(LIAISONS, id, BriefingCompleted, when, desk=liaison(notice), **briefing)
    yield Act(when, words(BriefingCompleted.name), LIAISONS, (statement,))


def settled(discrepancy: Document, at: datetime) -> Act:
    """The resolution names the values that it settles: other values would open it again."""
    after, resolution = FOUND_OUT[discrepancy["kind"]]
    values = {name: discrepancy[name] for name in ("expected", "observed")}
    named = {"discrepancy": discrepancy["id"], "resolution": resolution, "settled": values}
    id = f"resolved-{discrepancy['id']}"
    statement = said(OPERATORS, id, CustodyDiscrepancyResolved, at + after, **named)
    return Act(at + after, f"Resolved: {discrepancy['kind']}", OPERATORS, (statement,))


def liaison(notice: Document) -> str:
    return str(notice["recipient"]).partition(":")[2]


def words(name: str) -> str:
    """A catalogue name as a title: `notification.delivered` reads "Notification delivered"."""
    return name.replace(".", " ").replace("_", " ").capitalize()
