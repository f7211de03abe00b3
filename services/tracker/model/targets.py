"""What an event names: the things it is about, and the identifiers that tie it to other events.

A *hub* is something that is folded: a case, a person, a turnover. Everything else named only connects events: a hold that is
lifted finds the cases it was placed on because both events name the hold.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, NamedTuple

from services.tracker.model.holds import removed, rescinded
from shared.events import (
    CaseInventoried,
    ExclusionRecorded,
    ExclusionWithdrawn,
    IdentificationDetermined,
    IdentificationRescinded,
    RecordCorrected,
    SampleCut,
)
from shared.events.base import Fact
from shared.events.event import Event
from shared.terms import Inventoried, Remains, Subject

TargetKind = Literal[
    "case", "person", "turnover", "individual", "determination", "hold", "transfer", "sample", "discrepancy", "event"
]
HUBS: Final[tuple[TargetKind, ...]] = ("case", "person", "turnover")
"""In the order in which they are locked."""


class Target(NamedTuple):
    kind: TargetKind
    ref: str


def targets(event: Event) -> frozenset[Target]:
    """Everything that an event names or defines, the replacement of a correction included."""
    found = _named(event.data)
    if isinstance(event.data, RecordCorrected):
        found.append(identity(event.data.corrects.source, event.data.corrects.id))
        if event.restated is not None:
            found += _named(event.restated.data)
    return frozenset(found)


def identity(source: str, id: str) -> Target:
    """An event as a target: what a correction names."""
    return Target("event", f"{source} {id}")


def subject_of(discrepancy: str) -> Target:
    """What a discrepancy's id says it is about: `case:K55-01/seal/T-1` is about case K55-01; a scope is a turnover's."""
    kind, _, rest = discrepancy.partition(":")
    ref = rest.partition("/")[0]
    if kind == "scope":
        return Target("turnover", ref)
    return Target(kind, ref) if kind in HUBS else Target("discrepancy", discrepancy)


def _named(data: Fact) -> list[Target]:
    found: list[Target] = []
    for name, read in _READERS.get(type(data)) or _readers(type(data)):
        value = getattr(data, name)
        if value is not None:
            found += read(value)
    return found


# ------------------------------------------------------------------------------------------------- how each field is read
Reader = Callable[[Any], Iterable[Target]]


def _one(kind: TargetKind) -> Reader:
    return lambda ref: (Target(kind, ref),)


def _many(kind: TargetKind) -> Reader:
    return lambda refs: [Target(kind, ref) for ref in refs]


def _with_hold(hold: Callable[[str], str]) -> Reader:
    """A determination, and the hold that comes from its being taken back."""
    return lambda ref: (Target("determination", ref), Target("hold", hold(ref)))


def _of_sample(ref: str) -> Iterable[Target]:
    """A case that may be a sample, or have been sampled: what excludes one excludes the other, so their histories meet."""
    return Target("case", ref), Target("sample", ref)


def _subject(subject: Subject) -> Iterable[Target]:
    return (Target(subject.kind, subject.ref),) if subject.kind in HUBS else ()


def _manifest(expected: int | tuple[str, ...]) -> Iterable[Target]:
    return () if isinstance(expected, int) else [Target("case", number) for number in expected]


def _scope(scope: str | tuple[str, ...]) -> Iterable[Target]:
    """The turnover that an estimate, a closure or a publication covers; the scope of a hold is the acts that it blocks."""
    return (Target("turnover", scope),) if isinstance(scope, str) else ()


def _remains(remains: Remains) -> Iterable[Target]:
    return (*_many("case")(remains.cases), *_many("individual")(remains.individuals))


def _inventory(found: tuple[Inventoried, ...]) -> Iterable[Target]:
    return [Target("case", each.case) for each in found]


_FIELDS: Final[dict[str, Reader]] = {
    "case": _one("case"),
    "cases": _many("case"),
    "parent": _one("case"),
    "parents": _many("case"),
    "children": _many("case"),
    "sample": _one("case"),
    "added": _remains,
    "removed": _remains,
    "person": _one("person"),
    "persons": _many("person"),
    "turnover": _one("turnover"),
    "scope": _scope,
    "individual": _one("individual"),
    "individuals": _many("individual"),
    "determination": _one("determination"),
    "amendment": _with_hold(removed),
    "hold": _one("hold"),
    "transfer": _one("transfer"),
    "discrepancy": lambda id: (Target("discrepancy", id), subject_of(id)),
    "subject": _subject,
    "expected_cases": _manifest,
}
"""Fields that name a target. One word each everywhere: a field of this name never means anything else."""

_OF_TYPE: Final[dict[type[Fact], dict[str, Reader]]] = {
    CaseInventoried: {"cases": _inventory},
    SampleCut: {"parent": _of_sample, "sample": _of_sample},
    ExclusionRecorded: {"case": _of_sample},
    ExclusionWithdrawn: {"case": _of_sample},
    IdentificationDetermined: {"determination": _with_hold(removed)},
    IdentificationRescinded: {"determination": _with_hold(rescinded)},
}
"""Fields of one type that say more than their name does elsewhere."""

_READERS: dict[type[Fact], tuple[tuple[str, Reader], ...]] = {}
"""Worked out once a type, since every event passes here."""


def _readers(fact: type[Fact]) -> tuple[tuple[str, Reader], ...]:
    fields = _FIELDS | _OF_TYPE.get(fact, {})
    _READERS[fact] = tuple((name, fields[name]) for name in fact.model_fields if name in fields)
    return _READERS[fact]
