"""Two statements that do not agree: what they are, what tells one from another, and when a person has settled one.

A discrepancy's identity is (subject, kind, anchor) and never the growing set of statements behind it, so it survives refolds
and further evidence. A resolution names the values that it settled: other values open it again (telling, section 10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from shared.events import DiscrepancyReported
from shared.terms import SubjectKind, Values


class Misfit(NamedTuple):
    """What a fold finds not to fit, before it is known whether somebody settled it."""

    kind: str
    anchor: str
    expected: str
    observed: str


def reported(event: tuple[str, str], data: DiscrepancyReported) -> Misfit:
    """What a person reported. Without an anchor of its own it hangs on the report itself."""
    return Misfit(data.kind, data.anchor or "#".join(event), data.expected, data.observed)


class Settled(NamedTuple):
    """What a resolution said."""

    expected: str
    observed: str
    resolution: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """`open` until a resolution names just these values."""

    subject_kind: SubjectKind
    subject: str
    kind: str
    anchor: str
    expected: str
    observed: str
    resolution: str | None = None

    @property
    def id(self) -> str:
        return discrepancy_id(self.subject_kind, self.subject, self.kind, self.anchor)

    @property
    def open(self) -> bool:
        return self.resolution is None


def discrepancy_id(subject_kind: SubjectKind, subject: str, kind: str, anchor: str) -> str:
    return f"{subject_kind}:{subject}/{kind}/{anchor}"


Resolutions = Mapping[str, tuple[Settled, ...]]
"""Discrepancy id -> what was settled, whatever the date of the resolution."""


def settled(
    subject_kind: SubjectKind, subject: str, found: Iterable[Misfit], resolutions: Resolutions
) -> tuple[Discrepancy, ...]:
    """The discrepancies of one subject, sorted by id, each with the resolution that settled its values if there is one.

    Of several misfits with one identity the first that is still open stands, else the first: other values than those settled
    open it again. The caller passes them in world order.
    """
    by_id: dict[str, Discrepancy] = {}
    for misfit in found:
        id = discrepancy_id(subject_kind, subject, misfit.kind, misfit.anchor)
        known = by_id.get(id)
        if known is None or not known.open:
            one = Discrepancy(subject_kind, subject, *misfit, resolution=_resolution(misfit, resolutions.get(id, ())))
            by_id[id] = one if known is None or one.open else known
    return tuple(by_id[id] for id in sorted(by_id))


def _resolution(misfit: Misfit, said: Iterable[Settled]) -> str | None:
    for one in said:
        if (one.expected, one.observed) == (misfit.expected, misfit.observed):
            return one.resolution
    return None


def with_resolution(before: Resolutions, discrepancy: str, values: Values, resolution: str) -> Resolutions:
    """`before` and one resolution more; which of several comes first makes no difference to what is settled."""
    one = Settled(values.expected, values.observed, resolution)
    return {**before, discrepancy: (*before.get(discrepancy, ()), one)}
