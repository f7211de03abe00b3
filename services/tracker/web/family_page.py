"""The page of a person, as its fields stand; `eyes.py` says which of them a role sees."""

from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.publications import PublicationState
from services.tracker.record.reading.discrepancies import DiscrepancyRow
from services.tracker.web.api.gates import Due
from services.tracker.web.timeline import Statement
from shared.terms import PublicationClass


@dataclass(frozen=True, slots=True)
class KinView:
    """One of the family: what they are to the person, whether they must be told, and who speaks to them now."""

    ref: str
    relation: str
    basis: str
    primary: bool
    required: bool
    liaison: str | None


@dataclass(frozen=True, slots=True)
class DeterminationView:
    """A determination of this person; `stands` is false once it was rescinded."""

    id: str
    kind: str
    cases: list[str]
    individuals: list[str]
    determined_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A later portion that stands and of which the family chose never to hear: an entry of the silent-hold ledger.

    `election` is the (source, id) of the choice that keeps it.
    """

    cause: str
    kin: str
    cases: list[str]
    since: datetime
    election: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person, their family, what was determined, what is owed and what keeps it now; and everything said, in world order.

    `unfoldable`: their history, or that of somebody who shares a case, cannot be worked out. `due` and `silent` are null then:
    nothing leaves, and nobody knows what is owed until the defect is mended. `publications`: what may be said in public, and
    what was; why not is with the gates.
    """

    ref: str
    progress: str
    pnok: str | None
    flags: list[str]
    kin: list[KinView]
    determinations: list[DeterminationView]
    publications: dict[PublicationClass, PublicationState]
    unfoldable: bool
    due: list[Due] | None
    silent: list[Kept] | None
    discrepancies: list[DiscrepancyRow]
    timeline: list[Statement]
