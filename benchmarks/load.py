"""A realistic load, from a seed: cases from registration to the laboratory, one in six identified, every other family told.

Statements cover one case or a lot of five, as hand-overs do; time runs on from statement to statement, so that within a stream
most events arrive in world order, and across streams they do not. All references are synthetic.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any, Final

from shared.events import (
    AccessionCreated,
    BriefingCompleted,
    CaseAssociated,
    CaseRegistered,
    CaseSealed,
    CustodyAccepted,
    CustodyReleased,
    EvidenceAdded,
    FieldReviewCompleted,
    IdentificationDetermined,
    KinRegistered,
    LiaisonAssigned,
    NotificationDelivered,
    PnokDesignated,
    StatusAccountedFor,
    TransportArrived,
    TransportDeparted,
)
from shared.events.base import Fact
from shared.terms import Role

START: Final = datetime(2018, 7, 27, tzinfo=UTC)
LOT: Final = 5
IDENTIFIED_EVERY: Final = 6
TOLD_EVERY: Final = 2
"""The other families are still owed their notice."""
LIAISON: Final = "CACO-001"
"""Of `deploy/directory.example.toml`, so that a notice has somewhere to go."""
SOURCE: Final = "urn:example:load"

CloudEvent = dict[str, Any]
Statement = tuple[type[Fact], Role, dict[str, Any]]


def events(number: int, name: str = "load") -> list[CloudEvent]:
    """`number` events; with another `name` their identities, cases and persons are others."""
    stated = (statement for lot in count(1) for statement in lot_story(f"{name}-{lot:05d}"))
    return [cloud_event(f"{name}-{n}", n, *statement) for n, statement in enumerate(islice(stated, number))]


def cloud_event(id: str, n: int, fact: type[Fact], role: Role, data: dict[str, Any]) -> CloudEvent:
    at = START + timedelta(seconds=20 * n)
    return {
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": fact.wire_name(),
        "time": at.isoformat(),
        "data": {"actor": {"role": role, "ref": "desk-1"}, **data},
    }


def lot_story(lot: str) -> Iterator[Statement]:
    """Five cases from the ground to the laboratory, each on its own where people handle them one by one."""
    cases = [f"{lot}-{n}" for n in range(1, LOT + 1)]
    for case in cases:
        registered = {"case": case, "kind": "transfer_case", "custodian": "KPA", "label": case, "declared_contents": "remains"}
        yield CaseRegistered, "custodian", registered
        yield CaseSealed, "custodian", {"case": case, "seals": seals(case)}
    yield from hand_over(f"{lot}-T1", cases, "KPA", "UNC", "Wonsan")
    yield TransportDeparted, "custodian", journey(cases, "Wonsan")
    yield TransportArrived, "custodian", journey(cases, "Osan Air Base")
    yield FieldReviewCompleted, "laboratory", {"cases": cases, "human": True}
    for case in cases:
        yield from hand_over(f"{case}-T2", [case], "UNC", "DPAA", "Osan Air Base")
        yield AccessionCreated, "laboratory", {"cases": [case], "accession_number": f"A-{case}", "laboratory": "DPAA"}
        yield from analysis(case)
    number = int(lot.rsplit("-", 1)[1])
    if number * LOT % IDENTIFIED_EVERY < LOT:
        yield from identification(cases[0])
        if number % TOLD_EVERY == 0:
            yield from telling(cases[0])


def hand_over(transfer: str, cases: list[str], giver: str, taker: str, place: str) -> Iterator[Statement]:
    sealed = [{**seal, "case": case} for case in cases for seal in seals(case)]
    shared = {"transfer": transfer, "cases": cases, "place": place, "condition": "intact"}
    released = {**shared, "released_by": giver, "released_to": taker, "purpose": "repatriation", "seals": sealed}
    yield CustodyReleased, "custodian", released
    yield CustodyAccepted, "custodian", {**shared, "accepted_by": taker, "seals_seen": sealed}


def journey(cases: list[str], place: str) -> dict[str, Any]:
    return {"cases": cases, "carrier": "USAF", "mission": "C-17", "place": place}


def analysis(case: str) -> Iterator[Statement]:
    individual = f"A-{case}:I-01"
    yield CaseAssociated, "laboratory", {"case": case, "individual": individual, "reason": "consistent"}
    for kind in ("dental", "mtdna"):
        line = {"individual": individual, "kind": kind, "strength": "supports", "author": "an-1", "reviewer": "an-2"}
        yield EvidenceAdded, "laboratory", line


def identification(case: str) -> Iterator[Statement]:
    person, kin, determination = f"P-{case}", f"kin-{case}", f"D-{case}"
    registered = {"person": person, "kin": kin, "relation": "sibling", "basis": "degree-1", "zone": "UTC", "required": True}
    yield KinRegistered, "casualty_office", registered
    yield PnokDesignated, "casualty_office", {"person": person, "kin": kin, "basis": "order of succession"}
    assigned = {"person": person, "liaison": LIAISON, "service": "army", "from": START.isoformat()}
    yield LiaisonAssigned, "casualty_office", assigned
    determined = {"determination": determination, "persons": [person], "cases": [case], "kind": "initial", "lines": ["dental"]}
    yield IdentificationDetermined, "medical_examiner", {**determined, "signed_by": "me-1"}


def telling(case: str) -> Iterator[Statement]:
    person, determination = f"P-{case}", f"D-{case}"
    told = {"person": person, "kin": f"kin-{case}", "at": START.isoformat()}
    delivered = {**told, "line": {"cause": determination}, "says": "stands", "channel": "in_person"}
    yield NotificationDelivered, "liaison", delivered
    yield BriefingCompleted, "liaison", {**told, "determination": determination}
    yield StatusAccountedFor, "casualty_office", {"person": person, "date": "2018-09-20"}


def seals(case: str) -> list[dict[str, str]]:
    return [{"number": f"S-{case}", "position": "lid"}]
