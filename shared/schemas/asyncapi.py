"""The streams as an AsyncAPI 3.0 document: what intake takes from Redis, and what it puts there.

A hash tag of Redis and a parameter of AsyncAPI look alike (`{custody}`). So each tag stands in its address as a parameter whose
only value is the tag itself, braces included, and a tool that fills the parameters in gets the key.
"""

from typing import Any, Final

from shared import wire
from shared.events import CATALOGUE_ORDER
from shared.events.base import Fact
from shared.streams import GROUP, events_key, inbox_key, refused_key
from shared.terms import ROLES, STREAMS, Stream

VERSION: Final = "3.0.0"
TEXT: Final = {"type": "string"}
SLUG: Final = {"slug": {"description": "The short name of a source: 1 to 40 lower-case letters, digits and dashes."}}
CLOUD_EVENT: Final = "application/cloudevents+json"


def document() -> dict[str, Any]:
    """The whole document. Payloads are the fields of an entry, each a string, as Redis keeps them."""
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Rosette intake on Redis streams",
            "version": "1",
            "description": "What a producer in the trust zone writes to its inbox, what it hears of refusals, and the streams "
            f"of facts, which consumer groups read (the tracker's is `{GROUP}`). Only intake writes facts.",
        },
        "defaultContentType": CLOUD_EVENT,
        "channels": {stream: facts(stream) for stream in STREAMS} | {"inbox": inbox(), "refused": refused()},
        "operations": {
            f"append_{stream}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{stream}"},
                "summary": "Each fact once, numbered without a gap within an epoch",
            }
            for stream in STREAMS
        }
        | {
            "take": {
                "action": "receive",
                "channel": {"$ref": "#/channels/inbox"},
                "summary": "An entry leaves the inbox only after its outcome is durable",
            },
            "refuse": {
                "action": "send",
                "channel": {"$ref": "#/channels/refused"},
                "summary": "At least once for each entry that is not taken",
            },
        },
        "components": {
            "messages": {fact.name: message(fact) for fact in CATALOGUE_ORDER}
            | {"statement": statement(), "refusal": refusal()}
        },
    }


def channel(address: str, description: str, tag: str, messages: list[str], **parameters: Any) -> dict[str, Any]:
    only = {"enum": [f"{{{tag}}}"], "default": f"{{{tag}}}", "description": "A hash tag of Redis, braces included."}
    return {
        "address": address,
        "description": description,
        "parameters": {tag: only, **parameters},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def facts(stream: Stream) -> dict[str, Any]:
    names = [fact.name for fact in CATALOGUE_ORDER if fact.stream == stream]
    return channel(events_key(stream), f"The facts of the {stream} stream.", stream, names)


def inbox() -> dict[str, Any]:
    description = "What one source submits by XADD. Whoever may write here speaks as that source."
    return channel(inbox_key("{slug}"), description, "inbox", ["statement"], **SLUG)


def refused() -> dict[str, Any]:
    return channel(refused_key("{slug}"), "What was refused of an inbox, and why.", "refused", ["refusal"], **SLUG)


def message(fact: type[Fact]) -> dict[str, Any]:
    """An entry that intake appended: the statement with what intake adds to it."""
    wire_name = fact.wire_name()
    event = {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": TEXT,
            "source": TEXT,
            "type": {"const": wire_name},
            "time": {"type": "string", "format": "date-time"},
            "recordedtime": {"type": "string", "format": "date-time"},
            "receivedvia": {"enum": sorted(wire.DOORS)},
            "submitter": TEXT,
            "submitterrole": {"enum": sorted(ROLES)},
            "data": {"$ref": f"{wire_name}.json#/properties/data"},
        },
        "required": ["specversion", "id", "source", "type", "time", *sorted(wire.INTAKE_ATTRIBUTES), "data"],
    }
    fields = {
        "epoch": {"type": "string", "pattern": f"^{wire.EPOCH.pattern.decode()}$"},
        "seq": {"type": "string", "pattern": f"^{wire.SEQ.pattern.decode()}$"},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "event": {"type": "string", "contentMediaType": CLOUD_EVENT, "contentSchema": event},
    }
    return {"name": wire_name, "title": fact.name, "payload": entry(fields)}


def statement() -> dict[str, Any]:
    """An entry that a producer writes."""
    schemas = [{"$ref": f"{fact.wire_name()}.json"} for fact in CATALOGUE_ORDER]
    event = {"type": "string", "contentMediaType": CLOUD_EVENT, "contentSchema": {"oneOf": schemas}}
    return {"name": "statement", "title": "A CloudEvent in structured mode", "payload": entry({"event": event})}


def refusal() -> dict[str, Any]:
    fields = dict.fromkeys(("entry", "digest", "type", "pointer", "reason", "then"), TEXT)
    payload = entry(fields)
    payload["properties"] |= {"source": TEXT, "id": TEXT}
    return {"name": "refusal", "title": "Why an entry was not taken", "payload": payload}


def entry(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": sorted(fields)}
