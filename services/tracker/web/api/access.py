"""Which role may open which route, and which of them read of a person or family. A route that does not stand here is shut.

What a role then sees on a route is `eyes.py`'s. The keeper of the machine opens every route.
"""

from collections.abc import Mapping
from typing import Final

from services.tracker.model.view import Reader

Roles = frozenset[Reader]
NOBODY: Final[Roles] = frozenset()
STREAMS: Final[Roles] = frozenset({"operator", "auditor"})
CASES: Final[Roles] = frozenset({"operator", "laboratory", "liaison", "auditor"})
COUNTS: Final[Roles] = frozenset({"operator", "laboratory", "public_affairs", "auditor"})

ROUTES: Final[Mapping[str, Roles]] = {
    "/v1/cases": CASES,
    "/v1/cases/{number:path}": CASES,
    "/v1/persons": CASES,
    "/v1/persons/{ref:path}": CASES,
    "/v1/persons/{ref:path}/gates": frozenset({"operator", "liaison", "public_affairs", "auditor"}),
    "/v1/persons/{ref:path}/told": frozenset({"liaison", "auditor"}),
    "/v1/turnovers/{turnover:path}/account": COUNTS,
    "/v1/turnovers/{turnover:path}/gates": frozenset({"operator", "public_affairs", "auditor"}),
    "/v1/notices": frozenset({"operator", "liaison", "public_affairs", "auditor"}),
    "/v1/notices/{reference}": frozenset({"operator", "liaison", "public_affairs", "auditor"}),
    "/v1/discrepancies": frozenset({"operator", "laboratory", "auditor"}),
    "/v1/events": STREAMS,
    "/v1/quarantine": STREAMS,
    "/v1/quarantine/{no}": STREAMS,
    "/v1/streams": STREAMS,
    "/metrics": STREAMS,
    "/v1/clock": NOBODY,
}

OPEN_TO_ALL: Final = frozenset({"/livez", "/readyz", "/v1/openapi.json"})

OF_FAMILIES: Final[Mapping[str, str]] = {
    "/v1/cases/{number:path}": "number",
    "/v1/persons": "",
    "/v1/persons/{ref:path}": "ref",
    "/v1/persons/{ref:path}/gates": "ref",
    "/v1/persons/{ref:path}/told": "ref",
    "/v1/notices": "",
    "/v1/notices/{reference}": "reference",
    "/v1/quarantine/{no}": "no",
}
"""Route -> the parameter that names what is read. Each such read is an act in the record; without it nothing is shown."""
