"""The story moves: to the next act, or to the next mail, whichever comes first. Nothing happens between two of these."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from demo.reading import Tracker
from demo.statements import Act
from demo.submitting import Submissions
from embedded import Mail, Mailbox

MOST_RESTLESS_STEPS: Final = 4
"""A step that neither rests nor brings a mail has waited half a minute for something; so many of them are a standstill."""


class Standstill(RuntimeError):
    """The story does not come to rest; the services' logs say why."""


class Agenda:
    """Acts to come, the earliest first; of two at one moment the one that was added first."""

    def __init__(self, acts: Iterable[Act]) -> None:
        self._added = count()
        self._heap = [(act.at, next(self._added), act) for act in acts]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, act: Act) -> None:
        heappush(self._heap, (act.at, next(self._added), act))

    @property
    def next_at(self) -> datetime:
        return self._heap[0][0]

    def pop(self) -> Iterator[Act]:
        """All acts of the next moment."""
        at = self.next_at
        while self._heap and self.next_at == at:
            yield heappop(self._heap)[2]


@dataclass
class Post:
    """The mailbox as those who are written to see it: each mail once. `answer` is what they do about a notice, and when."""

    mailbox: Mailbox
    answer: Callable[[str, datetime], Iterable[Act]]
    _read: int = field(default=0)

    def unread(self) -> list[Mail]:
        """The mails that came since the last look."""
        messages = list(self.mailbox.messages)
        mails, self._read = messages[self._read :], len(messages)
        return mails

    def answers(self, mail: Mail, at: datetime) -> Iterable[Act]:
        """What follows from a mail that came at `at`."""
        return self.answer(reference_of(mail), at)


def tell(
    acts: Iterable[Act],
    ends: datetime,
    submissions: Submissions,
    tracker: Tracker,
    post: Post,
    seen: Callable[[Act, int], None],
) -> None:
    """Tell the whole story up to `ends`, answers to mails included.

    Args:
        seen: called after each act with the number of acts still to come, which grows with each mail.

    Raises:
        Standstill: the story does not come to rest.
        NotAccepted, Impatient: an act could not be submitted.
    """
    agenda, restless_steps = Agenda(acts), 0
    while restless_steps < MOST_RESTLESS_STEPS:
        step = tracker.advance(agenda.next_at if agenda else ends)
        mails = post.unread()
        for mail in mails:
            for act in post.answers(mail, step.now):
                agenda.add(act)
        restless_steps = 0 if mails or step.at_rest else restless_steps + 1
        if mails or not step.at_rest:
            continue
        if not agenda:
            return
        for act in agenda.pop():
            submissions.submit(act)
            seen(act, len(agenda))
    raise Standstill(f"the story does not come to rest at {step.now.isoformat()}")


def reference_of(mail: Mail) -> str:
    """The reference in a subject line, `Rosette <reference>: <what to do>`."""
    return str(mail.message["subject"]).removeprefix("Rosette ").partition(":")[0]
