"""What an event names: the things it is about, and the identifiers that tie it to other events.

A *hub* is something that is folded: a case, a person, a turnover. Everything else named only connects events: a hold that is
lifted finds the cases it was placed on because both events name the hold.
"""

from typing import Final, Literal, NamedTuple

from services.tracker.model.holds import removed, rescinded
from shared.events import IdentificationDetermined, IdentificationRescinded, RecordCorrected
from shared.events.base import Fact
from shared.events.event import Event

TargetKind = Literal["case", "person", "turnover", "individual", "determination", "hold", "transfer", "discrepancy", "event"]
HUBS: Final[tuple[TargetKind, ...]] = ("case", "person", "turnover")
"""In the order in which they are locked."""


class Target(NamedTuple):
    kind: TargetKind
    ref: str


_FIELDS: Final[dict[str, TargetKind]] = {
    "case": "case",
    "cases": "case",
    "person": "person",
    "persons": "person",
    "turnover": "turnover",
    "individual": "individual",
    "individuals": "individual",
    "determination": "determination",
    "hold": "hold",
    "transfer": "transfer",
    "discrepancy": "discrepancy",
}
"""Fields that name a target. One word each everywhere: a field of this name never means anything else."""

_NAMED_BY: dict[type[Fact], tuple[tuple[str, TargetKind], ...]] = {}


def targets(event: Event) -> frozenset[Target]:
    """Everything that an event names or defines, the replacement of a correction included."""
    found = _named(event.data)
    if isinstance(event.data, RecordCorrected):
        found.add(identity(event.data.corrects.source, event.data.corrects.id))
        if event.restated is not None:
            found |= _named(event.restated.data)
    return frozenset(found)


def identity(source: str, id: str) -> Target:
    """An event as a target: what a correction names."""
    return Target("event", f"{source} {id}")


def _named(data: Fact) -> set[Target]:
    found: set[Target] = set()
    for name, kind in _fields_of(type(data)):
        value = getattr(data, name)
        if isinstance(value, str):
            found.add(Target(kind, value))
        elif value is not None:
            found.update(Target(kind, ref) for ref in value)
    subject = getattr(data, "subject", None)
    if subject is not None and subject.kind in HUBS:
        found.add(Target(subject.kind, subject.ref))
    discrepancy = getattr(data, "discrepancy", None)
    if discrepancy is not None:
        found.add(subject_of(discrepancy))
    expected = getattr(data, "expected_cases", ())
    if isinstance(expected, tuple):
        found.update(Target("case", number) for number in expected)
    if isinstance(data, IdentificationDetermined):
        found.add(Target("hold", removed(data.determination)))
    if isinstance(data, IdentificationRescinded):
        found.add(Target("hold", rescinded(data.determination)))
    return found


def _fields_of(fact: type[Fact]) -> tuple[tuple[str, TargetKind], ...]:
    if fact not in _NAMED_BY:
        _NAMED_BY[fact] = tuple((name, _FIELDS[name]) for name in fact.model_fields if name in _FIELDS)
    return _NAMED_BY[fact]


def subject_of(discrepancy: str) -> Target:
    """What a discrepancy's id says it is about: `case:K55-01/seal/T-1` is about case K55-01."""
    kind, _, rest = discrepancy.partition(":")
    ref = rest.partition("/")[0]
    return Target(kind, ref) if kind in HUBS else Target("discrepancy", discrepancy)
