"""Invariant 6: no identification leaves but of what the examiner determined, undisputed, by all that was filed by then."""

from collections.abc import Iterator

from hypothesis import given

from services.tracker.model.notices import TELLINGS
from shared.events import (
    DiscrepancyReported,
    DiscrepancyResolved,
    ExclusionRecorded,
    ExclusionWithdrawn,
    HoldLifted,
    HoldPlaced,
)
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.plain import of
from tests.property.stories import PERSONS
from tests.property.tellings import Telling, tellings

BLOCKING = ("identity", "count", "seal")
DISPUTED = tellings(
    *(what.determined, what.determined, what.rescinded_, what.restated, what.associated, what.dissociated),
    *(what.held, what.lifted, what.examiner_lifted, what.disagreed, what.settled, what.excluded, what.exclusion_withdrawn),
    what.did_not_occur,
    begin=[what.all_registered],
)


def disputed(known: Known, person: str, tokens: frozenset[str]) -> Iterator[str]:
    """All that stands against telling a person's family of these remains."""
    cases = known.cases(tokens)
    lifts = {(each.data.hold, each.data.stream, each.data.authority) for each in of(known.events, HoldLifted)}
    for hold in of(known.events, HoldPlaced):
        concerns = set(hold.data.cases) & cases or hold.data.person == person
        if concerns and "notify" in hold.data.scope and (hold.data.hold, hold.data.stream, hold.data.authority) not in lifts:
            yield f"hold {hold.data.hold}"
    yield from taken_back(known, cases)
    settled = {(each.data.discrepancy, *each.data.settled) for each in of(known.events, DiscrepancyResolved)}
    for each in of(known.events, DiscrepancyReported):
        id = f"case:{each.data.subject.ref}/{each.data.kind}/{each.data.anchor}"
        values = (("expected", each.data.expected), ("observed", each.data.observed))
        if each.data.subject.ref in cases and each.data.kind in BLOCKING and (id, *values) not in settled:
            yield f"discrepancy {id}"
    excluded: dict[str, bool] = {}
    for each in of(known.events, ExclusionRecorded, ExclusionWithdrawn):
        if each.data.person == person:
            excluded[each.data.individual or each.data.case] = isinstance(each.data, ExclusionRecorded)
    yield from (f"exclusion of {one}" for one in cases | tokens if excluded.get(one))
    for other in set(PERSONS) - {person}:
        for id, data in known.standing(other).items():
            if known.cases(data.cases + data.individuals) & cases:
                yield f"{id} is of another person"


def taken_back(known: Known, cases: set[str]) -> Iterator[str]:
    """The holds that come of taking a determination back, until the examiner lifts them."""
    examiner = {each.data.hold for each in of(known.events, HoldLifted) if each.data.actor.role == "medical_examiner"}
    now = {each.data.determination: each.data for each in known.events if each.data.name == "identification.determined"}
    for case in cases:
        joined = known.ever_joined(case)
        for data in known.ever_determined():
            if case not in data.cases and not joined & set(data.individuals):
                continue
            still = now.get(data.determination)
            gone = still is None or not (case in still.cases or joined & set(still.individuals))
            if gone and f"removed:{data.determination}" not in examiner:
                yield f"{data.determination} was removed from {case}"
            if not gone and data.determination in known.rescinded and f"rescinded:{data.determination}" not in examiner:
                yield f"{data.determination} was rescinded"


@judged
@given(telling=DISPUTED)
def test_what_leaves_tells_of_what_stands_undisputed_by_all_that_was_filed_by_then(telling: Telling) -> None:
    for leaving in telling.left:
        if leaving.notice.kind not in TELLINGS:
            continue
        known = Known(leaving.filed)
        person, cause, _ = leaving.line
        tokens = frozenset(leaving.notice.cases)
        stands = known.whole(person, cause)
        if leaving.notice.portions:
            stands = frozenset().union(*(known.tokens(person, portion) for portion in leaving.notice.portions))
        assert tokens, f"{leaving.notice.reference} tells of nothing"
        assert tokens <= stands, f"{leaving.notice.reference} tells of what does not stand"
        assert list(disputed(known, person, tokens)) == [], leaving.notice.reference
