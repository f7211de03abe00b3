"""Invariant 9: at most one active association per case, and one active person per case and individual."""

from hypothesis import given

from services.tracker.model.policy import Policy
from shared.events import CaseAssociated, CaseDissociated, IdentificationDetermined, IdentificationRescinded
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, of
from tests.property.stories import CASES, Story, stories

POLICY = Policy()
EXAMINED = stories(
    *(what.associated, what.associated, what.dissociated, what.determined, what.determined, what.rescinded_, what.restated),
    *what.CORRECTIONS,
    begin=[what.all_registered],
)


def joined(events: list[Counted], number: str) -> list[str]:
    """The individuals that a case is associated with, the last associated last."""
    active: list[str] = []
    for each in of(events, CaseAssociated, CaseDissociated):
        if each.data.case == number:
            active = [one for one in active if one != each.data.individual]
            if isinstance(each.data, CaseAssociated):
                active.append(each.data.individual)
    return active


def persons(events: list[Counted], number: str) -> set[tuple[str, ...]]:
    """Whose a case is said to be: by name, or through the individual that it is associated with."""
    gone = {each.data.determination for each in of(events, IdentificationRescinded)}
    mine = set(joined(events, number)[-1:])
    return {
        each.data.persons
        for each in of(events, IdentificationDetermined)
        if each.data.determination not in gone and (number in each.data.cases or mine & set(each.data.individuals))
    }


@judged
@given(story=EXAMINED)
def test_a_case_is_of_one_individual_and_of_two_it_is_a_discrepancy(story: Story) -> None:
    events, cases = story.counted, folded(story.filed).cases
    for number in CASES:
        active = joined(events, number)
        case = cases.get(number)
        assert (case.individual if case is not None else None) == (active[-1] if active else None), number
        found = case is not None and any(each.kind == "association" and each.open for each in case.discrepancies(POLICY))
        assert found == (len(active) > 1), f"{number} is associated with {active}"


@judged
@given(story=EXAMINED)
def test_a_case_is_of_one_person_and_of_two_it_is_a_blocking_discrepancy(story: Story) -> None:
    events = story.counted
    for number, case in folded(story.filed).cases.items():
        claimed = persons(events, number)
        found = any((each.kind, each.anchor) == ("identity", "person") and each.open for each in case.discrepancies(POLICY))
        assert found == (len(claimed) > 1), f"{number} is said to be of {claimed}"
