"""What intake would say to a file, without a server: the whole admission, and its own rows against each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.intake.admit import Admitted, admit
from services.intake.doors.files import Row
from services.intake.grants import ANY, Source
from services.intake.problems import Refused
from services.intake.rehearsal import Rehearsed, compared
from shared.events import BY_WIRE_NAME
from shared.terms import ROLES


@dataclass(frozen=True, slots=True)
class Unlimited(Source):
    """A grant that covers everything, for a check of what was said apart from who may say it."""

    def speaks_as(self, uri: str) -> bool:  # noqa: ARG002 (a grant asks by name)
        return True

    def corrects(self, uri: str) -> bool:  # noqa: ARG002 (a grant asks by name)
        return True


ANYBODY = Unlimited("anybody", (), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({ANY}))


def checked(rows: Sequence[Row], source: Source, at: str) -> Iterator[tuple[Row, Rehearsed | Refused]]:
    """Each row with what would become of it, as far as can be said without knowing what was accepted before."""
    judged: list[Admitted | Refused] = []
    for row in rows:
        submission = row.submission(at)
        judged.append(submission if isinstance(submission, Refused) else admit(submission, source))
    return zip(rows, compared(judged, {}), strict=True)
