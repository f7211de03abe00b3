"""What would become of statements if they were submitted now: the full admission, and nothing written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.intake.admit import Admitted, Submission, admit
from services.intake.desk import CONFLICT, UNREACHED
from services.intake.grants import Source
from services.intake.outages import is_outage
from services.intake.problems import Refused
from services.intake.receipts import known_digests
from shared.terms import Stream


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """It would be accepted, under this digest. `duplicate`: it has been already, or stands in the same batch before."""

    source: str
    id: str
    stream: Stream
    digest: str
    duplicate: bool


async def rehearse(submissions: Sequence[Submission], source: Source, redis: "Redis") -> list[Rehearsed | Refused]:
    """What `take` would answer, for each submission. A promise about nothing: another may take the id meanwhile."""
    judged = [admit(submission, source) for submission in submissions]
    admitted = [each.event for each in judged if isinstance(each, Admitted)]
    try:
        digests = await known_digests(redis, [(event.stream, event.source, event.id) for event in admitted])
    except RedisError as error:
        if not is_outage(error):
            raise
        return [each if isinstance(each, Refused) else UNREACHED for each in judged]
    return list(compared(judged, dict(zip([(e.stream, *e.key) for e in admitted], digests, strict=True))))


def compared(
    judged: Sequence[Admitted | Refused], known: dict[tuple[Stream, str, str], str | None]
) -> Iterator[Rehearsed | Refused]:
    """As accept.lua compares: with what is there, and with what the same call says before."""
    for each in judged:
        if isinstance(each, Refused):
            yield each
            continue
        event = each.event
        place = (event.stream, *event.key)
        before = known[place]
        if before is not None and before != event.digest:
            yield CONFLICT
            continue
        known[place] = event.digest
        yield Rehearsed(event.source, event.id, event.stream, event.digest, duplicate=before is not None)
