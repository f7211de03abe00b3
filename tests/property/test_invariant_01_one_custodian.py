"""Invariant 1: one custodian per case at every instant; released and not yet accepted, the releaser answers."""

from collections.abc import Iterable

from hypothesis import given

from services.tracker.model.travel import until
from shared.events import (
    CaseRegistered,
    CustodyAccepted,
    CustodyDeclared,
    CustodyRefused,
    CustodyReleased,
)
from tests.property import happenings as what
from tests.property.constraints import named, refused
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, counted
from tests.property.stories import CASES, Story, stories

HAND_OVERS = stories(*what.CUSTODY, *what.CORRECTIONS, begin=[what.all_registered])


def answering(events: Iterable[Counted], number: str) -> list[str]:
    """Who answered for a case, one after the other; a refusal takes back the acceptance of its transfer."""
    claims: list[tuple[str, str]] = []
    taken: set[str] = set()
    for each in events:
        match each.data:
            case CaseRegistered(case=case, custodian=party) if case == number and not claims:
                claims.append((party, ""))
            case CustodyDeclared(cases=cases, custodian=party) if number in cases:
                claims.append((party, ""))
            case CustodyReleased(cases=cases, released_by=party) if number in cases and not claims:
                claims.append((party, ""))
            case CustodyAccepted(cases=cases, transfer=id, accepted_by=party) if number in cases and id not in taken:
                claims.append((party, id))
                taken.add(id)
            case CustodyRefused(cases=cases, transfer=id) if number in cases:
                claims = [claim for claim in claims if claim[1] != id]
                taken.discard(id)
            case _:
                pass
    return [party for party, _ in claims]


@judged
@given(story=HAND_OVERS)
def test_at_every_instant_just_the_party_answers_that_the_statements_so_far_name(story: Story) -> None:
    for instant in sorted({each.at for each in story.counted}):
        record = folded(until(story.filed, instant))
        so_far = [each for each in story.counted if each.at <= instant]
        for number in CASES:
            claims = answering(so_far, number)
            found = record.cases[number].custody.custodian if number in record.cases else None
            assert found == (claims[-1] if claims else None), f"{number} at {instant}"


@judged
@given(story=HAND_OVERS)
def test_a_release_leaves_whoever_answered_answering(story: Story) -> None:
    """Without its acceptances, a story of hand-overs moves nothing."""
    silent = [event for event in story.filed if not isinstance(event.data, CustodyAccepted | CustodyDeclared)]
    for case in folded(silent).cases.values():
        assert case.custody.custodian in (None, *answering(counted(silent), case.number)[:1])


def test_the_record_has_one_row_and_so_one_custodian_for_a_case(database_url: str) -> None:
    first, second = named(database_url, "K-1", "K-1 again")
    case = (
        "INSERT INTO case_ (target, number, registered, custody, progress, custodian, open_discrepancies, fold_version,"
        " filed_at) VALUES (%s, 'K-1', true, 'held', 'registered', %s, 0, 1, now())"
    )
    assert refused(database_url, case, (first, "unc"), (second, "dpaa")) == [False, True]
