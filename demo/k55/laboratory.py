"""What the laboratory did with 55 cases: opened, listed, sampled, associated, attributed; and what it said of their number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from demo.k55.calendar import ALL_OPENED, CLOSED, OPENED_FROM
from demo.k55.cast import LABORATORY
from demo.k55.custody import between
from demo.k55.diary import Counts, Entry, entry, promptly
from demo.k55.remains import ACCESSION, CASES, TURNOVER, Element, Individual, Remains
from demo.statements import HAWAII, OSAN, on
from demo.story.cases import SEALS
from shared.events import (
    AccessionCreated,
    AttributionDetermined,
    CaseAssociated,
    CaseInventoried,
    CaseOpened,
    EvidenceAdded,
    FieldReviewCompleted,
    MniEstimated,
    ProjectClosed,
    SampleCut,
    SampleReported,
)

ESTIMATES: Final = {"2018-10-15 09:00": 158, "2019-06-10 09:00": 181, "2020-07-06 09:00": 229, "2021-09-20 09:00": 250}
"""The minimum number of individuals, as it was thought to be."""
DONE_BEFORE: Final = timedelta(days=120)
"""How long before anybody builds on it the analysis of an individual is written down: more than the laboratory is ever late."""
TAKES: Final = timedelta(days=500)
LINES: Final = ("mtdna", "anthropology", "dental", "autosomal", "y_str", "isotope", "chest_radiograph", "historical")


@dataclass(frozen=True, slots=True)
class Work:
    """An individual, when its analysis has to be in, and the elements of it that are found to be so later.

    `persons` are those whom its evidence names.
    """

    individual: Individual
    by: datetime
    late: Mapping[str, datetime] = field(default_factory=dict)
    persons: tuple[str, ...] = ()


def entries(
    random: Random, remains: Remains, works: Sequence[Work], attributed: Sequence[tuple[Individual, datetime]]
) -> Iterator[Entry]:
    yield from taken_in(random, remains)
    for work in works:
        yield from analysed(random, work)
    for one, at in attributed:
        yield attribution(one, at)
    for day, value in ESTIMATES.items():
        scope = {"scope": TURNOVER, "value": value, "method": "most repeated element, and sequences"}
        yield entry(LABORATORY, f"mni-{day[:4]}", MniEstimated, on(day, HAWAII), Counts("mni", value=value), **scope)
    yield from promptly([entry(LABORATORY, "closed", ProjectClosed, CLOSED - timedelta(hours=2), scope=TURNOVER)], CLOSED)


def taken_in(random: Random, remains: Remains) -> Iterator[Entry]:
    """Reviewed at Osan, on the register in Hawaii, then opened and listed case by case."""
    reviewed, taken = on("2018-07-31 16:00", OSAN), on("2018-08-03 10:00", HAWAII)
    yield entry(LABORATORY, "review", FieldReviewCompleted, reviewed, cases=CASES, turnover=TURNOVER, human=True)
    register: dict[str, Any] = {"accession_number": ACCESSION, "laboratory": "dpaa-laboratory"}
    yield entry(LABORATORY, "accession", AccessionCreated, taken, cases=CASES, **register)
    for case in CASES:
        at = between(random, OPENED_FROM, ALL_OPENED - timedelta(days=2))
        seals = [{"number": SEALS[case], "position": "lid"}]
        opened = {"case": case, "seals_removed": seals, "opened_by": ["analyst-1", "analyst-2"]}
        yield entry(LABORATORY, f"opened-{case}", CaseOpened, at, **opened)
        yield inventory(case, at + timedelta(days=1), remains)


def inventory(case: str, at: datetime, remains: Remains) -> Entry:
    elements = [one for one in remains.elements if one.case == case]
    listed = [
        {"case": one.number, "kind": "remains", "element": one.kind, "side": one.side, "completeness": "partial"}
        for one in elements
    ]
    clues = [
        {"case": clue, "kind": "material_evidence", "element": "tag", "completeness": "complete"}
        for clue in remains.clues
        if clue.startswith(f"{case}-")
    ]
    counts = Counts("elements", tuple(one.number for one in elements))
    return entry(LABORATORY, f"inventory-{case}", CaseInventoried, at, counts, parent=case, cases=listed + clues, emptied=True)


def analysed(random: Random, work: Work) -> Iterator[Entry]:
    """Samples, their reports, and what they lead to: which elements are of one individual, and lines of evidence for it."""
    for element in work.individual.elements:
        by = work.late.get(element.number, work.by) - DONE_BEFORE
        start = max(ALL_OPENED, by - TAKES)
        first = between(random, start, start + (by - start) / 2)
        yield from sampled(random, element, first, by)
        joined = between(random, first, by)
        of_one = {"case": element.number, "individual": work.individual.id, "reason": "sequences and articulation"}
        yield entry(LABORATORY, f"associated-{element.number}", CaseAssociated, joined, **of_one)
    by = work.by - DONE_BEFORE
    for person in work.persons or (None,):
        for line in random.sample(LINES, 4 if person else 2):
            about: dict[str, Any] = {"individual": work.individual.id, "kind": line, "strength": "supports"}
            id = f"evidence-{work.individual.id}-{person or 'nobody'}-{line}"
            named = {"person": person} if person else {}
            signed = {"author": "analyst-1", "reviewer": "analyst-2", "reference": f"REPORT-{random.randrange(10**6):06}"}
            yield entry(
                LABORATORY, id, EvidenceAdded, between(random, max(ALL_OPENED, by - TAKES), by), **about, **named, **signed
            )


def sampled(random: Random, element: Element, first: datetime, by: datetime) -> Iterator[Entry]:
    """Each sample from what the one before left."""
    left_mg, at = element.mass_mg, first
    for number in range(1, element.samples + 1):
        sample, mass_mg = f"{element.number}-S{number}", random.randrange(200, 900)
        left_mg -= mass_mg
        cut = {"parent": element.number, "sample": sample, "mass_mg": mass_mg, "remaining_mg": left_mg}
        yield entry(LABORATORY, f"cut-{sample}", SampleCut, at, authorised_by="manager-1", **cut)
        at = between(random, at, by)
        status = random.choice(("profile", "profile", "partial", "no_result", "consumed"))
        report = {"sample": sample, "status": status, "report": f"LAB-{sample}"}
        yield entry(LABORATORY, f"reported-{sample}", SampleReported, at, **report)


def attribution(one: Individual, at: datetime) -> Entry:
    told = {"individuals": [one.id], "cases": [], "nation": "KR", "basis": "population markers and stable isotopes"}
    return entry(LABORATORY, f"attributed-{one.id}", AttributionDetermined, at, Counts("attributed", (one.id,)), **told)
