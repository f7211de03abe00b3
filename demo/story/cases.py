"""The 55 cases, the places they passed, and the statements that are made of cases again and again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from demo.cast import Speaker
from demo.statements import CloudEvent, said
from shared.events import CaseSealed, CustodyAccepted, CustodyReleased, TransportArrived, TransportDeparted

CASES: Final = tuple(f"K55-{number:02}" for number in range(1, 56))
TURNOVER: Final = "TO-2018-07"

WONSAN_PLACE: Final = "Kalma airport, Wonsan"
OSAN_PLACE: Final = "Osan Air Base"
HAWAII_PLACE: Final = "Joint Base Pearl Harbor-Hickam"

SEALS: Final = {case: f"UNC-00{case[-2:]}" for case in CASES}
"""What was put on each case at Wonsan."""


def sealed(speaker: Speaker, cases: Iterable[str], at: datetime) -> tuple[CloudEvent, ...]:
    return tuple(
        said(speaker, f"sealed-{case}", CaseSealed, at, case=case, seals=_listed({case: SEALS[case]})) for case in cases
    )


def released(
    speaker: Speaker,
    transfer: str,
    cases: Sequence[str],
    parties: tuple[str, str],
    at: datetime,
    place: str,
    purpose: str,
    seals: Mapping[str, str],
) -> CloudEvent:
    """First half of a hand-over, from one party to the other. `seals` by case; empty where there were none yet."""
    return said(
        speaker,
        f"released-{transfer}",
        CustodyReleased,
        at,
        transfer=transfer,
        cases=cases,
        released_by=parties[0],
        released_to=parties[1],
        place=place,
        purpose=purpose,
        seals=_listed({case: seals[case] for case in cases if case in seals}),
        condition="intact",
    )


def accepted(
    speaker: Speaker,
    transfer: str,
    cases: Sequence[str],
    parties: tuple[str, str],
    at: datetime,
    place: str,
    seals: Mapping[str, str],
) -> CloudEvent:
    """Second half of a hand-over, with the seals that were seen."""
    return said(
        speaker,
        f"accepted-{transfer}",
        CustodyAccepted,
        at,
        transfer=transfer,
        cases=cases,
        accepted_from=parties[0],
        accepted_by=parties[1],
        place=place,
        seals_seen=_listed({case: seals[case] for case in cases if case in seals}),
        condition="intact",
    )


def departed(speaker: Speaker, mission: str, cases: Sequence[str], at: datetime, place: str, bound_for: str) -> CloudEvent:
    leg: dict[str, Any] = {"cases": cases, "carrier": "usaf", "mission": mission, "place": place, "bound_for": bound_for}
    return said(speaker, f"departed-{mission}", TransportDeparted, at, **leg)


def arrived(speaker: Speaker, mission: str, cases: Sequence[str], at: datetime, place: str) -> CloudEvent:
    leg: dict[str, Any] = {"cases": cases, "carrier": "usaf", "mission": mission, "place": place}
    return said(speaker, f"arrived-{mission}", TransportArrived, at, **leg)


def _listed(seals: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"number": number, "position": "lid", "case": case} for case, number in seals.items()]
