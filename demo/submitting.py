"""How upstream systems submit: to intake's HTTP door, again with the same ids wherever an answer did not come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from demo.cast import Speaker
from demo.patience import patiently
from demo.statements import Act, CloudEvent

BATCH: Final = "application/cloudevents-batch+json"
BATCH_SIZE: Final = 100
UNAVAILABLE: Final = 503


class NotAccepted(RuntimeError):
    """Intake refused a statement of the story; the message is its problem document."""


@dataclass
class Submissions:
    """Everything that was submitted, and what the receipts said.

    `sent` counts submissions, `duplicates` those whose receipt says that the event was known already; `identities` are
    (source, id), each once.
    """

    url: str
    keys: Mapping[str, str]
    sent: int = 0
    duplicates: int = 0
    identities: set[tuple[str, str]] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.client = httpx2.Client(base_url=self.url, timeout=30)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.client.close()

    def submit(self, act: Act) -> None:
        """Submit what an act says, and count the receipts.

        Raises:
            NotAccepted: a statement was refused; those before it in the act may have been accepted.
            Impatient: intake did not answer for too long.
        """
        for statements in batches(act.statements):
            for item in patiently(partial(self._answered, act.speaker, statements)):
                self._count(item)

    def _answered(self, speaker: Speaker, statements: Sequence[CloudEvent]) -> list[dict[str, Any]] | None:
        """A status for each statement, or None where the same must be asked again."""
        headers = {"authorization": f"Bearer {self.keys[speaker.slug]}", "content-type": BATCH}
        answer = self.client.post("/v1/events", json=list(statements), headers=headers)
        if answer.status_code == UNAVAILABLE:
            return None
        if answer.is_error:
            raise NotAccepted(answer.text)
        items: list[dict[str, Any]] = answer.json()
        return None if any(item["status"] == UNAVAILABLE for item in items) else items

    def _count(self, item: dict[str, Any]) -> None:
        if "receipt" not in item:
            raise NotAccepted(str(item["problem"]))
        receipt = item["receipt"]
        self.sent += 1
        self.duplicates += receipt["duplicate"]
        self.identities.add((receipt["source"], receipt["id"]))


def batches(statements: Sequence[CloudEvent]) -> Iterator[Sequence[CloudEvent]]:
    for start in range(0, len(statements), BATCH_SIZE):
        yield statements[start : start + BATCH_SIZE]
