"""The shape that the standard gives an event: the JSON schema of EPCIS 2.0 by its rules, with every `format` asserted.

An event that it refuses is refused by us, with a pointer to what is wrong; what it leaves open stays open here.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from services.intake.doors.epcis import vocabulary
from shared.terms import parse_instant
from shared.wire import MOST_ERRORS, Problem, problem_of

CLOSED: Final = ConfigDict(extra="forbid", strict=True)
OPEN: Final = ConfigDict(extra="ignore", strict=True)


def uri(text: str) -> str:
    if not vocabulary.is_uri(text):
        raise PydanticCustomError("uri", "a URI is needed")
    return text


def time(text: str) -> str:
    try:
        parse_instant(text)
    except ValueError as error:
        raise PydanticCustomError("time", "{words}", {"words": str(error)}) from None
    return text


def word(kind: str) -> AfterValidator:
    def known_or_uri(text: str) -> str:
        if not vocabulary.is_word(kind, text):
            raise PydanticCustomError("vocabulary", "a word of the CBV, or the URI of one that is not of it, is needed")
        return text

    return AfterValidator(known_or_uri)


def once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("repeated", "names the same thing twice")
    return values


def without_extensions(given: object) -> object:
    """The members of the standard. A member with a URI for its name is somebody's extension, and may hold anything."""
    if not isinstance(given, dict):
        return given
    return {name: value for name, value in given.items() if not (isinstance(name, str) and vocabulary.is_uri(name))}


EXTENSIBLE: Final = BeforeValidator(without_extensions)

Uri = Annotated[str, AfterValidator(uri)]
Time = Annotated[str, AfterValidator(time)]
Number = int | float
Uris = list[Uri]
Set = Annotated[list[Uri], AfterValidator(once)]
Offset = Annotated[str, Field(pattern=r"^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$")]
Action = Literal["OBSERVE", "ADD", "DELETE"]
BizStep = Annotated[str, word("bizStep")]
Disposition = Annotated[str, word("disposition")]
Dispositions = Annotated[list[Disposition], Field(min_length=1), AfterValidator(once)]


class Place(TypedDict):
    __pydantic_config__ = OPEN  # type: ignore[misc]
    id: Uri


class Quantity(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    epcClass: Uri
    quantity: NotRequired[Number]
    uom: NotRequired[Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]]


class Transaction(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    type: NotRequired[Annotated[str, word("transaction")]]
    bizTransaction: Uri


class Origin(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    type: Annotated[str, word("end")]
    source: Uri


class Destination(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    type: Annotated[str, word("end")]
    destination: Uri


class PersistentDisposition(TypedDict, total=False):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    set: Dispositions
    unset: Dispositions


class ErrorDeclaration(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    declarationTime: Time
    reason: NotRequired[Annotated[str, word("error")]]
    correctiveEventIDs: NotRequired[Uris]


class SensorMetadata(TypedDict, total=False):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    time: Time
    startTime: Time
    endTime: Time
    deviceID: Uri
    deviceMetadata: Uri
    rawData: Uri
    dataProcessingMethod: Uri
    bizRules: Uri


class SensorReport(TypedDict):
    """Measurements are nothing of ours: what they measure is not looked at, only that they are such."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    type: str
    exception: NotRequired[str]
    deviceID: NotRequired[Uri]
    deviceMetadata: NotRequired[Uri]
    rawData: NotRequired[Uri]
    dataProcessingMethod: NotRequired[Uri]
    time: NotRequired[Time]
    microorganism: NotRequired[Uri]
    chemicalSubstance: NotRequired[Uri]
    coordinateReferenceSystem: NotRequired[Uri]
    value: NotRequired[Number]
    component: NotRequired[str]
    stringValue: NotRequired[str]
    booleanValue: NotRequired[bool]
    hexBinaryValue: NotRequired[Annotated[str, Field(pattern=r"^[A-Fa-f0-9]+$")]]
    uriValue: NotRequired[Uri]
    minValue: NotRequired[Number]
    maxValue: NotRequired[Number]
    meanValue: NotRequired[Number]
    sDev: NotRequired[Number]
    percRank: NotRequired[Number]
    percValue: NotRequired[Number]
    uom: NotRequired[str]


class SensorElement(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    sensorMetadata: NotRequired[Annotated[SensorMetadata, EXTENSIBLE]]
    sensorReport: Annotated[list[Annotated[SensorReport, EXTENSIBLE]], Field(min_length=1)]


class Event(TypedDict):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    type: str
    eventTime: Time
    recordTime: NotRequired[Time]
    eventTimeZoneOffset: Offset
    eventID: NotRequired[Uri]
    certificationInfo: NotRequired[Uri | Uris]
    errorDeclaration: NotRequired[Annotated[ErrorDeclaration, EXTENSIBLE]]


class Physical(Event):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    bizStep: NotRequired[BizStep]
    disposition: NotRequired[Disposition]
    readPoint: NotRequired[Place]
    bizLocation: NotRequired[Place]
    bizTransactionList: NotRequired[list[Transaction]]
    sourceList: NotRequired[list[Origin]]
    destinationList: NotRequired[list[Destination]]
    sensorElementList: NotRequired[list[Annotated[SensorElement, EXTENSIBLE]]]


class ObjectEvent(Physical):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    action: Action
    epcList: NotRequired[Set]
    quantityList: NotRequired[list[Quantity]]
    persistentDisposition: NotRequired[PersistentDisposition]
    ilmd: NotRequired[dict[Uri, Any]]


class TransactionEvent(Physical):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    action: Action
    bizTransactionList: Annotated[list[Transaction], Field(min_length=1)]  # type: ignore[misc]
    parentID: NotRequired[Uri]
    epcList: NotRequired[Uris]
    quantityList: NotRequired[list[Quantity]]


class AggregationEvent(Physical):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    action: Action
    parentID: NotRequired[Uri]
    childEPCs: NotRequired[Uris]
    childQuantityList: NotRequired[list[Quantity]]


class AssociationEvent(AggregationEvent):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    parentID: Uri  # type: ignore[misc]


class TransformationEvent(Physical):
    __pydantic_config__ = CLOSED  # type: ignore[misc]
    inputEPCList: NotRequired[Set]
    inputQuantityList: NotRequired[list[Quantity]]
    outputEPCList: NotRequired[Set]
    outputQuantityList: NotRequired[list[Quantity]]
    transformationID: NotRequired[Uri]
    persistentDisposition: NotRequired[PersistentDisposition]
    ilmd: NotRequired[dict[Uri, Any]]


class OtherEvent(Event):
    """An event of a type that is not the standard's, which a URI names: its members are its own."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    type: Uri


TYPES: Final[Mapping[str, Any]] = {
    "ObjectEvent": ObjectEvent,
    "TransactionEvent": TransactionEvent,
    "AggregationEvent": AggregationEvent,
    "AssociationEvent": AssociationEvent,
    "TransformationEvent": TransformationEvent,
}


@cache
def reader(type_name: str) -> TypeAdapter[Any]:
    shape: Any = Annotated[TYPES.get(type_name, OtherEvent), EXTENSIBLE]
    return TypeAdapter(shape)


def flaws(event: Any) -> tuple[Problem, ...]:
    """What the standard forbids in an event, with pointers into it; nothing where it is valid."""
    if not isinstance(event, dict):
        return (Problem("", "event", "an event is a JSON object"),)
    named = event.get("type")
    if not isinstance(named, str):
        return (Problem("/type", "missing", "the type of an event is a string"),)
    if not is_context(event.get("@context", {})):
        return (Problem("/@context", "context", "a context is a URI, an object, or a list of these"),)
    bare = {name: value for name, value in event.items() if name != "@context"}
    try:
        reader(named if named in TYPES else "").validate_python(bare)
    except ValidationError as error:
        if error.error_count() > MOST_ERRORS:
            return (Problem("", "too_many_errors", f"more than {MOST_ERRORS} errors"),)
        found = error.errors(include_url=False, include_input=False)
        return tuple(problem_of(each, "") for each in found)
    return tuple(open_ends(bare))


def open_ends(event: dict[str, Any]) -> Iterator[Problem]:
    """What the members of a valid shape must have between them."""
    kind: str = event["type"]
    if kind in TYPES and event.get("persistentDisposition") == {}:
        yield Problem("/persistentDisposition", "nothing", "set or unset is needed")
    match kind:
        case "ObjectEvent":
            seen = event.get("sensorElementList") and "readPoint" in event
            if "epcList" not in event and not event.get("quantityList") and not seen:
                yield Problem("", "nothing", "an ObjectEvent has an epcList, a quantityList, or a measurement at a readPoint")
            if "ilmd" in event and event["action"] != "ADD":
                yield Problem("/ilmd", "ilmd", "only with action ADD")
        case "TransactionEvent":
            if "epcList" not in event and not event.get("quantityList") and event["action"] != "DELETE":
                yield Problem("", "nothing", "a TransactionEvent has an epcList or a quantityList, unless it deletes")
        case "AggregationEvent" | "AssociationEvent":
            if not event.get("childEPCs") and not event.get("childQuantityList") and event["action"] != "DELETE":
                yield Problem("", "nothing", "children are needed, unless the action is DELETE")
        case "TransformationEvent":
            put_in = event.get("inputEPCList") or event.get("inputQuantityList")
            came_out = event.get("outputEPCList") or event.get("outputQuantityList")
            if not (put_in and came_out) and not ((put_in or came_out) and "transformationID" in event):
                yield Problem("", "nothing", "inputs and outputs are needed, or one of them and a transformationID")
        case _:
            return


def is_context(declared: object) -> bool:
    each = declared if isinstance(declared, list) else [declared]
    return all(isinstance(one, dict) or (isinstance(one, str) and vocabulary.is_uri(one)) for one in each)
