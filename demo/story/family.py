"""Whom a family consists of and who speaks to it, put on file before anything is known. All of it is invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from demo.cast import CASUALTY_OFFICE
from demo.statements import Act, CloudEvent, on, said
from shared.events import KinRegistered, LiaisonAssigned, PnokDesignated

OFFICE: Final = "America/New_York"
SERVICE: Final = "army"


@dataclass(frozen=True, slots=True)
class Kin:
    ref: str
    relation: str
    basis: str
    zone: str
    hours: tuple[str, str]
    required: bool


FAMILIES: Final = {
    "P-0001": (
        "CACO-001",
        (
            Kin("KIN-0001", "son", "first_degree", "America/Indiana/Indianapolis", ("09:00", "20:00"), required=True),
            Kin("KIN-0002", "grandchild", "second_degree", "America/Los_Angeles", ("10:00", "21:00"), required=False),
        ),
    ),
    "P-0002": ("CACO-002", (Kin("KIN-0003", "niece", "third_degree", "America/Chicago", ("08:00", "21:00"), required=True),)),
}
"""Person -> the liaison, and the kin of whom the first is the primary one."""


def acts() -> Iterator[Act]:
    at = on("2018-08-06 10:00", OFFICE)
    for person, (liaison, family) in FAMILIES.items():
        statements = tuple(on_file(person, liaison, family, at))
        yield Act(at, f"The family of {person} on file", CASUALTY_OFFICE, statements)


def on_file(person: str, liaison: str, family: tuple[Kin, ...], at: datetime) -> Iterator[CloudEvent]:
    for kin in family:
        yield registered(person, kin, at)
    designated = {"person": person, "kin": family[0].ref, "basis": "nearest living relative"}
    yield said(CASUALTY_OFFICE, f"pnok-{person}", PnokDesignated, at, **designated)
    assigned = {"person": person, "liaison": liaison, "service": SERVICE, "from_": at.isoformat()}
    yield said(CASUALTY_OFFICE, f"liaison-{person}", LiaisonAssigned, at, **assigned)


def registered(person: str, kin: Kin, at: datetime) -> CloudEvent:
    start, end = kin.hours
    return said(
        CASUALTY_OFFICE,
        f"kin-{kin.ref}",
        KinRegistered,
        at,
        person=person,
        kin=kin.ref,
        relation=kin.relation,
        basis=kin.basis,
        zone=kin.zone,
        contact_hours=[{"start": start, "end": end}],
        required=kin.required,
    )
