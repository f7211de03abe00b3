"""The facts of an event as CloudEvents, and what is wrong with them told in the event's own places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson

from services.intake.doors.epcis.meaning import Meant
from services.intake.doors.epcis.reading import ABSENT, Reading, Told
from services.intake.grants import Source
from services.intake.problems import Refused
from shared.events import custody, identification
from shared.events.base import Fact
from shared.terms import Role
from shared.wire import CloudEvent, Problem

HASH_CHARACTERS = 16
LONGEST_EXPLANATION = 500
CORRECTIONS: Mapping[str, type[Fact]] = {
    "custody": custody.CustodyRecordCorrected,
    "identification": identification.IdentificationRecordCorrected,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A CloudEvent, and where in the EPCIS event each field of its data stands."""

    said: CloudEvent
    fields: Mapping[str, Told]


def statements(reading: Reading, meant: Sequence[Meant], source: Source) -> list[Statement]:
    """What the event says: its facts or, with an `errorDeclaration`, that these did not occur as they were said."""
    made = withdrawn if "errorDeclaration" in reading.event else stated
    return [made(reading, each, source) for each in meant]


def stated(reading: Reading, meant: Meant, source: Source) -> Statement:
    fields = {name: told for name, told in meant.fields.items() if told.value is not ABSENT}
    data = {name: told.value for name, told in fields.items()}
    said = statement(reading, f"#{meant.number}", meant.fact, reading.event["eventTime"], role(meant.fact, source), data)
    return Statement(said, meant.fields)


def withdrawn(reading: Reading, meant: Meant, source: Source) -> Statement:
    """The standard corrects by other events with ids of their own, so what was wrong is taken back and not restated."""
    declaration = reading.event["errorDeclaration"]
    data = {
        "corrects": {
            "source": reading.grant.source,
            "id": f"{reading.id}#{meant.number}",
            "type": meant.fact.wire_name(),
        },
        "reason": "did_not_occur",
        "explanation": explanation(reading, declaration),
    }
    seen = orjson.dumps([meant.number, declaration], option=orjson.OPT_SORT_KEYS)
    suffix = f"#error-{sha256(seen).hexdigest()[:HASH_CHARACTERS]}"
    fact = CORRECTIONS[meant.fact.stream]
    said = statement(reading, suffix, fact, declaration["declarationTime"], role(meant.fact, source), data)
    return Statement(said, {name: Told(value, "/errorDeclaration") for name, value in data.items()})


def explanation(reading: Reading, declaration: Mapping[str, Any]) -> str:
    reason = reading.word("error", declaration.get("reason", "no reason given"))
    corrected_by = ", ".join(declaration.get("correctiveEventIDs", ()))
    return f"error declared: {reason}{'; corrected by ' if corrected_by else ''}{corrected_by}"[:LONGEST_EXPLANATION]


def role(fact: type[Fact], source: Source) -> Role:
    """The source's own that may say it; where it has none, any that may, for admission to refuse."""
    return min(fact.roles & source.roles, default=min(fact.roles))


def statement(reading: Reading, suffix: str, fact: type[Fact], time: str, role: Role, data: Mapping[str, Any]) -> CloudEvent:
    actor = reading.extension("actor", reading.grant.actor)
    return {
        "specversion": "1.0",
        "id": f"{reading.id}{suffix}",
        "source": reading.grant.source,
        "type": fact.wire_name(),
        "time": time,
        "data": {"actor": {"role": role, "ref": actor.value}, "offset": reading.event["eventTimeZoneOffset"], **data},
    }


# ------------------------------------------------------------------------------------------------- back to the event
def in_the_event(refused: Refused, statement: Statement) -> Refused:
    """A refusal of a fact as one of the event: its pointers lead into what the sender wrote."""
    errors = tuple(translated(statement, refused.errors))
    pointer = errors[0].pointer if errors else place(refused.pointer, statement.fields)
    detail = errors[0].message if errors else refused.detail
    return replace(refused, pointer=pointer, detail=detail, errors=errors)


def translated(statement: Statement, problems: Sequence[Problem]) -> Iterator[Problem]:
    for problem in problems:
        told = statement.fields.get(problem.pointer.removeprefix("/data/"))
        missed = problem.code == "missing" and told is not None
        message = told.missing if missed and told is not None else problem.message
        yield Problem(place(problem.pointer, statement.fields), problem.code, message)


PLACES: Mapping[str, str] = {"id": "/eventID", "time": "/eventTime"}
PLACES_OF_DATA: Mapping[str, str] = {"offset": "/eventTimeZoneOffset", "actor": "/rosette:actor"}


def place(pointer: str, fields: Mapping[str, Told]) -> str:
    """Where in the event stands what a pointer into the fact names; empty where all of the event is meant."""
    first, *rest = pointer.removeprefix("/").split("/")
    if first != "data" or not rest:
        return PLACES.get(first, "")
    field, *inner = rest
    told = fields.get(field)
    if told is None:
        return PLACES_OF_DATA.get(field, "")
    if inner and inner[0].isdecimal() and int(inner[0]) < len(told.items):
        return told.items[int(inner[0])]
    written_so = told.pointer.startswith("/") and not told.items and isinstance(told.value, list | dict)
    return told.pointer + "".join(f"/{each}" for each in inner) if written_so and "ref" not in inner else told.pointer
