"""Structured logs, one JSON object a line on standard error. They carry references and figures, never personal data.

What could carry more is cut here, whoever calls: bodies and data have no place in a log, and of an exception only its type
and the places it passed, because messages of parsers and databases repeat the value that they did not like.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

WITHHELD: Final = frozenset({"address", "body", "data", "event_body", "key", "mail", "name", "password", "said", "token"})
"""Fields that never reach a log, as a last guard; what is logged is chosen at the call."""

FRAMES: Final = 12
LONGEST_VALUE: Final = 400


def configure(service: str, level: str = "info") -> None:
    """Send the logs of this process, those of its libraries included, to standard error as JSON lines."""

    def of_service(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"] = service
        return line

    shared = [
        of_service,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="logged_at"),
        _exception,
        _references_only,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],  # type: ignore[list-item]
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,  # type: ignore[arg-type]
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to standard error as it is at that moment: a command's output may have been redirected since, and closed."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it passed, without its message."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        line["frames"] = [f"{frame.name}:{frame.lineno}" for frame in frames]
    return line


def _references_only(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field in WITHHELD & line.keys():
        line[field] = "withheld"
    for field, value in line.items():
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            line[field] = value[:LONGEST_VALUE] + "..."
    return line
