"""What liaisons and operators do about a mail, by their script. Pure: from what the tracker shows to acts to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from demo.answers import FOUND_OUT, liaison, settled
from demo.k55.cast import LIAISONS
from demo.k55.conduct import READS, TELLS, Conducts
from demo.reading import Document
from demo.statements import Act, CloudEvent, said
from shared.events import (
    BriefingCompleted,
    BriefingDeclined,
    Fact,
    NotificationAcknowledged,
    NotificationAttempted,
    NotificationDelivered,
    NotificationUnreachable,
)

TOLD: Final = frozenset(
    ("identification", "additional_portions", "ask_first", "information", "takeover", "correction", "reinstatement")
)
BRIEFED: Final = frozenset(("identification", "takeover"))
EVENING: Final = timedelta(hours=17)
"""In UTC: when liaisons report the briefings of the day before, all at once, so that the story has few moments."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """The reports about one notice."""

    notice: Document

    def says(self, fact: type[Fact], at: datetime, **how: Any) -> CloudEvent:
        about = {"person": self.notice["person"], "kin": self.notice["kin"], **how}
        id = f"{fact.name}-{self.notice['reference']}"
        return said(LIAISONS, id, fact, at, desk=liaison(self.notice), at=at.isoformat(), **about)

    def of_notice(self, fact: type[Fact], at: datetime, **how: Any) -> CloudEvent:
        return self.says(fact, at, notice=self.notice["reference"], **how)


def answers(notice: Document, discrepancy: Document | None, at: datetime, conducts: Conducts) -> Iterator[Act]:
    """What follows from a mail that came at `at`. Of a discrepancy operators find out what they can.

    Public affairs answers no mail: what it publishes it publishes on its own days, or not.
    """
    kind = notice["kind"]
    if kind in TOLD or (kind == "stop" and notice["kin"] is not None):
        yield from reports(notice, at, conducts)
    elif discrepancy is not None and discrepancy["kind"] in FOUND_OUT:
        yield settled(discrepancy, at)


def reports(notice: Document, at: datetime, conducts: Conducts) -> Iterator[Act]:
    """Reading is reported together with what came of the visit, if there is to be one."""
    conduct = READS if notice["kind"] == "stop" else conducts.get(notice["key"], TELLS)
    reporting, in_person = Reporting(notice), {"channel": "in_person"}
    read_at = at + conduct.reads
    statements, when = [reporting.of_notice(NotificationAcknowledged, read_at)], read_at
    if conduct.tells is not None:
        when = at + conduct.tells
        statements.append(reporting.of_notice(NotificationDelivered, when, **in_person))
    elif conduct.finds_nobody is not None:
        when = at + conduct.finds_nobody
        statements.append(reporting.of_notice(NotificationAttempted, when, **in_person))
        statements.append(reporting.of_notice(NotificationUnreachable, when, attempts=3))
    yield Act(when, f"About {notice['kind']}", LIAISONS, tuple(statements))
    if conduct.briefs is not None and notice["kind"] in BRIEFED:
        when = at + conduct.briefs
        fact = BriefingDeclined if conduct.declined else BriefingCompleted
        briefing = reporting.says(fact, when, determination=notice["cause"])
        yield Act(evening_after(when), "Briefed", LIAISONS, (briefing,))


def evening_after(at: datetime) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1) + EVENING
