"""What a person reads after a file was sent: how many events ended how, and of each that was refused its id and the reasons."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final

from services.intake.submit import Sent

REFUSALS_SHOWN: Final = 20
"""As many as a person mends before sending again; `--json` has all."""


def told(sent: Sequence[Sent], of: int) -> Iterator[str]:
    """Line by line."""
    yield f"{len(sent)} of {of} events answered"
    for outcome, count in sorted(Counter(each.outcome for each in sent).items()):
        yield f"  {outcome}  {count}"
    refused = [each for each in sent if each.refused]
    # What was said to a request as a whole is one answer, and is told once.
    together = (list(some) for _, some in groupby(refused, lambda each: id(each.answer)))
    shown = 0
    for some in islice(together, REFUSALS_SHOWN):
        shown += len(some)
        yield from refusal(some)
    if shown < len(refused):
        yield f"and {len(refused) - shown} more were refused; --json has them all"


def refusal(some: Sequence[Sent]) -> Iterator[str]:
    """Why one event, or all of a request, was refused, and what to do."""
    problem = some[0].answer["problem"]
    yield f"{named(some)}: {problem['title']} ({problem.get('then', 'no advice')})"
    yield f"    {place(problem)}{problem['detail']}"
    for error in problem.get("errors", ()):
        if error["pointer"] != problem["pointer"] or not problem["detail"].startswith(error["message"]):
            yield f"    {place(error)}{error['message']}"


def named(some: Sequence[Sent]) -> str:
    first, last = some[0], some[-1]
    if first is not last:
        return f"events {first.number} to {last.number}"
    return f"event {first.number}, " + ("without a readable id" if first.id is None else f"id {first.id}")


def place(said: dict[str, Any]) -> str:
    return f"{said['pointer']}: " if said["pointer"] else ""
