"""The CBV hash id of an event that has no `eventID`: the same event has the same one, however it is written.

CBV 2.0, section 8.9.1: the members in a fixed order as `name=value`, lists sorted, vocabulary as web URIs, instants in UTC to
the millisecond, extensions last. `eventID`, `recordTime` and `errorDeclaration` stand outside. An EPC is taken as the URI it
is written as: the form of a GS1 key as a Digital Link is not derived from that as a URN.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from services.intake.doors.epcis.context import ROSETTE, Context
from services.intake.doors.epcis.vocabulary import CBV, FIRST_PART, WORDS
from shared.terms import instant_text, parse_instant

OUTSIDE: Final = frozenset({"@context", "type", "eventID", "recordTime", "errorDeclaration"})

ORDER: Final = (
    "eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList", "inputEPCList", "childEPCs", "quantityList",
    "childQuantityList", "inputQuantityList", "outputEPCList", "outputQuantityList", "action", "transformationID", "bizStep",
    "disposition", "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList", "sourceList", "destinationList",
    "sensorElementList", "ilmd",
)  # fmt: skip
SENSOR_ORDER: Final = (
    "time", "startTime", "endTime", "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod",
    "bizRules", "microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue",
    "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
REPORT_ORDER: Final = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", *SENSOR_ORDER[10:],
)  # fmt: skip
INNER: Final[Mapping[str, tuple[str, ...]]] = {
    "quantityElement": ("epcClass", "quantity", "uom"),
    "persistentDisposition": ("set", "unset"),
    "readPoint": ("id",),
    "bizLocation": ("id",),
    "bizTransaction": ("type", "bizTransaction"),
    "source": ("type", "source"),
    "destination": ("type", "destination"),
    "sensorElement": ("sensorMetadata", "sensorReport"),
    "sensorMetadata": SENSOR_ORDER,
    "sensorReport": REPORT_ORDER,
}
"""How the members of each structure follow one another."""

ITEM: Final[Mapping[str, str]] = {
    "epcList": "epc",
    "inputEPCList": "epc",
    "outputEPCList": "epc",
    "childEPCs": "epc",
    "quantityList": "quantityElement",
    "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement",
    "outputQuantityList": "quantityElement",
    "sensorElementList": "sensorElement",
}
"""What an item of a list is called; those of the others have no name of their own."""

UNNAMED: Final = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
KINDS: Final = {
    ("bizStep", "bizStep"): "bizStep",
    ("disposition", "disposition"): "disposition",
    ("persistentDisposition", "set"): "disposition",
    ("persistentDisposition", "unset"): "disposition",
    ("bizTransaction", "type"): "transaction",
    ("source", "type"): "end",
    ("destination", "type"): "end",
}


def hash_id(event: Mapping[str, Any], context: Context) -> str:
    """The `ni` URI of a valid event."""
    return f"ni:///sha-256;{sha256(before_hash(event, context).encode()).hexdigest()}?ver=CBV2.0"


def before_hash(event: Mapping[str, Any], context: Context) -> str:
    """The text that is hashed."""
    own = "".join(member(name, event[name], context, name) for name in ORDER if name in event)
    others = (name for name in event if name not in OUTSIDE and name not in ORDER)
    return f"eventType={context.expand(event['type'])}{own}{extensions({name: event[name] for name in others}, context)}"


def member(name: str, value: Any, context: Context, within: str) -> str:
    """A member of the standard as text, its name before it."""
    if name in ITEM:
        return name + "".join(sorted(member(ITEM[name], each, context, ITEM[name]) for each in value))
    if name in UNNAMED:
        return name + "".join(sorted(structure(UNNAMED[name], each, context) for each in value))
    if name == "ilmd":
        return name + extensions(value, context)
    if isinstance(value, list):
        return "".join(sorted(member(name, each, context, within) for each in value))
    if isinstance(value, dict):
        return name + structure(name, value, context)
    return f"{name}={plain(name, value, context, within)}"


def structure(name: str, value: Mapping[str, Any], context: Context) -> str:
    order = INNER[name]
    own = "".join(member(inner, value[inner], context, name) for inner in order if inner in value)
    return own + extensions({inner: value[inner] for inner in value if inner not in order}, context)


def extensions(members: Mapping[str, Any], context: Context) -> str:
    return "".join(sorted(extension for name, value in members.items() for extension in extended(name, value, context)))


def extended(name: str, value: Any, context: Context) -> Iterator[str]:
    """The members of somebody's own, by the full names of their namespaces; each item of a list for itself."""
    if isinstance(value, list):
        for each in value:
            yield from extended(name, each, context)
        return
    shown = braced(name, context)
    yield shown + extensions(value, context) if isinstance(value, dict) else f"{shown}={plain(name, value, context, '')}"


def braced(name: str, context: Context) -> str:
    """`rosette:purpose` as `{urn:rosette:epcis:}purpose`, under whatever prefix, or none, it is written."""
    full = context.expand(name)
    prefix = name.partition(":")[0]
    namespace = context.prefixes.get(prefix, ROSETTE if full.startswith(ROSETTE) else "")
    return f"{{{namespace}}}{full[len(namespace) :]}" if namespace and full.startswith(namespace) else full


def plain(name: str, value: Any, context: Context, within: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(value)
    text = str(value)
    if "time" in name.lower() and name != "eventTimeZoneOffset":
        return in_milliseconds(text)
    kind = KINDS.get((within, name))
    if kind is not None and text in WORDS[kind]:
        return CBV + FIRST_PART[kind] + text
    if within == "sensorReport" and name in ("type", "exception") and ":" not in text:
        return context.prefixes["gs1"] + text
    return context.expand(text)


def in_milliseconds(text: str) -> str:
    try:
        given = parse_instant(text)
    except ValueError:
        return text
    rounded = given.replace(microsecond=0) + timedelta(milliseconds=round(given.microsecond / 1000))
    whole, _, fraction = instant_text(rounded).rstrip("Z").partition(".")
    return f"{whole}.{fraction[:3].ljust(3, '0')}Z"
