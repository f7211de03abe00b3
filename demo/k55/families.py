"""Families by a seed: kin, who of them is first, who speaks to them, what they chose. Synthetic references, all invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final

from demo.k55.cast import CASUALTY_OFFICE, LIAISON_STAFF, ZONES, Liaison
from demo.k55.diary import Entry, entry
from demo.story.family import Kin
from shared.events import ElectionRecorded, KinRegistered, LiaisonAssigned, PaddDesignated, PnokDesignated

RELATIONS: Final = (
    ("son", "first_degree"),
    ("daughter", "first_degree"),
    ("sibling", "second_degree"),
    ("niece", "third_degree"),
)
WINDOWS: Final = (("08:00", "21:00"), ("09:00", "20:00"), ("07:30", "21:30"))


@dataclass(frozen=True, slots=True)
class Family:
    """`kin` begin with the primary next of kin, who also directs disposition; a second must be told, too."""

    person: str
    liaison: Liaison
    kin: tuple[Kin, ...]

    @property
    def pnok(self) -> str:
        return self.kin[0].ref

    @property
    def to_be_told(self) -> list[str]:
        """In the order of telling."""
        return [self.pnok, *(one.ref for one in self.kin[1:] if one.required)]


def family(random: Random, number: int, size: int) -> Family:
    """A family of `size` kin, of whom the first two must be told."""
    kin = []
    for n in range(1, size + 1):
        relation, basis = random.choice(RELATIONS)
        zone, hours = random.choice(tuple(ZONES)), random.choice(WINDOWS)
        kin.append(Kin(f"KIN-{number:04}-{n}", relation, basis, zone, hours, required=n <= 2))
    return Family(f"P-{number:04}", random.choice(LIAISON_STAFF), tuple(kin))


def on_file(of: Family, at: datetime, *, choice: str | None = None, pnok: bool = True) -> Iterator[Entry]:
    """What the casualty office states of a family before anything is known of its person."""
    for kin in of.kin:
        yield registered(of.person, kin, at)
    if pnok:
        yield designated(PnokDesignated, of.person, of.pnok, at)
    yield designated(PaddDesignated, of.person, of.pnok, at)
    yield assigned(of.person, of.liaison, at)
    if choice is not None:
        yield elected(of.person, of.pnok, choice, at)


def registered(person: str, kin: Kin, at: datetime) -> Entry:
    start, end = kin.hours
    about: dict[str, Any] = {"person": person, "kin": kin.ref, "relation": kin.relation, "basis": kin.basis, "zone": kin.zone}
    bound = {"contact_hours": [{"start": start, "end": end}], "required": kin.required}
    return entry(CASUALTY_OFFICE, f"kin-{kin.ref}", KinRegistered, at, **about, **bound)


def designated(what: type[PnokDesignated | PaddDesignated], person: str, kin: str, at: datetime) -> Entry:
    about = {"person": person, "kin": kin, "basis": "nearest living relative"}
    return entry(CASUALTY_OFFICE, f"{what.name}-{person}-{kin}", what, at, **about)


def assigned(person: str, liaison: Liaison, at: datetime) -> Entry:
    to = {"person": person, "liaison": liaison.ref, "service": liaison.service, "from_": at.isoformat()}
    return entry(CASUALTY_OFFICE, f"liaison-{person}-{liaison.ref}", LiaisonAssigned, at, **to)


def elected(person: str, kin: str, choice: str, at: datetime, portion: str | None = None) -> Entry:
    """What the kin chose of later portions; of one alone where it is named."""
    about: dict[str, Any] = {"person": person, "choice": choice, "signed_by": kin, "witness": "officer-1"}
    named = {"determination": portion} if portion else {}
    id = f"election-{person}-{kin}-{portion or choice}"
    return entry(CASUALTY_OFFICE, id, ElectionRecorded, at, effective_from=at.isoformat(), **about, **named)
