"""What happened to the cases, 27 July to 2 August 2018: public facts, down to the date line.

Invented, to show what the record does with it: seal numbers and missions, a laptop of the field team that had no network
for five days, a system that sends twice, and two digits that change places when a seal is read.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.cast import ACCOUNTING_AGENCY, AIRLIFT, FIELD_TEAM, UN_COMMAND
from demo.statements import HAWAII, OSAN, WONSAN, Act, CloudEvent, on, said
from demo.story.cases import (
    CASES,
    HAWAII_PLACE,
    OSAN_PLACE,
    SEALS,
    TURNOVER,
    WONSAN_PLACE,
    accepted,
    arrived,
    departed,
    released,
    sealed,
)
from shared.events import CaseRegistered, CeremonyHeld, TurnoverDeclared

NOTED_ON_PAPER, NOTED_ON_THE_LAPTOP = CASES[:40], CASES[40:]
AIRCRAFT: Final = {"REACH-1": CASES[:28], "REACH-2": CASES[28:]}
BOXES_SENT: Final = 200
"""About as many empty ones had gone north before; 55 came back."""
SEALS_AS_READ: Final = SEALS | {"K55-17": "UNC-0071"}
"""By the laboratory. The case is the one behind the first identification, which therefore has to wait."""

DECLARED: Final = on("2018-07-27 08:40", WONSAN)
REGISTERED: Final = on("2018-07-27 08:50", WONSAN)
SEALED: Final = on("2018-07-27 09:35", WONSAN)
AT_OSAN: Final = on("2018-07-27 11:00", OSAN)


def acts() -> Iterator[Act]:
    yield from wonsan()
    yield from osan()
    yield from hawaii()


def wonsan() -> Iterator[Act]:
    """27 July: the declaration, the hand-over, the seals, and the flight to Osan."""
    parties, transfer = ("kpa", "unc"), "T-2018-01"
    registered = tuple(registration(case) for case in CASES)
    at = on("2018-07-27 09:10", WONSAN)
    handed_over = (
        released(UN_COMMAND, transfer, CASES, parties, at, WONSAN_PLACE, "repatriation", seals={}),
        accepted(UN_COMMAND, transfer, CASES, parties, at + timedelta(minutes=10), WONSAN_PLACE, seals={}),
    )
    left = departed(AIRLIFT, "REACH-0", CASES, on("2018-07-27 09:55", WONSAN), WONSAN_PLACE, OSAN_PLACE)
    came = arrived(AIRLIFT, "REACH-0", NOTED_ON_PAPER, AT_OSAN, OSAN_PLACE)
    yield Act(DECLARED, "55 cases declared", UN_COMMAND, (declaration(),))
    yield Act(REGISTERED, "55 cases registered", UN_COMMAND, registered)
    yield Act(at + timedelta(minutes=10), "Handed over at Wonsan", UN_COMMAND, handed_over)
    yield Act(SEALED, "Sealed at Wonsan", UN_COMMAND, sealed(UN_COMMAND, NOTED_ON_PAPER, SEALED))
    yield Act(on("2018-07-27 10:00", WONSAN), "A C-17 leaves Wonsan", AIRLIFT, (left,))
    yield Act(AT_OSAN + timedelta(minutes=10), "Received at Osan", AIRLIFT, (came,))
    yield Act(on("2018-07-27 20:00", OSAN), "A system sends twice", UN_COMMAND, (*registered[:10], *handed_over))


def osan() -> Iterator[Act]:
    """1 August: honours, a new custodian, two aircraft; and what the field team noted five days before."""
    parties, honours = ("unc", "dpaa"), on("2018-08-01 17:00", OSAN)
    yield Act(honours, "Ceremony at Osan", UN_COMMAND, (ceremony("repatriation", honours),))
    for number, (mission, cases) in enumerate(AIRCRAFT.items()):
        transfer, at = f"T-2018-0{number + 2}", honours + timedelta(minutes=30 + 10 * number)
        first = released(UN_COMMAND, transfer, cases, parties, at, OSAN_PLACE, "onward movement", SEALS)
        yield Act(at, "Released to the agency", UN_COMMAND, (first,))
        at += timedelta(minutes=5)
        second = accepted(ACCOUNTING_AGENCY, transfer, cases, parties, at, OSAN_PLACE, SEALS)
        yield Act(at, "Accepted by the agency", ACCOUNTING_AGENCY, (second,))
        at += timedelta(minutes=45)
        left = departed(AIRLIFT, mission, cases, at, OSAN_PLACE, HAWAII_PLACE)
        yield Act(at, "A C-17 leaves Osan", AIRLIFT, (left,))
    noted = (
        *sealed(FIELD_TEAM, NOTED_ON_THE_LAPTOP, SEALED),
        arrived(FIELD_TEAM, "REACH-0", NOTED_ON_THE_LAPTOP, AT_OSAN, OSAN_PLACE),
    )
    at = AT_OSAN + timedelta(days=5, hours=10)
    yield Act(at, "Five days late: the field team", FIELD_TEAM, noted)
    yield Act(at + timedelta(minutes=5), "The field team sends twice", FIELD_TEAM, noted)


def hawaii() -> Iterator[Act]:
    """1 August again, on the other side of the date line; the next day the laboratory takes over case by case."""
    for number, (mission, cases) in enumerate(AIRCRAFT.items()):
        at = on("2018-08-01 08:30", HAWAII) + timedelta(minutes=10 * number)
        came = arrived(AIRLIFT, mission, cases, at, HAWAII_PLACE)
        yield Act(at, "A C-17 reaches Hawaii", AIRLIFT, (came,))
    carry = on("2018-08-01 15:30", HAWAII)
    yield Act(carry, "Honorable carry", ACCOUNTING_AGENCY, (ceremony("honorable_carry", carry),))
    at = on("2018-08-02 09:00", HAWAII)
    taken = tuple(half for case in CASES for half in into_the_laboratory(case))
    yield Act(at + timedelta(minutes=30), "Into the laboratory", ACCOUNTING_AGENCY, taken)


def declaration() -> CloudEvent:
    return said(
        UN_COMMAND,
        "declared",
        TurnoverDeclared,
        DECLARED,
        turnover=TURNOVER,
        kind="unilateral",
        from_party="kpa",
        to_party="unc",
        place=WONSAN_PLACE,
        expected_cases=len(CASES),
        containers_sent=BOXES_SENT,
    )


def registration(case: str) -> CloudEvent:
    return said(
        UN_COMMAND,
        f"registered-{case}",
        CaseRegistered,
        REGISTERED,
        case=case,
        kind="transfer_case",
        custodian="kpa",
        turnover=TURNOVER,
        label=f"Box {int(case[-2:])} of {len(CASES)}",
        declared_contents="remains, number of individuals not declared",
        place=WONSAN_PLACE,
    )


def ceremony(kind: str, at: datetime) -> CloudEvent:
    repatriation = kind == "repatriation"
    speaker, place = (UN_COMMAND, OSAN_PLACE) if repatriation else (ACCOUNTING_AGENCY, HAWAII_PLACE)
    return said(speaker, f"ceremony-{kind}", CeremonyHeld, at, cases=CASES, kind=kind, place=place)


def into_the_laboratory(case: str) -> tuple[CloudEvent, CloudEvent]:
    parties, transfer = ("dpaa", "dpaa-laboratory"), f"T-{case}"
    at = on("2018-08-02 09:00", HAWAII)
    return (
        released(ACCOUNTING_AGENCY, transfer, (case,), parties, at, HAWAII_PLACE, "analysis", SEALS),
        accepted(ACCOUNTING_AGENCY, transfer, (case,), parties, at + timedelta(minutes=20), HAWAII_PLACE, SEALS_AS_READ),
    )
