"""How a case came to be with its custodian: its own custody, and before that the custody of what it came out of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.case import Case


@dataclass(frozen=True, slots=True)
class Span:
    """A custodian who answered for the case, or for `case` that it came out of, from `since` until `until` (None: still).

    `transfer` is the hand-over by which they took it, `source` and `id` the statement that says so.
    """

    case: str
    custodian: str
    since: datetime
    until: datetime | None
    transfer: str | None
    source: str
    id: str


def provenance(number: str, cases: Mapping[str, Case]) -> list[Span]:
    """The spans of a case and of what it came out of, from the first on. `cases` are all of these, folded.

    Of what it came out of only what was before it did; the custody of its parents after that is not the case's own.
    """
    found = dict.fromkeys(_spans(number, cases, None))
    return sorted(found, key=lambda span: (span.since, span.case))


def _spans(number: str, cases: Mapping[str, Case], before: datetime | None) -> Iterator[Span]:
    case = cases.get(number)
    if case is None:
        return
    if case.origin is not None:
        born = case.origin.order[0]
        for parent in case.heritage.parents:
            yield from _spans(parent, cases, born if before is None else min(born, before))
    for each in case.custody.intervals():
        if before is None or each.since < before:
            until = each.until if before is None or (each.until is not None and each.until < before) else before
            yield Span(number, each.custodian, each.since, until, each.transfer, *each.event)
