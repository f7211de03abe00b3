"""Two hundred stories through the real streams: accepted in any order, partly twice, filed by two processes at once.

One set of stories serves every question asked of it. What must come out is what the pure model says of the same statements,
told in one piece and in the order of the world (invariants 14 and 15, dispatch paused).
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, LiteralString, cast

import httpx2
import orjson
import psycopg
import pytest
import redis
from redis.asyncio import Redis as AsyncRedis

from benchmarks.catch_up import filed, pending
from embedded import services
from services.intake.accept import Accepted, Acceptor
from services.intake.admit import Admitted, Submission, admit
from services.intake.grants import Source
from services.tracker.model import case as case_
from services.tracker.model import person as person_
from services.tracker.model.case import Case
from services.tracker.model.directory import Directory
from services.tracker.model.operators import of_discrepancies
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reconcile import state_of
from services.tracker.model.register import Record
from services.tracker.model.telling import required
from services.tracker.record.directory_file import parse_directory
from shared.clock import StoryClock, machine_now
from shared.events import BY_WIRE_NAME
from shared.streams import events_key, seq_key
from shared.terms import ROLES, STREAMS, instant_text
from tests import facts
from tests.facts import CloudEvent
from tests.integration.filing import NOW, stream_of
from tests.unit.stories import World, histories

STORIES: Final = 200
STEPS: Final = 40
SAID_TWICE: Final = 0.2
APPENDED_TWICE: Final = 0.05
"""Where a receipt was lost to a retention run, the same statement gets a second number."""
PATIENCE_S: Final = 90
OF_A_STORY: Final = re.compile(r"(?<![\w.-])(P-\d{4}|KIN-\w+|K-\d+|D-\d+|H-\d+|A-\d+|2018-201:I-01)(?![\w-])")
SENDER: Final = Source(
    "stories", ("urn:example",), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({"*"}), ("urn:example",)
)
POLICY: Final = Policy.parse(Path("deploy/policy.toml").read_text())
DIRECTORY_FILE: Final = facts.directory({ref: f"{ref}@liaisons.example.org" for ref in ("L-1", "L-2")})
"""Of the three liaisons of the stories the last has no address, so that some notices wait for one."""
DIRECTORY: Final[Directory] = parse_directory(DIRECTORY_FILE)


@dataclass(frozen=True)
class Outcome:
    """What the record holds when all is filed. `batches`: how many each process committed."""

    histories: Mapping[tuple[str, str], frozenset[str]]
    cases: Mapping[str, tuple[Any, ...]]
    persons: Mapping[str, tuple[Any, ...]]
    discrepancies: frozenset[tuple[str, bool]]
    notices: frozenset[tuple[Any, ...]]
    quarantined: int
    duplicates: int
    batches: tuple[int, ...]


def story(number: int) -> list[CloudEvent]:
    """One story, with references of its own, in the order of the world."""
    world = World(Random(number))
    world.begin()
    for _ in range(STEPS):
        world.step()
    own = OF_A_STORY.sub(lambda ref: f"{ref[0]}.s{number}", orjson.dumps(world.said).decode())
    said: list[CloudEvent] = orjson.loads(own)
    return said


@pytest.fixture(scope="module")
def stories() -> list[list[CloudEvent]]:
    return [story(number) for number in range(STORIES)]


@pytest.fixture(scope="module")
def outcome(stories: list[list[CloudEvent]], servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The stories, shuffled into each other, through accept and two trackers that both run from the start."""
    database_url = servers.new_database("stories")
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
        clock = tmp_path_factory.mktemp("stories") / "clock"
        StoryClock(clock).set(NOW)
        with trackers(servers.redis_url, database_url, clock) as ports:
            asyncio.run(say(stories, servers.redis_url))
            await_filed(client)
            batches = tuple(committed(port) for port in ports)
    with psycopg.connect(database_url) as record:
        return read(record, batches)


@contextmanager
def trackers(redis_url: str, database_url: str, clock: Path) -> Iterator[list[int]]:
    """Two processes that follow and do not send, ready; their ports."""
    folder = clock.parent
    log, directory = folder / "log", folder / "directory.toml"
    directory.write_text(DIRECTORY_FILE)
    ports = [*services.free_ports("first", "second").values()]
    first, second = (
        services.environment(redis_url, database_url, {"tracker": port}, folder / "sources.toml", clock=clock)
        | {"TRACKER_ROLES": "follow,web"}
        for port in ports
    )
    services.ask("tracker", first, "migrate", log=log)
    services.ask("tracker", first, "directory", "import", str(directory), log=log)
    with (
        services.running("tracker", ports[0], first, log),
        services.running("tracker", ports[1], second, log),
    ):
        yield ports


async def say(stories: list[list[CloudEvent]], redis_url: str) -> None:
    """Every statement in an order of its own, some of them twice."""
    random = Random(0)
    said = [statement for each in stories for statement in each]
    again = random.sample(said, int(SAID_TWICE * len(said)))
    appended = random.sample(said, int(APPENDED_TWICE * len(said)))
    said += again
    random.shuffle(said)
    async with AsyncRedis.from_url(redis_url) as client:
        acceptor = Acceptor(client)
        await acceptor.load()
        for start in range(0, len(said), 100):
            answers = await acceptor.accept(SENDER.slug, [admitted(each) for each in said[start : start + 100]])
            assert all(isinstance(answer, Accepted) for answer in answers), answers
        for statement in appended:
            await append_again(client, statement)


async def append_again(client: AsyncRedis, statement: CloudEvent) -> None:
    """As accept does where it has no receipt any more."""
    stream = stream_of(statement)
    epoch = cast("bytes", await client.hget(seq_key(stream), "epoch")).decode()
    seq = await client.hincrby(seq_key(stream), "n", 1)
    await client.xadd(events_key(stream), cast("dict[Any, Any]", facts.entry(statement, seq, epoch)))


def admitted(statement: CloudEvent) -> Admitted:
    outcome = admit(Submission(statement, "http", instant_text(machine_now())), SENDER)
    assert isinstance(outcome, Admitted), outcome
    return outcome


def await_filed(client: "redis.Redis") -> None:
    given_out = sum(int(client.hget(seq_key(stream), "n") or 0) for stream in STREAMS)
    limit = time.monotonic() + PATIENCE_S
    while filed(client) < given_out or any(pending(client, stream) for stream in STREAMS):
        assert time.monotonic() < limit, f"{filed(client)} of {given_out} filed"
        time.sleep(0.05)


def committed(port: int) -> int:
    """Batches that one process committed, as it counts them itself."""
    exposed = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    return sum(int(float(n)) for n in re.findall(r"^rosette_tracker_batches_total\{.*\} (\S+)$", exposed, re.MULTILINE))


# ------------------------------------------------------------------------------------------------- what the record holds
def read(record: "psycopg.Connection[Any]", batches: tuple[int, ...]) -> Outcome:
    def rows(query: LiteralString) -> list[tuple[Any, ...]]:
        return record.execute(query).fetchall()

    return Outcome(
        histories={(kind, ref): frozenset(ids) for kind, ref, ids in rows(HISTORIES)},
        cases={row[0]: row[1:] for row in rows(CASES)},
        persons={row[0]: row[1:] for row in rows(PERSONS)},
        discrepancies=frozenset(
            rows("SELECT id, expected, observed, resolution FROM discrepancy WHERE open OR resolution <> ''")
        ),
        notices=frozenset(
            (key, kind, state, recipient, tuple(cases), tuple(reason["code"] for reason in reasons))
            for key, kind, state, recipient, cases, reasons in rows(NOTICES)
        ),
        quarantined=rows("SELECT count(*) FROM quarantine")[0][0],
        duplicates=rows("SELECT count(*) FROM duplicate")[0][0],
        batches=batches,
    )


HISTORIES: Final = """
    SELECT kind, ref, array_agg(id) FROM history JOIN target ON hub = target.no JOIN event ON event = event.no GROUP BY 1, 2
"""
CASES: Final = "SELECT number, custody, progress, custodian, place, flags FROM case_ ORDER BY number"
PERSONS: Final = "SELECT ref, progress, pnok, determinations FROM person ORDER BY ref"
NOTICES: Final = """
    SELECT key, kind, state, recipient, cases, reasons FROM notice WHERE state <> 'withdrawn' AND kind <> 'quarantine'
"""


# ------------------------------------------------------------------------------------------------- what the model says
def expected(stories: list[list[CloudEvent]]) -> Outcome:
    """What the same statements come to, each story by itself and told once."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    cases: dict[str, tuple[Any, ...]] = {}
    persons: dict[str, tuple[Any, ...]] = {}
    discrepancies: set[tuple[Any, ...]] = set()
    notices: set[tuple[Any, ...]] = set()
    for each in stories:
        by_hub = histories([facts.event(statement) for statement in each])
        known |= {(hub.kind, hub.ref): frozenset(event.id for event in mine) for hub, mine in by_hub.items()}
        record = Record(
            persons={hub.ref: person_.fold(hub.ref, mine) for hub, mine in by_hub.items() if hub.kind == "person"},
            cases={hub.ref: case_.fold(hub.ref, mine) for hub, mine in by_hub.items() if hub.kind == "case"},
            directory=DIRECTORY,
        )
        owed = set(required(record, (), POLICY, NOW).owed)
        answering = [(case.discrepancies(POLICY), case.custody.custodian) for case in record.cases.values()]
        answering += [(person.discrepancies(POLICY), None) for person in record.persons.values()]
        for found, custodian in answering:
            owed |= of_discrepancies(found, custodian, DIRECTORY)
            discrepancies |= {(one.id, one.expected, one.observed, one.resolution) for one in found}
        cases |= {number: of_case(case) for number, case in record.cases.items()}
        persons |= {ref: of_person(person) for ref, person in record.persons.items()}
        notices |= {
            (one.key, one.kind, state_of(one), one.recipient, one.cases, tuple(reason.code for reason in one.reasons))
            for one in owed
        }
    return Outcome(known, cases, persons, frozenset(discrepancies), frozenset(notices), 0, 0, ())


def of_case(case: Case) -> tuple[Any, ...]:
    flags = sorted(case.flags(case.discrepancies(POLICY)))
    return case.state, case.progress, case.custody.custodian, case.custody.place, flags


def of_person(person: Person) -> tuple[Any, ...]:
    return person.progress, person.pnok, [one.id for one in person.standing()]


@pytest.fixture(scope="module")
def told(stories: list[list[CloudEvent]]) -> Outcome:
    return expected(stories)


# ------------------------------------------------------------------------------------------------- the questions
def test_both_processes_committed_batches(outcome: Outcome) -> None:
    assert len(outcome.batches) == 2
    assert min(outcome.batches) > 0


def test_nothing_is_quarantined_and_what_was_appended_twice_is_a_duplicate(
    outcome: Outcome, stories: list[list[CloudEvent]]
) -> None:
    assert outcome.quarantined == 0
    assert outcome.duplicates == int(APPENDED_TWICE * sum(len(each) for each in stories))


def test_every_hub_has_the_history_that_its_fold_needs(outcome: Outcome, told: Outcome) -> None:
    assert outcome.histories == told.histories


def test_any_order_any_repeats_and_two_processes_end_in_the_same_cases(outcome: Outcome, told: Outcome) -> None:
    assert outcome.cases == told.cases


def test_they_end_in_the_same_persons(outcome: Outcome, told: Outcome) -> None:
    assert outcome.persons == told.persons


def test_they_end_in_the_same_discrepancies(outcome: Outcome, told: Outcome) -> None:
    assert outcome.discrepancies == told.discrepancies


def test_they_end_in_the_same_required_notices(outcome: Outcome, told: Outcome) -> None:
    assert outcome.notices == told.notices


def test_the_stories_hold_what_makes_order_hard(stories: list[list[CloudEvent]]) -> None:
    names = {statement["type"] for each in stories for statement in each}
    corrects = {
        statement["data"]["corrects"]["type"] for each in stories for statement in each if "corrects" in statement["data"]
    }
    times = [statement["time"] for each in stories for statement in each]
    assert {name for name in names if "corrected" in name}
    assert "org.rosette.identification.rescinded.v1" in names
    assert "org.rosette.identification.determined.v1" in corrects
    assert any(max(Counter(cases_of_persons(each)).values()) >= 2 for each in stories)
    assert len(set(times)) < len(times)


def cases_of_persons(story: list[CloudEvent]) -> Iterator[str]:
    """Each person as often as a case was determined to be theirs."""
    said = [statement["data"] for statement in story if statement["type"] == "org.rosette.identification.determined.v1"]
    determined = {(person, case) for data in said for person in data["persons"] for case in data["cases"]}
    return (person for person, _ in determined)
