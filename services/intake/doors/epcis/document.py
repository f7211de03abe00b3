"""What a request holds: a document with its events, or one event, each with the context that holds for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.intake.doors.epcis.context import Context
from services.intake.doors.epcis.shape import is_context
from services.intake.doors.epcis.vocabulary import is_uri
from services.intake.doors.requests import MOST_EVENTS
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import flaw, parse, step
from shared.terms import parse_instant
from shared.wire import Problem

MEMBERS: Final = frozenset(
    (
        "@context", "id", "type", "schemaVersion", "creationDate", "instanceIdentifier", "sender", "receiver", "epcisHeader",
        "epcisBody",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stated:
    """An event as it stands in a request, and where."""

    event: Any
    pointer: str
    context: Context


def document_of(body: bytes) -> Sequence[Stated] | Refused:
    """The events of an EPCISDocument."""
    said = json_of(body)
    if isinstance(said, Refused):
        return said
    problems = flaws(said)
    if problems:
        return invalid(problems)
    events = said["epcisBody"]["eventList"]
    if len(events) > MOST_EVENTS:
        return Refused(ProblemType.TOO_MANY_EVENTS, f"more than {MOST_EVENTS} events", "/epcisBody/eventList")
    return [
        Stated(event, f"/epcisBody/eventList/{n}", Context.of(said["@context"], own_context(event)))
        for n, event in enumerate(events)
    ]


def event_of(body: bytes) -> Stated | Refused:
    """One event by itself, which then carries its context."""
    said = json_of(body)
    if isinstance(said, Refused):
        return said
    if not isinstance(said, dict) or "@context" not in said:
        return invalid([Problem("/@context", "missing", "an event by itself has a context")])
    return Stated(said, "", Context.of(own_context(said)))


def own_context(event: Any) -> Any:
    return event.get("@context") if isinstance(event, dict) else None


def json_of(body: bytes) -> Any | Refused:
    """JSON without what two parsers could read in two ways; fractions are the standard's, and stay."""
    parsed = parse(body)
    if isinstance(parsed, Refused):
        return parsed
    return flaw(parsed.value, fractions=True) or parsed.value


def flaws(said: Any) -> list[Problem]:
    """What the standard forbids in a document, its events apart: those are judged one by one."""
    if not isinstance(said, dict):
        return [Problem("", "document", "an EPCISDocument is a JSON object")]
    problems = [
        Problem(f"/{name}", "missing", "Field required")
        for name in ("@context", "type", "schemaVersion", "creationDate", "epcisBody")
        if name not in said
    ]
    problems += [
        Problem(step(name), "extra_forbidden", "neither of the standard nor named by a URI")
        for name in said
        if name not in MEMBERS and not is_uri(name)
    ]
    judged = {name: JUDGED[name](value) for name, value in said.items() if name in JUDGED}
    return problems + [Problem(f"/{name}{wrong[0]}", name, wrong[1]) for name, wrong in judged.items() if wrong is not None]


Wrong = tuple[str, str] | None


def context(value: Any) -> Wrong:
    return None if is_context(value) else ("", "a context is a URI, an object, or a list of these")


def kind(value: Any) -> Wrong:
    return None if value == "EPCISDocument" else ("", "must be EPCISDocument")


def version(value: Any) -> Wrong:
    numbers = value.split(".") if isinstance(value, str) else [""]
    return None if all(each.isascii() and each.isdecimal() for each in numbers) else ("", "a version is needed, like 2.0")


def created(value: Any) -> Wrong:
    try:
        parse_instant(value if isinstance(value, str) else "")
    except ValueError as error:
        return "", str(error)
    return None


def uri(value: Any) -> Wrong:
    return None if isinstance(value, str) and is_uri(value) else ("", "a URI is needed")


def text(value: Any) -> Wrong:
    return None if isinstance(value, str) else ("", "a string is needed")


def header(value: Any) -> Wrong:
    if not isinstance(value, dict):
        return "", "an object is needed"
    stranger = next((name for name in value if name != "epcisMasterData" and not is_uri(name)), None)
    return None if stranger is None else (step(stranger), "neither of the standard nor named by a URI")


def body(value: Any) -> Wrong:
    events = value.get("eventList") if isinstance(value, dict) else None
    return None if isinstance(events, list) else ("/eventList", "a list of events is needed")


JUDGED: Final = {
    "@context": context,
    "type": kind,
    "schemaVersion": version,
    "creationDate": created,
    "id": uri,
    "instanceIdentifier": text,
    "sender": text,
    "receiver": text,
    "epcisHeader": header,
    "epcisBody": body,
}


def invalid(problems: Sequence[Problem]) -> Refused:
    return Refused(ProblemType.INVALID_EVENT, problems[0].message, problems[0].pointer, errors=tuple(problems))
