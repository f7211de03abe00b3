"""The channel that sends nothing: it says what would have left, by reference, so that an installation can be tried out."""

import structlog

_log = structlog.get_logger(__name__)


def would_send(reference: str, kind: str, message_id: str) -> None:
    """Say that a notice would have been handed over now. No address and nothing of the mail: a log is read by many."""
    _log.info("notice.would_send", reference=reference, kind=kind, message_id=message_id)
