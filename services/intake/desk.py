"""The desk behind every door: admit each statement, accept those admitted, and answer each in its order."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Final, NamedTuple, TypeVar, assert_never

from redis.exceptions import RedisError

from services.intake import metrics
from services.intake.accept import Accepted, Acceptor, Answer, Conflict, Unconfirmed
from services.intake.admit import Admitted, Submission, admit
from services.intake.denials import note_outside_grant
from services.intake.grants import Source
from services.intake.outages import is_outage
from services.intake.preflight import Watch
from services.intake.problems import ProblemType, Refused


class Receipted(NamedTuple):
    """A fact, durable on its stream, with the identity it was accepted under."""

    source: str
    id: str
    accepted: Accepted


TURN_S: Final = 0.02
"""A batch of a hundred usual events takes half of it."""

Found = TypeVar("Found")
Verdict = Receipted | Refused
CONFLICT: Final = Refused(ProblemType.IDENTITY_CONFLICT, "this stream has another statement of this source and id", "/id")
UNREACHED: Final = Refused(ProblemType.UNAVAILABLE, "Redis did not answer")
UNSAFE: Final = Refused(ProblemType.UNSAFE, "nothing was accepted: an operator has to see to the server")


async def take(submissions: Sequence[Submission], source: Source, acceptor: Acceptor, watch: Watch) -> list[Verdict]:
    """A verdict for each submission. What is refused leaves no trace in a stream; a promise is given only once durable, and
    on a server that was seen to forget, none."""
    judged = await judge(submissions, source)
    if watch.reasons:
        verdicts: list[Verdict] = [each if isinstance(each, Refused) else UNSAFE for each in judged]
    else:
        admitted = [each for each in judged if isinstance(each, Admitted)]
        answers = iter(await acceptor.accept(source.slug, admitted))
        verdicts = [each if isinstance(each, Refused) else verdict(each, next(answers)) for each in judged]
    for outcome, count in Counter(map(outcome_of, verdicts)).items():
        metrics.STATEMENTS.labels(outcome, submissions[0].door).inc(count)
    return verdicts


async def judge(submissions: Sequence[Submission], source: Source) -> list[Admitted | Refused]:
    """Admission of each, denials noted. Others get their turn in between where it takes long: what is wrong costs most."""
    judged: list[Admitted | Refused] = []
    let_others = time.perf_counter() + TURN_S
    for submission in submissions:
        judged.append(admit(submission, source))
        if time.perf_counter() > let_others:
            await asyncio.sleep(0)
            let_others = time.perf_counter() + TURN_S
    note_outside_grant(judged, source.slug, submissions[0].door if submissions else "")
    return judged


def verdict(admitted: Admitted, answer: Answer) -> Verdict:
    match answer:
        case Accepted():
            return Receipted(admitted.event.source, admitted.event.id, answer)
        case Conflict():
            return CONFLICT
        case Unconfirmed(reached=True):
            return Refused(ProblemType.NOT_DURABLE, "replicas did not confirm in time")
        case Unconfirmed():
            return UNREACHED
    assert_never(answer)


async def or_unreached(answer: Awaitable[Found]) -> Found | Refused:
    """What Redis answers, or that it does not; an error of another kind is raised as it is."""
    try:
        return await answer
    except RedisError as error:
        if not is_outage(error):
            raise
        return UNREACHED


def outcome_of(verdict: Verdict) -> str:
    """The word under which a verdict is counted."""
    if isinstance(verdict, Refused):
        return verdict.type.slug
    return "duplicate" if verdict.accepted.duplicate else "accepted"
