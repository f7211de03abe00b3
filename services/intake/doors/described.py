"""What OpenAPI cannot see in the HTTP door by itself: the three modes of CloudEvents, and that every error is a problem."""

from typing import Any, Final

from fastapi.security import HTTPBearer

from services.intake.doors.requests import BATCH, BINARY, MOST_EVENTS, STRUCTURED
from services.intake.problems import MEDIA_TYPE

BEARER: Final = HTTPBearer(auto_error=False, description="A key of the sources file")
EVENT_SCHEMA: Final = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "description": "A CloudEvent 1.0; shared/schemas/<type>.json describes each type whole",
}
DATA_SCHEMA: Final = {
    "type": "object",
    "description": "Binary mode: the event's data. Its attributes are headers, `ce-` before each name, percent-encoded",
}
ATTRIBUTES: Final = ("specversion", "id", "source", "type", "time")
DESCRIBED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": f"ce-{name}",
            "in": "header",
            "required": False,
            "description": "Binary mode alone",
            "schema": {"type": "string"},
        }
        for name in ATTRIBUTES
    ],
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": EVENT_SCHEMA},
            BATCH: {"schema": {"type": "array", "maxItems": MOST_EVENTS, "items": EVENT_SCHEMA}},
            BINARY: {"schema": DATA_SCHEMA},
        },
    },
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "A problem", "content": content} for status in statuses}
