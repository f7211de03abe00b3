"""The fold of one case without the record: what one event more costs, and what a late one does."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from random import Random
from time import process_time
from typing import Final

from benchmarks.load import Statement, cloud_event, hand_over, journey
from services.tracker.model import case as case_
from shared import wire
from shared.events import CaseRegistered, StorageMoved, TransportArrived
from shared.events.event import Event

NUMBER: Final = "K55-01"
SHORT: Final = 10
LONG: Final = 1_000
TIMES: Final = 50


def fold_figures() -> dict[str, float]:
    """CPU seconds, the best of `TIMES`, with the collector off."""
    long, short = history(LONG), history(SHORT)
    shuffled = Random(LONG).sample(long, LONG)
    gc.collect()
    gc.disable()
    try:
        longer, shorter = one_more_s(long), one_more_s(short)
        return {
            "advance_us": longer * 1e6,
            "advance_ratio": longer / shorter,
            "refold_ms": 1e3 * best_s(lambda: case_.fold(NUMBER, shuffled)),
        }
    finally:
        gc.enable()


def one_more_s(events: list[Event]) -> float:
    """What one event more costs a case that has these."""
    before = case_.fold(NUMBER, events)
    last = replace(events[-1], id="LAST", occurred_at=events[-1].occurred_at + timedelta(minutes=1))
    return best_s(lambda: case_.advance(before, last))


def best_s(do: Callable[[], object]) -> float:
    """The shortest of many, since everything that disturbs one makes it longer."""
    took = []
    for _ in range(TIMES):
        began = process_time()
        do()
        took.append(process_time() - began)
    return min(took)


def history(length: int) -> list[Event]:
    """A case that goes on from party to party, by a hand-over, a flight and a move into storage each time."""
    return [wire.read(cloud_event(f"fold-{no}", no, *statement)) for no, statement in enumerate(islice(life(), length))]


def life() -> Iterator[Statement]:
    registered = {
        "case": NUMBER,
        "kind": "transfer_case",
        "custodian": "party-0",
        "label": NUMBER,
        "declared_contents": "remains",
    }
    yield CaseRegistered, "custodian", registered
    for stage in count(1):
        yield from hand_over(f"{NUMBER}-T{stage}", [NUMBER], f"party-{stage - 1}", f"party-{stage}", f"place-{stage}")
        yield TransportArrived, "custodian", journey([NUMBER], f"place-{stage}")
        yield StorageMoved, "custodian", {"cases": [NUMBER], "place": f"shelf-{stage}"}
