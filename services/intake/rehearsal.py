"""What would become of statements if they were submitted now: the full admission, and nothing written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from services.intake.admit import Admitted, Submission
from services.intake.desk import CONFLICT, Verdict, judge, or_unreached
from services.intake.grants import Source
from services.intake.problems import Refused
from services.intake.receipts import known_receipts
from shared.terms import Stream


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """It would be accepted, under this digest. `duplicate`: it has been already, or stands in the same batch before."""

    source: str
    id: str
    stream: Stream
    digest: str
    duplicate: bool


Answered = Verdict | Rehearsed
"""What one statement was answered, taken in or only tried."""


async def rehearse(submissions: Sequence[Submission], source: Source, redis: "Redis") -> list[Rehearsed | Refused]:
    """What `take` would answer, for each submission. A promise about nothing: another may take the id meanwhile."""
    judged = await judge(submissions, source)
    places = [(each.event.stream, *each.event.key) for each in judged if isinstance(each, Admitted)]
    receipts = await or_unreached(known_receipts(redis, places))
    if isinstance(receipts, Refused):
        return [each if isinstance(each, Refused) else receipts for each in judged]
    known = {place: receipt.digest for place, receipt in zip(places, receipts, strict=True) if receipt is not None}
    return list(compared(judged, known))


def compared(judged: Sequence[Admitted | Refused], known: dict[tuple[Stream, str, str], str]) -> Iterator[Rehearsed | Refused]:
    """As accept.lua compares: with what is there, and with what the same call says before."""
    for each in judged:
        if isinstance(each, Refused):
            yield each
            continue
        event = each.event
        place = (event.stream, *event.key)
        before = known.get(place)
        if before is not None and before != event.digest:
            yield CONFLICT
            continue
        known[place] = event.digest
        yield Rehearsed(event.source, event.id, event.stream, event.digest, duplicate=before is not None)
