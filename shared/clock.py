"""Two clocks: the machine's, and a story clock that a demo or a test moves forward by writing an instant to a file.

Only what the record reads as *now* comes from here (policy, gates, timers, settling, recordedtime, filed_at). Leases, back-off,
SMTP timeouts and the expiry of credentials stay on the machine's clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from shared.terms import instant_text, parse_instant

Now = Callable[[], datetime]
"""The instant that counts as now, in UTC."""


def machine_now() -> datetime:
    return datetime.now(UTC)


class StoryClock:
    """Reads now from a file that holds one RFC 3339 instant; any number of processes may share it.

    Raises:
        OSError, ValueError: the file is missing or does not hold an instant.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return parse_instant(self.file.read_text().strip()).astimezone(UTC)

    def set(self, at: datetime) -> None:
        """Move the story to `at`, atomically: a reader sees the instant before or the one after."""
        draft = self.file.with_suffix(".next")
        draft.write_text(instant_text(at))
        draft.replace(self.file)


def clock(file: Path | None) -> Now:
    """The story clock where a file is named, else the machine's."""
    return machine_now if file is None else StoryClock(file)
