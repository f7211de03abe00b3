"""Any order and any repetition, filed by two trackers at once: the same histories, cases, persons, discrepancies and notices.

The same stories as in tests/unit, each under references of its own, so that one record holds them all.
"""

import asyncio
import re
from collections import defaultdict
from random import Random
from typing import Any

import orjson
import pytest

from services.tracker.model import case, person
from services.tracker.model.policy import Policy
from services.tracker.model.register import Record
from services.tracker.model.telling import required
from services.tracker.model.turnover import Turnover
from services.tracker.record.batch import Entry
from services.tracker.record.commit import Register
from shared.events.event import Event
from shared.terms import Stream
from tests import facts
from tests.integration.filing import DIRECTORY, NOW, POLICY, a_register, by_stream, entries, rows
from tests.unit.stories import World, histories

STORIES = 200
BATCH = 120
REFERENCE = re.compile(r"\b(P-000\d|K-\d|KIN-\d[AB]|D-\d+|H-\d+|A-\d+|I-01)\b")


def told(seed: int) -> list[facts.CloudEvent]:
    world = World(Random(seed))
    world.begin()
    for _ in range(40):
        world.step()
    text = orjson.dumps(world.said).decode()
    said: list[facts.CloudEvent] = orjson.loads(REFERENCE.sub(rf"\1x{seed}", text))
    return said


@pytest.mark.timeout(400)
async def test_any_order_and_any_repetition_end_in_the_same_record(database_url: str) -> None:
    random = Random(2018)
    stories = {seed: told(seed) for seed in range(STORIES)}
    everything = [said for story in stories.values() for said in story]
    everything += random.sample(everything, len(everything) // 4)
    random.shuffle(everything)
    async with a_register(database_url) as first, a_register(database_url) as second:
        works: list[list[tuple[Stream, list[Entry]]]] = []
        for stream, said in by_stream(everything).items():
            batches = [entries(said[start : start + BATCH], start + 1) for start in range(0, len(said), BATCH)]
            works += [[(stream, batch) for batch in batches[half::2]] for half in (0, 1)]
        await asyncio.gather(*(file_all(register, mine) for register, mine in zip((first, second) * 3, works, strict=True)))
        events = [facts.event(said) for story in stories.values() for said in story]
        assert await stored_histories(first) == expected_histories(events)
        record = folded(events)
        assert await stored_cases(first) == expected_cases(record)
        assert await stored_persons(first) == expected_persons(record)
        assert await stored_discrepancies(first) == expected_discrepancies(record)
        stored, expected = await stored_notices(first), expected_notices(record)
        assert stored == expected
        assert any(reasons for _, reasons in expected.values())
        assert any(not reasons for _, reasons in expected.values())


async def file_all(register: Register, mine: list[tuple[Stream, list[Entry]]]) -> None:
    for stream, batch in mine:
        await register.file(stream, batch)


# ------------------------------------------------------------------------------------------------- what the pure rules say
def expected_histories(events: list[Event]) -> dict[tuple[str, str], set[str]]:
    return {(hub.kind, hub.ref): {event.id for event in mine} for hub, mine in histories(events).items()}


def folded(events: list[Event]) -> Record:
    by_hub = histories(events)
    return Record(
        persons={hub.ref: person.fold(hub.ref, mine) for hub, mine in by_hub.items() if hub.kind == "person"},
        cases={hub.ref: case.fold(hub.ref, mine) for hub, mine in by_hub.items() if hub.kind == "case"},
        directory=DIRECTORY,
    )


def expected_cases(record: Record) -> dict[str, Any]:
    policy = Policy.parse(POLICY)
    return {
        number: (one.state, one.progress, one.custody.custodian, sorted(one.flags(one.discrepancies(policy))))
        for number, one in record.cases.items()
    }


def expected_persons(record: Record) -> dict[str, Any]:
    return {
        ref: (one.progress, one.pnok, [determination.id for determination in one.standing()])
        for ref, one in record.persons.items()
    }


def expected_discrepancies(record: Record) -> dict[str, Any]:
    policy = Policy.parse(POLICY)
    found = [each for one in record.cases.values() for each in one.discrepancies(policy)]
    found += [each for one in record.persons.values() for each in one.discrepancies()]
    return {each.id: (each.expected, each.observed, each.open, each.resolution) for each in found}


def expected_notices(record: Record) -> dict[str, Any]:
    owed = required(record, [], Policy.parse(POLICY), NOW).owed
    return {one.key: (one.recipient, [reason.code for reason in one.reasons]) for one in owed}


# ------------------------------------------------------------------------------------------------- what the record says
async def stored_histories(register: Register) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    lines = "SELECT kind, ref, id FROM history JOIN target ON hub = target.no JOIN event ON event = event.no"
    for kind, ref, id in await rows(register, lines):
        found[kind, ref].add(id)
    return found


async def stored_cases(register: Register) -> dict[str, Any]:
    columns = "number, custody, progress, custodian, flags"
    return {number: (*rest, sorted(flags)) for number, *rest, flags in await rows(register, f"SELECT {columns} FROM case_")}


async def stored_persons(register: Register) -> dict[str, Any]:
    found = await rows(register, "SELECT ref, progress, pnok, determinations FROM person")
    return {ref: tuple(rest) for ref, *rest in found}


async def stored_discrepancies(register: Register) -> dict[str, Any]:
    """What is gone with its ground stays as a closed row without a resolution; it is not among those that there are."""
    found = await rows(register, "SELECT id, expected, observed, open, resolution FROM discrepancy")
    return {id: tuple(rest) for id, *rest in found if rest[2] or rest[3] is not None}


async def stored_notices(register: Register) -> dict[str, Any]:
    found = await rows(
        register, "SELECT key, recipient, reasons FROM notice WHERE state IN ('held', 'ready') AND kind <> 'discrepancy'"
    )
    return {key: (recipient, [reason["code"] for reason in reasons]) for key, recipient, reasons in found}


def test_a_story_never_names_a_turnover() -> None:
    """Else the comparison above would have to cover `Turnover` as well."""
    events = [facts.event(said) for said in told(1)]
    assert all(hub.kind != "turnover" for hub in histories(events)), Turnover
