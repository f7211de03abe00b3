"""What the rules of telling look at: all persons who share a case, those cases, and who can be written to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.tracker.model.case import Case
from services.tracker.model.directory import Directory
from services.tracker.model.person import Person


@dataclass(frozen=True, slots=True)
class Record:
    """Complete for its persons: a case that two of them share is here, and so are both.

    `unfoldable` are cases on whose history the fold failed: nothing about them may leave. `closed` are turnovers on which the
    laboratory has ended its work.
    """

    persons: Mapping[str, Person]
    cases: Mapping[str, Case]
    directory: Directory = field(default_factory=Directory)
    unfoldable: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
