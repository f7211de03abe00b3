"""What cases take from those they came out of, in the record: whatever the batches, the processes and the order of arrival."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.tracker.model import descent
from services.tracker.model.case import Case
from services.tracker.model.policy import Policy
from services.tracker.record.commit import Register
from services.tracker.record.sweep import sweep
from shared.terms import STREAMS
from tests import facts
from tests.facts import CloudEvent
from tests.integration.filing import POLICY, a_register, entries, file, rows, stream_of
from tests.unit.stories import at, histories

THE_CASE: dict[str, Any] = {"individual": facts.ABSENT}
Told = dict[str, tuple[Any, ...]]


def story(random: Random) -> list[CloudEvent]:
    """Two boxes, what came out of them over three generations, and whatever happens to any of these at any time."""

    def when() -> str:
        return at(random.randrange(100))

    boxes, parts, samples = ["K-1", "K-2"], ["K-1-A", "K-1-B", "K-2-A", "K-2-B"], ["S-1", "S-2"]
    everything = [*boxes, *parts, *samples, "K-M", "K-1-A-1", "K-1-A-2"]
    said = [facts.registered(box, turnover="TO-1", at=at(random.randrange(5))) for box in boxes]
    said += [facts.inventoried(box, f"{box}-A", f"{box}-B", at=when()) for box in boxes]
    said += [facts.merged("K-M", "K-1-B", "K-2-B", at=when()), facts.split("K-1-A", "K-1-A-1", "K-1-A-2", at=when())]
    said += [facts.sample_cut("K-2-A", "S-1", at=when()), facts.sample_cut(random.choice(everything[:6]), "S-2", at=when())]
    said.append(facts.inventoried(random.choice(parts), random.choice(boxes), at=when()))  # a circle, or a second origin
    for n in range(4):
        case, giver, taker = random.choice(everything), *random.sample(["unc", "usaf", "dpaa"], 2)
        said.append(facts.released(case, f"T-{n}", released_by=giver, released_to=taker, at=when()))
        said.append(facts.accepted(case, f"T-{n}", accepted_by=taker, at=when()))
        said.append(facts.hold_placed(f"H-{n}", cases=[random.choice(everything)], at=when()))
        said.append(facts.hold_lifted(f"H-{random.randrange(4)}", at=when()))
        said.append(facts.excluded(**THE_CASE, case=random.choice(everything), at=when()))
        said.append(facts.determined(random.choice(everything), determination=f"D-{n}", at=when()))
    said += [facts.corrected(each, at=at(200)) for each in random.sample(said, 3)]
    return said


def expected(said: Sequence[CloudEvent]) -> tuple[Told, set[str]]:
    events = histories([facts.event(statement) for statement in said])
    cases = descent.fold({target.ref: history for target, history in events.items() if target.kind == "case"})
    policy = Policy.parse(POLICY)
    found = {number: case.discrepancies(policy) for number, case in cases.items()}
    told = {number: row(case, len(case.flags(found[number]))) for number, case in cases.items()}
    return told, {each.id for known in found.values() for each in known if each.open}


def row(case: Case, flags: int) -> tuple[Any, ...]:
    return case.registered, case.kind, case.state, case.custody.custodian, case.turnover, [*case.heritage.parents], flags


async def in_the_record(register: Register) -> tuple[Told, set[str]]:
    async with register.pool.connection() as conn:
        cases = "SELECT number, registered, kind, custody, custodian, turnover, parents, cardinality(flags) FROM case_"
        told = {number: tuple(rest) for number, *rest in await (await conn.execute(cases)).fetchall()}
        open_ = "SELECT id FROM discrepancy WHERE open AND subject_kind = 'case'"
        return told, {id for (id,) in await (await conn.execute(open_)).fetchall()}


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_batches_through_two_processes_end_as_the_whole_fold_says(database_url: str, seed: int) -> None:
    random = Random(seed)
    said = story(random)
    left = {stream: [each for each in said if stream_of(each) == stream] for stream in STREAMS}
    seqs = dict.fromkeys(STREAMS, 1)
    for known in left.values():
        random.shuffle(known)
    async with a_register(database_url) as one, a_register(database_url) as other:
        while streams := [stream for stream in STREAMS if left[stream]]:
            stream = random.choice(streams)
            batch = [left[stream].pop() for _ in range(min(len(left[stream]), random.randrange(1, 6)))]
            await random.choice((one, other)).file(stream, entries(batch, seqs[stream]))
            seqs[stream] += len(batch)
        assert await in_the_record(one) == expected(said)


IDENTIFICATION = "SELECT state, reasons #>> '{0,code}' FROM notice WHERE kind = 'identification'"


async def identified(register: Register) -> None:
    """A bone found in a box is identified, and its family may be told."""
    await file(register, facts.registered("K-1", at=at(0)))
    await file(register, facts.inventoried("K-1", "K-1-A", at=at(1)), facts.determined("K-1-A", at=at(2)))
    await file(register, facts.kin(at=at(0)), facts.pnok(at=at(0)), facts.liaison(at=at(0)))


async def test_a_hold_on_the_box_that_becomes_known_late_holds_what_may_be_told_of_the_bone(database_url: str) -> None:
    async with a_register(database_url) as one, a_register(database_url) as other:
        await identified(one)
        assert await rows(one, IDENTIFICATION) == [("ready", None)]
        placed = facts.hold_placed("H-1", cases=["K-1"], stream="custody", at=at(0))
        await file(other, placed, first=2)
        assert await rows(one, IDENTIFICATION) == [("held", "hold")]
        await file(one, facts.hold_lifted("H-1", "custody", at=at(5)), first=3)
        assert await rows(one, IDENTIFICATION) == [("ready", None)]


async def test_an_exclusion_of_a_sample_holds_what_may_be_told_of_the_bone(database_url: str) -> None:
    async with a_register(database_url) as register:
        await identified(register)
        cut = facts.sample_cut("K-1-A", "S-1", at=at(3))
        await file(register, facts.excluded(**THE_CASE, case="S-1", at=at(4)), cut, first=3)
        assert await rows(register, IDENTIFICATION) == [("held", "exclusion")]


async def test_a_hold_on_the_box_that_was_dated_ahead_reaches_the_bone_when_its_instant_comes(database_url: str) -> None:
    async with a_register(database_url) as register:
        await identified(register)
        later = register.now() + timedelta(days=2)
        await file(register, facts.hold_placed("H-1", cases=["K-1"], stream="custody", at=later.isoformat()), first=2)
        assert await rows(register, IDENTIFICATION) == [("ready", None)]
        register.now = lambda: later
        while await sweep(register):
            pass
        assert await rows(register, IDENTIFICATION) == [("held", "hold")]
