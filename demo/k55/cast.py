"""Who speaks in the account of K55, how late each may be, and who is written to. Every person is a synthetic reference."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from demo import cast as first
from demo.cast import Company, Speaker

UN_COMMAND: Final = first.UN_COMMAND
FIELD_TEAM: Final = first.FIELD_TEAM
AIRLIFT: Final = first.AIRLIFT
ACCOUNTING_AGENCY: Final = replace(
    first.ACCOUNTING_AGENCY,
    types=(
        *first.ACCOUNTING_AGENCY.types,
        "custody.transferred_abroad",
        "storage.moved",
        "case.missing_reported",
        "case.found",
    ),
)
LABORATORY: Final = replace(
    first.LABORATORY,
    types=(
        *first.LABORATORY.types,
        "sample.*",
        "mni.estimated",
        "attribution.determined",
        "project.closed",
        "case.split",
        "case.merged",
        "case.dissociated",
    ),
    parties=("dpaa-laboratory",),
)
MEDICAL_EXAMINER: Final = first.MEDICAL_EXAMINER
CASUALTY_OFFICE: Final = Speaker(
    "casualty-office",
    "casualty_office",
    (
        "kin.*", "pnok.*", "padd.*", "liaison.*", "election.*", "information.*", "disposition.*", "remains.*", "status.*",
        "interment.*", "rosette.*", "notification.override_authorized", "family.hold.*",
    ),
    ("casualty-office",),
)  # fmt: skip
LIAISONS: Final = replace(first.LIAISONS, types=("notification.*", "briefing.*"))
PUBLIC_AFFAIRS: Final = Speaker("public-affairs", "public_affairs", ("publication.*",))
OPERATORS: Final = first.OPERATORS

SPEAKERS: Final = (
    UN_COMMAND, FIELD_TEAM, AIRLIFT, ACCOUNTING_AGENCY, LABORATORY, MEDICAL_EXAMINER, CASUALTY_OFFICE, LIAISONS, PUBLIC_AFFAIRS,
    OPERATORS,
)  # fmt: skip

LATENESS: Final = {
    UN_COMMAND: timedelta(days=3),
    FIELD_TEAM: timedelta(days=6),
    AIRLIFT: timedelta(days=2),
    ACCOUNTING_AGENCY: timedelta(days=30),
    LABORATORY: timedelta(days=60),
    MEDICAL_EXAMINER: timedelta(days=1),
    CASUALTY_OFFICE: timedelta(days=30),
    PUBLIC_AFFAIRS: timedelta(days=1),
}
"""Source -> how long after the fact it may submit. The laboratory's system exports every month, and sometimes forgets one."""


@dataclass(frozen=True, slots=True)
class Liaison:
    ref: str
    service: str
    zone: str
    duty: tuple[str, str]


ZONES: Final = {
    "America/New_York": ("07:00", "18:00"),
    "America/Chicago": ("07:00", "18:00"),
    "America/Denver": ("07:00", "17:00"),
    "America/Los_Angeles": ("07:00", "18:00"),
    "Pacific/Honolulu": ("07:00", "17:00"),
}
"""Where liaisons work and families live, and the hours in which both can be reached."""
UNLISTED: Final = Liaison("CACO-199", "army", "America/Chicago", ("07:00", "18:00"))
"""A liaison whom the casualty office names, and of whom the directory has no address."""
SERVICES: Final = ("army", "marine_corps", "air_force", "navy")

LIAISON_STAFF: Final = tuple(
    Liaison(f"CACO-{number:03}", service, zone, duty)
    for number, (service, (zone, duty)) in enumerate(((one, two) for one in SERVICES for two in ZONES.items()), start=101)
)
OFFICES: Final = (
    "operators/unc", "operators/dpaa", "operators/dpaa-laboratory", "public_affairs", "default",
    *(f"{service}/{office}" for service in SERVICES
      for office in ("casualty_office", "supervisor", "duty_officer", "public_affairs")),
)  # fmt: skip


def directory() -> str:
    """The tracker's directory as its file states it: addresses are nowhere else, least of all in events."""
    liaisons = (
        f'[liaisons."{one.ref}"]\nservice = "{one.service}"\naddress = "{one.ref.lower()}@liaisons.example.org"\n'
        f'zone = "{one.zone}"\nduty_hours = [["{one.duty[0]}", "{one.duty[1]}"]]\n'
        for one in LIAISON_STAFF
    )
    offices = (
        f'[offices."{name}"]\naddress = "{name.replace("/", ".")}@rosette.example.org"\nzone = "UTC"\n' for name in OFFICES
    )
    return "\n".join((*liaisons, *offices))


COMPANY: Final = Company(SPEAKERS, directory())
"""Sources report every fourth Thursday here, so one that has missed two of them is silent."""
