"""What the stories of all families are made of: a determination, what is owed for it, and the way home. Statements alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import CASUALTY_OFFICE, MEDICAL_EXAMINER, PUBLIC_AFFAIRS
from demo.k55.diary import Counts, Entry, entry
from demo.k55.families import Family
from demo.k55.remains import Individual
from shared.events import (
    DispositionDirected,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationHoldLifted,
    IdentificationRescinded,
    IntermentCompleted,
    PublicationApproved,
    PublicationPublished,
    RemainsReturned,
    RosettePlaced,
    StatusAccountedFor,
)

SIGNED_BEFORE: Final = timedelta(hours=1)
"""How long before it is submitted the medical examiner signs."""
BEFORE_ROUND: Final = timedelta(hours=2)
OPTIONS: Final = ("burial", "national_cemetery", "cremation", "at_sea")


@dataclass(frozen=True, slots=True)
class Life:
    """One family and the individual who is identified as their person on round `n`. `found` are the elements known by then."""

    family: Family
    individual: Individual
    n: int
    random: Random
    late: int = 0
    """How many of the individual's elements are found only afterwards."""

    @property
    def person(self) -> str:
        return self.family.person

    @property
    def moment(self) -> datetime:
        return ROUNDS[self.n]

    @property
    def determination(self) -> str:
        return f"D-{self.person[2:]}"

    @property
    def known(self) -> list[str]:
        elements = self.individual.elements
        return [one.number for one in elements[: len(elements) - self.late]]

    @property
    def portions(self) -> list[str]:
        elements = self.individual.elements
        return [one.number for one in elements[len(elements) - self.late :]]


def determined(life: Life, *, sent: datetime | None = None) -> Entry:
    """The determination of a life, which identifies its individual."""
    moment = sent or life.moment
    counts = Counts("identified", (life.individual.id,))
    of = {"persons": [life.person], "cases": life.known, "individuals": [life.individual.id]}
    signed: dict[str, Any] = {"kind": "initial", "lines": ["mtdna", "anthropology"], "signed_by": "examiner-1"}
    id, at = f"determined-{life.determination}", moment - SIGNED_BEFORE
    told = {"determination": life.determination, **of, **signed}
    return replace(entry(MEDICAL_EXAMINER, id, IdentificationDetermined, at, counts, **told), sent_at=moment)


def rescinded(life: Life, moment: datetime, before: timedelta = timedelta(minutes=20)) -> Entry:
    """`before` it is submitted the medical examiner takes the determination back."""
    counts = Counts("identified", (life.individual.id,), ends=True)
    why = {"determination": life.determination, "reason": "re-examination of the elements"}
    id, at = f"rescinded-{life.determination}", moment - before
    return replace(entry(MEDICAL_EXAMINER, id, IdentificationRescinded, at, counts, **why), sent_at=moment)


def freed(life: Life, moment: datetime) -> Entry:
    """The examiner lifts the hold that the rescission put on the cases, so that they can be determined anew."""
    of = {"hold": f"rescinded:{life.determination}", "reason": "determined anew", "authority": "medical-examiner"}
    id, at = f"freed-{life.determination}", moment - BEFORE_ROUND
    return replace(entry(MEDICAL_EXAMINER, id, IdentificationHoldLifted, at, **of), sent_at=moment)


def amended(life: Life, moment: datetime) -> Entry:
    """The elements found later are added to the determination."""
    id = amendment(life)
    added = {"cases": life.portions, "individuals": []}
    why = {"determination": life.determination, "amendment": id, "reason": "further elements", "added": added}
    at = moment - SIGNED_BEFORE
    return replace(entry(MEDICAL_EXAMINER, f"amended-{id}", IdentificationAmended, at, **why), sent_at=moment)


def amendment(life: Life) -> str:
    return f"A-{life.person[2:]}"


def homeward(life: Life, *, cases: Sequence[str] | None = None, buried: bool = True) -> Iterator[Entry]:
    """Accounted for, and brought home as the kin directs, in the half year after the family was told."""
    returned = list(life.known if cases is None else cases)
    at = life.moment + timedelta(days=3)
    yield from published(life, "name", life.n + 1)
    yield about(life, StatusAccountedFor, at, Counts("accounted_for", (life.person,)), date=at.date().isoformat())
    at += timedelta(days=life.random.randrange(10, 40))
    place = f"cemetery {life.random.randrange(1, 40)}"
    yield about(life, DispositionDirected, at, option=life.random.choice(OPTIONS), place=place)
    at += timedelta(days=life.random.randrange(65, 100))
    to = {"persons": [life.person], "cases": returned, "to": life.family.pnok, "receipt": f"receipt-{life.person}"}
    id = f"returned-{life.person}"
    yield entry(CASUALTY_OFFICE, id, RemainsReturned, at, Counts("returned", tuple(returned)), **to)
    if buried:
        at += timedelta(days=life.random.randrange(3, 20))
        yield about(life, IntermentCompleted, at, Counts("interred", (life.person,)), place=place)
        at += timedelta(days=life.random.randrange(20, 60))
        yield about(life, RosettePlaced, at, place="Courts of the Missing")


def about(life: Life, fact: type[Any], at: datetime, /, *counts: Counts, **data: Any) -> Entry:
    return entry(CASUALTY_OFFICE, f"{fact.name}-{life.person}", fact, at, *counts, person=life.person, **data)


def published(life: Life, what: str, n: int) -> Iterator[Entry]:
    """Approved and published on round `n`, by name or in full."""
    moment = ROUNDS[n]
    by = {"person": life.person, "class": what, "approvers": ["officer-2", "officer-3"]}
    for fact, before in ((PublicationApproved, BEFORE_ROUND), (PublicationPublished, timedelta(hours=1))):
        one = entry(PUBLIC_AFFAIRS, f"{fact.name}-{life.person}-{what}", fact, moment - before, **by)
        yield replace(one, sent_at=moment)
