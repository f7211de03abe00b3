"""Whether a submission becomes a fact: pure, so that what is admitted depends on what was said and by whom alone."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from services.intake.case_numbers import case_numbers
from services.intake.grants import Source
from services.intake.nearest import lead_on
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import MEMBERS, crowded, flaw, step
from shared import wire
from shared.events import BY_WIRE_NAME, may_correct
from shared.events.base import Fact
from shared.events.common import RecordCorrected
from shared.events.event import Event
from shared.terms import Role

LARGEST_EVENT_BYTES: Final = 64 * 1024
"""Of an event written compactly, so that white space and the mode of transport make no difference."""


SMALL_EVENT_BYTES: Final = 8 * 1024
"""Ten times a usual event. One beyond it is searched for lists that are too long: each wrong item of a list costs its words."""

LONGEST_ATTRIBUTE: Final = 1024
"""Characters of a context attribute; `data` has limits of its own, field by field."""


class Submission(NamedTuple):
    """One statement as a door received it. `recordedtime` is our clock; `suspect` as the parser saw it."""

    said: object
    door: str
    recordedtime: str
    suspect: bool = True


class Admitted(NamedTuple):
    """A statement that may be accepted. `body` is the CloudEvent for the stream, with what intake adds."""

    event: Event
    body: bytes
    recordedtime: str


def admit(submission: Submission, source: Source) -> Admitted | Refused:
    """Judge a statement: readable, whole, of the catalogue, and covered by the grant of who said it.

    Doubtful is not refused: what contradicts the record is the tracker's to flag.
    """
    said = submission.said
    if not isinstance(said, dict):
        return Refused(ProblemType.BATCH, "an event is a JSON object")
    written = within_limits(said, suspect=submission.suspect)
    if isinstance(written, Refused):
        return written
    for name in wire.INTAKE_ATTRIBUTES & said.keys():
        return Refused(ProblemType.RESERVED_ATTRIBUTE, "only intake writes it", f"/{name}")
    try:
        event = wire.read(said)
    except wire.Invalid as invalid:
        # An event that reads is no deeper than its type, so only one that does not read needs a look at its levels.
        return flaw(said) or invalid_event(said, invalid.problems)
    if (outside := next(outside_grant(event, source), None)) is not None:
        return outside
    added = attributes_of_intake(submission.recordedtime, submission.door, source.slug, event.data.actor.role)
    return Admitted(event, written[:-1] + added, submission.recordedtime)


@lru_cache(maxsize=256)
def attributes_of_intake(recordedtime: str, door: str, slug: str, role: Role) -> bytes:
    """How an event ends in a stream: what intake adds. Remembered, because a batch says all its events at one time.

    >>> attributes_of_intake("2018-07-27T00:00:00Z", "http", "unc", "custodian")
    b',"recordedtime":"2018-07-27T00:00:00Z","receivedvia":"http","submitter":"unc","submitterrole":"custodian"}'
    """
    added = {"recordedtime": recordedtime, "receivedvia": door, "submitter": slug, "submitterrole": role}
    return b"," + orjson.dumps(added)[1:]


def within_limits(said: wire.CloudEvent, *, suspect: bool) -> bytes | Refused:
    """The event written compactly, if it holds and is nothing that no event may.

    Judged before it is read, because reading what is wrong costs a thousand times more.
    """
    if (suspect or len(said) > MEMBERS) and (found := flaw(said)) is not None:
        return found
    try:
        written = orjson.dumps(said)
    except orjson.JSONEncodeError as error:
        return too_long(said) or flaw(said) or Refused(ProblemType.INVALID_EVENT, str(error))
    if len(written) > LONGEST_ATTRIBUTE and (found := too_long(said)) is not None:
        return found
    if len(written) <= SMALL_EVENT_BYTES:
        return written
    return searched(said, written) if len(written) <= LARGEST_EVENT_BYTES else too_large(said, written)


def searched(said: wire.CloudEvent, written: bytes) -> bytes | Refused:
    """An event so large that a list of it may be too long."""
    return flaw(said) or written


def too_large(said: wire.CloudEvent, written: bytes) -> Refused:
    """One with too many members is refused for those, as it would be if it were smaller."""
    found = flaw(said) if crowded(written) else None
    return found or Refused(ProblemType.EVENT_TOO_LARGE, f"more than {LARGEST_EVENT_BYTES} bytes")


def too_long(said: wire.CloudEvent) -> Refused | None:
    for name, value in said.items():
        if type(value) is str and len(value) > LONGEST_ATTRIBUTE:
            return Refused(ProblemType.TOO_LONG, f"more than {LONGEST_ATTRIBUTE} characters", step(name))
    return None


def invalid_event(said: wire.CloudEvent, problems: tuple[wire.Problem, ...]) -> Refused:
    """One refusal for all that is wrong with an event; where a type is not known at all, with the one that was meant."""
    unknown = next((problem for problem in problems if problem.code == "unknown_type"), None)
    if unknown is None:
        return Refused(ProblemType.INVALID_EVENT, problems[0].message, problems[0].pointer, errors=problems)
    named = said.get("type") if unknown.pointer == "/type" else said["data"]["corrects"]["type"]
    return Refused(ProblemType.UNKNOWN_TYPE, f"{unknown.message}: {lead_on(named)}", unknown.pointer, errors=problems)


def outside_grant(event: Event, source: Source) -> Iterator[Refused]:
    """Every part of the grant that does not cover the event, the most telling first."""
    fact = type(event.data)
    if not source.speaks_as(event.source):
        yield not_granted("source", "/source")
    yield from fact_outside_grant(event.data, source, fact.wire_name(), "/type", "/data")
    if isinstance(event.data, RecordCorrected):
        yield from correction_outside_grant(event, event.data, source)


def fact_outside_grant(data: Fact, source: Source, wire_name: str, type_at: str, data_at: str) -> Iterator[Refused]:
    if data.actor.role not in source.roles:
        yield not_granted("role", f"{data_at}/actor/role")
    if data.actor.role not in data.roles:
        said = f"{data.name} may not be said by this role, whatever the grant; by {', '.join(sorted(data.roles))}"
        yield Refused(ProblemType.NOT_GRANTED, said, f"{data_at}/actor/role", rule="role_of_type")
    if wire_name not in source.types:
        yield not_granted("type", type_at)
    for field in data.speaks_for:
        if not source.speaks_for(getattr(data, field)):
            yield not_granted("party", f"{data_at}/{field}")
    if not source.speaks_of_all:
        for at, number in case_numbers(data, data_at):
            if not source.speaks_of(number):
                yield not_granted("case", at)


def correction_outside_grant(event: Event, data: RecordCorrected, source: Source) -> Iterator[Refused]:
    """A correction is admitted as the type that it names: stream, role and replacement must fit that."""
    corrected = BY_WIRE_NAME[data.corrects.type]
    if corrected.stream != event.stream:
        yield Refused(ProblemType.CORRECTION, "a correction stays on the stream of what it corrects", "/data/corrects/type")
    if not may_correct(data.actor.role, corrected, event.stream):
        yield not_granted("role", "/data/actor/role")
    if not source.corrects(data.corrects.source):
        yield not_granted("may_correct", "/data/corrects/source")
    if corrected.wire_name() not in source.types:
        yield not_granted("type", "/data/corrects/type")
    if event.restated is not None:
        restated: Any = event.restated.data
        at = "/data/replacement/data"
        yield from fact_outside_grant(restated, source, corrected.wire_name(), "/data/corrects/type", at)


def not_granted(rule: str, pointer: str) -> Refused:
    return Refused(ProblemType.NOT_GRANTED, f"the grant does not cover this {rule}", pointer, rule=rule)
