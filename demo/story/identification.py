"""What the laboratory found and the medical examiner determined, July to September 2018.

That experts reviewed the cases at Osan, that the laboratory took them over, and that the first two persons were determined in
September is public. Who they are here, by which cases and lines of evidence, and that one determination is taken back, is
invented.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from demo.cast import LABORATORY, MEDICAL_EXAMINER
from demo.statements import HAWAII, OSAN, Act, CloudEvent, on, said
from demo.story.cases import CASES, TURNOVER
from shared.events import (
    AccessionCreated,
    CaseAssociated,
    CaseDissociated,
    EvidenceAdded,
    ExclusionRecorded,
    FieldReviewCompleted,
    IdentificationDetermined,
    IdentificationRescinded,
)

ACCESSION: Final = "2018-201"
ASSOCIATED: Final = {
    "K55-17": f"{ACCESSION}:I-01",
    "K55-31": f"{ACCESSION}:I-02",
    "K55-04": f"{ACCESSION}:I-03",
    "K55-09": f"{ACCESSION}:I-04",
    "K55-22": f"{ACCESSION}:I-04",
    "K55-48": f"{ACCESSION}:I-05",
}
"""Two cases of one individual, and no individual whom only one line of evidence names."""

LINES: Final = {
    "P-0001": ("K55-17", ("material", "dental", "anthropology", "mtdna")),
    "P-0002": ("K55-31", ("mtdna", "anthropology", "chest_radiograph")),
}
"""Person -> the case determined to be theirs, and the lines of evidence for it."""
TAKEN_BACK: Final = "P-0002"


def acts() -> Iterator[Act]:
    reviewed = on("2018-07-31 16:00", OSAN)
    yield Act(reviewed, "Reviewed at Osan", LABORATORY, (review(reviewed),))
    taken = on("2018-08-03 10:00", HAWAII)
    yield Act(taken, "On the laboratory's register", LABORATORY, (accession(taken),))
    found = on("2018-08-27 14:00", HAWAII)
    yield Act(found, "Associated with individuals", LABORATORY, tuple(associations(found)))
    reported = on("2018-09-05 11:00", HAWAII)
    yield Act(reported, "Lines of evidence", LABORATORY, tuple(evidence(reported)))
    # Late in the day in Hawaii, so that it is night where the liaisons are.
    signed = on("2018-09-10 15:30", HAWAII)
    yield Act(signed, "Two determinations", MEDICAL_EXAMINER, tuple(determined(person, signed) for person in LINES))
    doubted = on("2018-09-24 09:00", HAWAII)
    yield Act(doubted, "One is taken back", MEDICAL_EXAMINER, (rescinded(TAKEN_BACK, doubted),))
    after = doubted + timedelta(hours=3)
    yield Act(after, "Excluded and taken apart again", LABORATORY, tuple(undone(TAKEN_BACK, after)))


def review(at: datetime) -> CloudEvent:
    """Names the turnover: all of it was looked at, so what is missing of 55 would now be missed."""
    return said(LABORATORY, "review", FieldReviewCompleted, at, cases=CASES, turnover=TURNOVER, human=True)


def accession(at: datetime) -> CloudEvent:
    return said(
        LABORATORY,
        "accession",
        AccessionCreated,
        at,
        cases=CASES,
        accession_number=ACCESSION,
        laboratory="dpaa-laboratory",
    )


def associations(at: datetime) -> Iterator[CloudEvent]:
    for case, individual in ASSOCIATED.items():
        data = {"case": case, "individual": individual, "reason": "elements that articulate"}
        yield said(LABORATORY, f"associated-{case}", CaseAssociated, at, **data)


def evidence(at: datetime) -> Iterator[CloudEvent]:
    for person, (case, lines) in LINES.items():
        for line in lines:
            data: dict[str, Any] = {"individual": ASSOCIATED[case], "person": person, "kind": line, "strength": "supports"}
            signed = {"author": "analyst-1", "reviewer": "analyst-2", "reference": f"REPORT-{person}-{line}"}
            yield said(LABORATORY, f"evidence-{person}-{line}", EvidenceAdded, at, **data, **signed)


def determined(person: str, at: datetime) -> CloudEvent:
    case, lines = LINES[person]
    return said(
        MEDICAL_EXAMINER,
        f"determined-{person}",
        IdentificationDetermined,
        at,
        determination=determination(person),
        persons=[person],
        cases=[case],
        individuals=[ASSOCIATED[case]],
        kind="initial",
        lines=lines,
        signed_by="examiner-1",
    )


def rescinded(person: str, at: datetime) -> CloudEvent:
    data = {"determination": determination(person), "reason": "re-examination of the elements"}
    return said(MEDICAL_EXAMINER, f"rescinded-{person}", IdentificationRescinded, at, **data)


def undone(person: str, at: datetime) -> Iterator[CloudEvent]:
    case, _ = LINES[person]
    basis = {"individual": ASSOCIATED[case], "person": person, "basis": "a second sequence differs"}
    yield said(LABORATORY, f"excluded-{person}", ExclusionRecorded, at, **basis)
    apart = {"case": case, "individual": ASSOCIATED[case], "reason": "elements of two individuals"}
    yield said(LABORATORY, f"dissociated-{case}", CaseDissociated, at, **apart)


def determination(person: str) -> str:
    return f"D-2018-{person[-2:]}"
