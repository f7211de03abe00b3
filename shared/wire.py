"""CloudEvents JSON <-> Event: the canonical form, its digest, and what an entry of a stream looks like.

An entry has four plain fields: `epoch`, `seq`, `digest` and `event`, a CloudEvent in structured mode. Intake adds the
extension attributes `recordedtime`, `receivedvia`, `submitter` and `submitterrole`; they and the trace context stand outside
the digest, which covers what the source said and nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, cast

import orjson
from pydantic import ValidationError

from shared.events import BY_WIRE_NAME
from shared.events.base import Fact
from shared.events.common import RecordCorrected
from shared.events.event import Event, Restated
from shared.terms import ROLES, Stream, instant_text, local_zone, parse_instant, period_start

INTAKE_ATTRIBUTES: Final = frozenset({"recordedtime", "receivedvia", "submitter", "submitterrole"})
TRACE_ATTRIBUTES: Final = frozenset({"traceparent", "tracestate"})
OUTSIDE_THE_DIGEST: Final = INTAKE_ATTRIBUTES | TRACE_ATTRIBUTES
WRITTEN_APART: Final = OUTSIDE_THE_DIGEST | {"time", "data"}
"""What the canonical form does not take over as an attribute's string."""

KNOWN_ATTRIBUTES: Final = OUTSIDE_THE_DIGEST | {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "data",
}
CONTENT_TYPE: Final = "application/json"

ATTRIBUTE_NAME: Final = re.compile(r"[a-z0-9]{1,20}")
IDENTITY: Final = re.compile(r"[!-~]{1,200}")
"""`source` and `id`: printable ASCII without white space: a receipt's field and a discrepancy's id read one way only."""

MOST_ERRORS: Final = 64
"""Of one event, told one by one. Beyond that it is no event that somebody meant, and telling costs more than reading."""

SLUG: Final = re.compile(r"[a-z0-9-]{1,40}")
"""A source's short name, under which intake says who submitted an event."""

DOORS: Final = frozenset({"http", "epcis", "inbox", "files"})
"""How an event may have come in (`receivedvia`): the doors of intake by their names."""

SEQ: Final = re.compile(rb"[1-9][0-9]{0,18}")
EPOCH: Final = re.compile(rb"[0-9a-f]{16}")

CloudEvent = dict[str, Any]
"""A CloudEvent as parsed JSON: context attributes, and `data`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an event: where (a JSON Pointer), a stable code, and words that never repeat the value."""

    pointer: str
    code: str
    message: str


class Invalid(ValueError):
    """What was said cannot be read as an event. Carries every problem found, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message}" for p in problems))
        self.problems = problems


# ------------------------------------------------------------------------------------------------- canonical form
def canonical(said: Mapping[str, Any]) -> bytes:
    """What the source said, in the bytes of RFC 8785: equal over structured, binary and batch mode.

    Every context attribute is its CloudEvents string, `time` the UTC instant, `datacontenttype` spelled out. Over the types
    that an event may hold (no floats, ASCII member names) orjson with sorted keys gives the same bytes as RFC 8785, many
    times faster; `tests/unit/test_wire.py` holds the two against each other.

    Raises:
        ValueError: `time` is not an instant.
        orjson.JSONEncodeError: a string holds a lone surrogate, or the nesting is deeper than 254 levels.
    """
    return canonical_around(data_form(said["data"]), said, parse_instant(said.get("time", "")))


def canonical_around(data: bytes, said: Mapping[str, Any], given: datetime) -> bytes:
    """The canonical form of a statement whose `time` has been read already, and whose `data` has been written."""
    form: dict[str, Any] = {"datacontenttype": CONTENT_TYPE}
    for name, value in said.items():
        if name not in WRITTEN_APART:
            form[name] = value if type(value) is str else attribute_text(value)
    form["time"] = instant_text(given)
    form["data"] = orjson.Fragment(data)
    return orjson.dumps(form, option=orjson.OPT_SORT_KEYS)


def data_form(data: object) -> bytes:
    """The canonical form of `data` alone, from which the fact is read."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def attribute_text(value: object) -> str:
    """A context attribute as the string that CloudEvents gives its type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def digest_of(canonical_form: bytes) -> str:
    return sha256(canonical_form).hexdigest()


# ------------------------------------------------------------------------------------------------- CloudEvent -> Event
def read(said: CloudEvent) -> Event:
    """The event that a CloudEvent states, digest included. The same for intake, which may refuse it, and for the tracker.

    Raises:
        Invalid: every problem, with its pointer.
    """
    check_attributes(said)
    try:
        given = parse_instant(str(said.get("time")))
    except ValueError:
        raise Invalid(*later_problems(said)) from None
    try:
        data = data_form(said["data"])
        form = canonical_around(data, said, given)
    except orjson.JSONEncodeError as error:
        raise Invalid(Problem("", "no_canonical_form", str(error))) from None
    return assemble(said, given, data, digest_of(form))


def reread(body: str, digest: str) -> Event:
    """An event of the record, from the body it was filed with; nothing is judged again."""
    said = orjson.loads(body)
    return assemble(said, parse_instant(said["time"]), orjson.dumps(said["data"]), digest)


def assemble(said: CloudEvent, given: datetime, written: bytes, digest: str) -> Event:
    """The event of a statement whose attributes have been judged; `written` is its `data`."""
    data = facts_of(BY_WIRE_NAME[said["type"]], written, "/data")
    local = local_zone(data.zone, data.offset, given)
    recorded = said.get("recordedtime")
    return Event(
        source=said["source"],
        id=said["id"],
        data=data,
        occurred_at=period_start(given, data.precision, local),
        offset_minutes=offset_minutes(given, local),
        digest=digest,
        recorded_at=parse_instant(str(recorded)) if recorded is not None else None,
        submitter=said.get("submitter"),
        restated=restated(data) if isinstance(data, RecordCorrected) else None,
    )


def check_attributes(said: CloudEvent) -> None:
    """Judge the context attributes, so that everything after may rely on their types."""
    problems = []
    for name, value in said.items():
        if name not in KNOWN_ATTRIBUTES and not ATTRIBUTE_NAME.fullmatch(name):
            at = f"/{pointer_step(name)}"
            problems.append(Problem(at, "attribute_name", "1 to 20 lower-case letters and digits are needed"))
        if type(value) is not str and name != "data" and not isinstance(value, int):
            problems.append(Problem(f"/{pointer_step(name)}", "attribute_type", "a string, an integer or a boolean is needed"))
    if said.get("specversion") != "1.0":
        problems.append(Problem("/specversion", "specversion", "must be 1.0"))
    if said.get("datacontenttype", CONTENT_TYPE) != CONTENT_TYPE:
        problems.append(Problem("/datacontenttype", "datacontenttype", f"must be {CONTENT_TYPE}"))
    for name in ("source", "id"):
        value = said.get(name)
        if not isinstance(value, str) or not IDENTITY.fullmatch(value):
            problems.append(Problem(f"/{name}", name, "1 to 200 printable ASCII characters without white space are needed"))
    kind = said.get("type")
    if not isinstance(kind, str) or kind not in BY_WIRE_NAME:
        problems.append(Problem("/type", "unknown_type", "not a type of the catalogue"))
    if not isinstance(said.get("data"), dict):
        problems.append(Problem("/data", "data", "a JSON object is needed"))
    if problems:
        raise Invalid(*problems, *later_problems(said))


def later_problems(said: CloudEvent) -> list[Problem]:
    """What is wrong with the time and the data, whatever the attributes: a sender hears of all that is wrong at once."""
    problems: list[Problem] = []
    try:
        parse_instant(str(said.get("time")))
    except ValueError as error:
        problems.append(Problem("/time", "time", str(error)))
    fact = BY_WIRE_NAME.get(str(said.get("type")))
    if fact is None or not isinstance(said.get("data"), dict):
        return problems
    try:
        facts_of(fact, orjson.dumps(said["data"]), "/data")
    except Invalid as invalid:
        problems.extend(invalid.problems)
    except orjson.JSONEncodeError:
        pass  # nor has it a canonical form: that is heard of once the rest is right
    return problems


def facts_of(fact: type[Fact], written: bytes, at: str) -> Fact:
    """The fact that `data` states, read in one pass over its bytes."""
    try:
        return cast("Fact", fact.__pydantic_validator__.validate_json(written))
    except ValidationError as error:
        if error.error_count() > MOST_ERRORS:
            raise Invalid(Problem(at, "too_many_errors", f"more than {MOST_ERRORS} errors")) from None
        raise Invalid(*(problem_of(each, at) for each in error.errors(include_url=False, include_input=False))) from None


def problem_of(error: Mapping[str, Any], at: str) -> Problem:
    steps = "".join(f"/{pointer_step(str(step))}" for step in error["loc"])
    return Problem(at + steps, str(error["type"]), str(error["msg"]))


def pointer_step(step: str) -> str:
    """A reference token of RFC 6901."""
    return step.replace("~", "~0").replace("/", "~1")


def offset_minutes(given: datetime, local: Any) -> int:
    offset = given.astimezone(local).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // 60


def restated(correction: RecordCorrected) -> Restated | None:
    """The replacement of a correction, read as the type that it corrects.

    Raises:
        Invalid: the type is unknown, is itself a correction's, or the replacement does not fit it.
    """
    replacement = correction.replacement
    fact = BY_WIRE_NAME.get(correction.corrects.type)
    if fact is None:
        raise Invalid(Problem("/data/corrects/type", "unknown_type", "not a type of the catalogue"))
    if replacement is None:
        return None
    if issubclass(fact, RecordCorrected):
        raise Invalid(
            Problem("/data/replacement", "correction_of_a_correction", "a correction is only withdrawn, never restated")
        )
    stated = {name: value for name in ("zone", "offset", "precision") if (value := getattr(replacement, name)) is not None}
    data = facts_of(fact, orjson.dumps({**replacement.data, **stated}), "/data/replacement/data")
    try:
        given = parse_instant(replacement.time)
    except ValueError as error:
        raise Invalid(Problem("/data/replacement/time", "time", str(error))) from None
    local = local_zone(data.zone, data.offset, given)
    return Restated(period_start(given, data.precision, local), offset_minutes(given, local), data)


# ------------------------------------------------------------------------------------------------- stream entries
@dataclass(frozen=True, slots=True)
class Position:
    """Where an entry stands in its stream: `seq` is contiguous from 1 within an epoch."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """An entry that accept wrote and that reads as an event. `body` is the CloudEvent as it stands in the stream."""

    position: Position
    event: Event
    body: str


UnreadableReason = Literal["no_position", "not_json", "invalid", "digest_differs", "not_admitted", "wrong_stream", "unfilable"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry that cannot be filed. Its bytes are kept whole; `source` and `id` are known where they could be read."""

    reason: UnreadableReason
    detail: str
    position: Position | None = None
    source: str | None = None
    id: str | None = None


def decode(stream: Stream, fields: Mapping[bytes, bytes]) -> Decoded | Unreadable:
    """What an entry of a stream says. Never raises: whatever is wrong with it is the answer."""
    position = position_of(fields)
    if position is None:
        return Unreadable("no_position", "the entry has no valid epoch and seq: it was not written by accept")
    try:
        body = fields.get(b"event", b"").decode()
        said = orjson.loads(body)
    except ValueError:
        return Unreadable("not_json", "the event is not JSON in UTF-8", position)
    if not isinstance(said, dict):
        return Unreadable("not_json", "the event is not a JSON object", position)
    source, id = known(said.get("source")), known(said.get("id"))
    if "\\u0000" in body and holds_nul(said):
        return Unreadable("invalid", "a string holds U+0000, which the record cannot keep", position, source, id)
    try:
        event = read(said)
    except ValueError as error:
        return Unreadable("invalid", str(error)[:500], position, source, id)
    if fields.get(b"digest") != event.digest.encode():
        return Unreadable("digest_differs", "the digest is not that of the event", position, source, id)
    if not bears_admission(said):
        return Unreadable("not_admitted", "the event does not bear what intake adds when it admits one", position, source, id)
    if event.stream != stream:
        return Unreadable("wrong_stream", f"the event belongs on the {event.stream} stream", position, source, id)
    return Decoded(position, event, body)


def bears_admission(said: CloudEvent) -> bool:
    """Whether an event that has been read bears what intake adds, in the form in which only intake writes it.

    This keeps out what was written by mistake. Whoever may write to a stream can forge all of it: keep them off the server.
    """
    submitter = said.get("submitter")
    return (
        "recordedtime" in said
        and said.get("receivedvia") in DOORS
        and said.get("submitterrole") in ROLES
        and type(submitter) is str
        and SLUG.fullmatch(submitter) is not None
    )


def holds_nul(value: object) -> bool:
    """Whether any string of a JSON value holds U+0000."""
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(map(holds_nul, value)) or any(map(holds_nul, value.values()))
        case list():
            return any(map(holds_nul, value))
        case _:
            return False


def position_of(fields: Mapping[bytes, bytes]) -> Position | None:
    epoch, seq = fields.get(b"epoch", b""), fields.get(b"seq", b"")
    if EPOCH.fullmatch(epoch) and SEQ.fullmatch(seq):
        return Position(epoch.decode(), int(seq))
    return None


def known(value: object) -> str | None:
    return value if isinstance(value, str) and IDENTITY.fullmatch(value) else None
