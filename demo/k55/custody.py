"""What happened to the cases: the turnover as the first story tells it, then years of storage, and the way abroad for some."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from demo.k55.calendar import ALL_OPENED, ENDS, ROUNDS, within
from demo.k55.cast import ACCOUNTING_AGENCY, SPEAKERS
from demo.k55.diary import Counts, Entry, entry
from demo.k55.remains import CASES, Element, Individual, Remains
from demo.statements import HAWAII, on
from demo.story import custody as turnover
from shared.events import CaseFound, CaseMissingReported, CustodyTransferredAbroad, StorageMoved

COUNTED: Final = {"org.rosette.turnover.declared.v1": "expected", "org.rosette.case.registered.v1": "received"}
ABROAD: Final = (ROUNDS[24], ROUNDS[30], ROUNDS[38])
"""When attributed individuals are handed to their nation; the last takes whoever was attributed since."""
SHELVED: Final = 220
"""Elements that are moved from one room of the laboratory to another in those years."""
SHELVED_BY: Final = on("2019-02-10 17:00", HAWAII)
SOON: Final = timedelta(0)


def entries(random: Random, remains: Remains, attributed: Sequence[tuple[Individual, datetime]]) -> Iterator[Entry]:
    yield from handed_over()
    yield from shelved(random, remains.elements)
    yield from missed(random, remains.elements)
    yield from abroad(attributed)


def handed_over() -> Iterator[Entry]:
    """27 July to 2 August 2018, each act at the first moment at which it can be submitted; twice what a system sent twice."""
    speakers = {one.slug: one for one in SPEAKERS}
    for act in turnover.acts():
        (moment,) = within(act.at, SOON)
        for statement in act.statements:
            figure = COUNTED.get(statement["type"])
            of = (statement["data"].get("case", ""),)
            counts = (
                (Counts("expected", value=len(CASES)),)
                if figure == "expected"
                else (Counts("received", of),)
                if figure == "received"
                else ()
            )
            at = datetime.fromisoformat(statement["time"])
            yield Entry(at, speakers[act.speaker.slug], statement, counts, sent_at=moment)


def shelved(random: Random, elements: Sequence[Element]) -> Iterator[Entry]:
    for number, element in enumerate(random.sample(elements, SHELVED)):
        at = between(random, ALL_OPENED, SHELVED_BY)
        place = f"room {random.randrange(1, 9)}"
        yield entry(ACCOUNTING_AGENCY, f"moved-{number:03}", StorageMoved, at, cases=[element.number], place=place)


def missed(random: Random, elements: Sequence[Element]) -> Iterator[Entry]:
    """An inventory of the shelves misses two elements, and a month later both are found."""
    missing = [element.number for element in random.sample(elements, 2)]
    lost, found = on("2019-02-12 15:00", HAWAII), on("2019-03-14 10:00", HAWAII)
    away = {"cases": missing, "circumstances": "not at their place when the shelves were counted"}
    back = {"cases": missing, "circumstances": "on the shelf below"}
    yield entry(ACCOUNTING_AGENCY, "missing-1", CaseMissingReported, lost, **away)
    yield entry(ACCOUNTING_AGENCY, "found-1", CaseFound, found, **back)


def abroad(attributed: Sequence[tuple[Individual, datetime]]) -> Iterator[Entry]:
    """Each at the first hand-over after its attribution, all elements of an individual together."""
    for number, moment in enumerate(ABROAD):
        earliest = ABROAD[number - 1] if number else ALL_OPENED
        cases = [each.number for one, at in attributed if earliest <= at < moment for each in one.elements]
        if cases:
            to = {"cases": sorted(cases), "nation": "KR", "receiver": "makri"}
            at = moment - timedelta(hours=3)
            one = entry(ACCOUNTING_AGENCY, f"abroad-{number + 1}", CustodyTransferredAbroad, at, **to)
            yield replace(one, sent_at=moment)


def between(random: Random, earliest: datetime, latest: datetime) -> datetime:
    """Some minute of that time, in the zone of the first."""
    assert earliest < latest <= ENDS, "time runs on within the story"
    minutes = int((latest - earliest).total_seconds()) // 60
    return earliest + timedelta(minutes=random.randrange(minutes))
