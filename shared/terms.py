"""The field's words as types: what a case number, a party, a seal or a place may look like on the wire.

Every reference is opaque. A name, an address or a finding of a laboratory has no type here because it may not travel in an
event at all; free text is bounded and meant for a reason or a place, never for a person.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Annotated, Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

# ------------------------------------------------------------------------------------------------- references
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#+-]{0,79}$")]
"""An opaque reference: up to 80 characters, no white space, so that a name does not fit by accident."""

Numbered = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:#+-]{0,79}$")]
"""A reference without a slash, which separates the parts of a discrepancy's id and of a notice's key."""

CaseNumber = Numbered
"""One tracked set of remains, for example `K55-01`. The number never changes and is never used again."""

PersonReference = Numbered
"""A missing person, never by name."""

Party = Reference
"""Who may be a custodian or place a hold: a command, a carrier, a laboratory, an office, an authority abroad."""

TurnoverId = Numbered
TransferId = Reference
HoldId = Reference
DeterminationId = Numbered
NoticeReference = Reference
KinReference = Numbered
LiaisonReference = Numbered

Individual = Reference
"""An unknown person seen from the laboratory: `<accession>:I-01`."""

DiscrepancyId = Annotated[str, StringConstraints(pattern=r"^(case|person|turnover|scope):[!-.0-~]{1,80}/[!-~]{1,600}$")]
"""`<subject>:<reference>/<kind>/<anchor>`: it survives refolds and further evidence (telling, section 10)."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
"""A reason, a label or a place in words. Never a name, an address or a finding."""

Place = Prose
Service = Literal["army", "navy", "air_force", "marine_corps", "coast_guard", "civilian"]

# ------------------------------------------------------------------------------------------------- closed words
Stream = Literal["custody", "identification", "family"]
STREAMS: Final[tuple[Stream, ...]] = get_args(Stream)

Role = Literal["custodian", "laboratory", "medical_examiner", "casualty_office", "liaison", "public_affairs", "operator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

CaseKind = Literal["transfer_case", "remains", "sample", "material_evidence"]
TurnoverKind = Literal["unilateral", "recovery", "disinterment", "partner"]
Condition = Literal["intact", "damaged", "breached"]
HoldScope = Literal["move", "determine", "notify", "return", "publish"]
LineOfEvidence = Literal[
    "dental",
    "mtdna",
    "y_str",
    "autosomal",
    "snp",
    "chest_radiograph",
    "anthropology",
    "isotope",
    "historical",
    "material",
]
Strength = Literal["supports", "inconclusive", "excludes"]
DeterminationKind = Literal["initial", "subsequent", "group"]
Side = Literal["left", "right", "axial", "unknown"]
Completeness = Literal["complete", "partial", "fragment"]
SampleStatus = Literal["profile", "partial", "no_result", "consumed"]
Choice = Literal["each_time", "never", "at_end", "ask_me_first"]
Disposition = Literal["burial", "national_cemetery", "at_sea", "cremation", "other"]
PublicationClass = Literal["aggregate", "name", "full", "funeral"]
Says = Literal["stands", "no_longer_stands"]
Channel = Literal["in_person", "telephone", "letter", "electronic"]
Precision = Literal["instant", "day", "year"]
SubjectKind = Literal["case", "person", "turnover", "scope"]


# ------------------------------------------------------------------------------------------------- time
def _known_zone(zone: str) -> str:
    if zone not in zones():
        raise PydanticCustomError("unknown_zone", "not an IANA time zone")
    return zone


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The IANA zones that this machine knows (the `tzdata` package, so the same everywhere)."""
    return frozenset(available_timezones())


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Offset = Annotated[str, StringConstraints(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
"""A fixed offset from UTC, `+09:00`, where the IANA zone is not known."""

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Far enough from the first and last year a clock can tell that no zone, period or waiting time leads beyond them."""


def parse_instant(text: str) -> datetime:
    """The instant a CloudEvents `time` names, with the offset it was given in.

    Raises:
        ValueError: not RFC 3339, without an offset, finer than a microsecond, or outside `FIRST_YEAR` to `LAST_YEAR`.
    """
    if not RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 instant with an offset")
    given = datetime.fromisoformat(text.upper())
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise ValueError(f"not in a year from {FIRST_YEAR} to {LAST_YEAR}")
    return given


def _from_rfc_3339(given: object) -> object:
    """Keeps out what pydantic would read as well: seconds since 1970, a date alone, a space for the T.

    It parses what it lets through: behind a validator of ours, strict mode no longer reads a string as an instant.
    """
    if not isinstance(given, str):
        return given
    try:
        return parse_instant(given)
    except ValueError as error:
        raise PydanticCustomError("instant", "{words}", {"words": str(error)}) from None


Instant = Annotated[AwareDatetime, BeforeValidator(_from_rfc_3339)]
"""An instant in a field of `data`, from 1900 to 2199; its offset is mandatory."""


def instant_text(at: datetime) -> str:
    """`at` as RFC 3339 in UTC, the one spelling that digests and extension attributes use."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def local_zone(zone: str | None, offset: str | None, given: datetime) -> timezone | ZoneInfo:
    """The zone in which people at the place would read `given`: the IANA zone, else the offset, else the one of `time`."""
    if zone is not None:
        return ZoneInfo(zone)
    if offset is not None:
        sign = -1 if offset[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
    return cast("timezone", given.tzinfo)  # as parse_instant gives it


def period_start(given: datetime, precision: Precision, local: timezone | ZoneInfo) -> datetime:
    """Where a statement sorts (UTC): its instant, or the start of its day or year in its own zone."""
    if precision == "instant":
        return given.astimezone(UTC)
    day = given.astimezone(local).date()
    first = day if precision == "day" else date(day.year, 1, 1)
    return datetime.combine(first, time(), local).astimezone(UTC)


# ------------------------------------------------------------------------------------------------- small structures
class Term(BaseModel):
    """What every structure on the wire has in common: immutable, strictly typed, nothing unknown."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_by_name=False, validate_by_alias=True)


class Actor(Term):
    """Who makes a statement: a role, and an opaque reference to the person or desk."""

    role: Role
    ref: Reference


class Seal(Term):
    """A seal by its number and where it sits. `case` says on which of several cases; alone it may be left out."""

    number: Reference
    position: Reference
    case: CaseNumber | None = None


class Subject(Term):
    """What a discrepancy is about."""

    kind: SubjectKind
    ref: Numbered


class Values(Term):
    """The two statements that a discrepancy found different."""

    expected: Prose
    observed: Prose


OpeningTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""When a window opens: before midnight, or a window from 24:00 to 00:00 would never be open and nobody would be told."""


class ContactHours(Term):
    """A daily window in the kin's own zone, `08:00` to `21:00`; an end before its start runs over midnight."""

    start: OpeningTime
    end: ClockTime


class Line(Term):
    """The line of a telling that we did not write: what it was about. Person and kin stand beside it."""

    cause: Reference


class Inventoried(Term):
    """One thing that was found in a case: a case of its own from now on. `element` is the laboratory's code, `femur`."""

    case: CaseNumber
    kind: CaseKind
    element: Reference
    side: Side | None = None
    completeness: Completeness


class Remains(Term):
    """Cases and individuals that a determination gains or loses."""

    cases: Annotated[tuple[CaseNumber, ...], Field(max_length=1000)] = ()
    individuals: Annotated[tuple[Individual, ...], Field(max_length=1000)] = ()


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Milligrams = Annotated[int, Field(ge=0, le=100_000_000)]
"""A mass in mg, up to 100 kg."""
