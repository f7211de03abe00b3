"""Invariant 10: an active exclusion blocks a determination on that pair; one made against it is a discrepancy."""

from hypothesis import given

from services.tracker.model.policy import Policy
from shared.events import ExclusionRecorded, ExclusionWithdrawn, IdentificationDetermined, IdentificationRescinded
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.plain import Counted, of
from tests.property.stories import Story, stories
from tests.property.test_invariant_09_one_person import joined

POLICY = Policy()
EXCLUDED = stories(
    *(what.excluded, what.excluded, what.exclusion_withdrawn, what.determined, what.determined, what.rescinded_),
    *(what.associated, what.dissociated, what.did_not_occur),
    begin=[what.all_registered],
)


def excluded(events: list[Counted]) -> set[tuple[str, str]]:
    """(case or individual, person) of each exclusion that was not withdrawn after it."""
    pairs: set[tuple[str, str]] = set()
    for each in of(events, ExclusionRecorded, ExclusionWithdrawn):
        pair = (each.data.individual or each.data.case, each.data.person)
        (pairs.add if isinstance(each.data, ExclusionRecorded) else pairs.discard)(pair)
    return pairs


@judged
@given(story=EXCLUDED)
def test_a_determination_stands_against_an_active_exclusion_only_as_a_discrepancy(story: Story) -> None:
    events = story.counted
    gone = {each.data.determination for each in of(events, IdentificationRescinded)}
    for number, case in folded(story.filed).cases.items():
        mine = {number, *joined(events, number)[-1:]}
        against = {
            f"{each.data.determination}#{person}"
            for each in of(events, IdentificationDetermined)
            if each.data.determination not in gone and (number in each.data.cases or mine & set(each.data.individuals))
            for subject, person in excluded(events)
            if subject in mine and person in each.data.persons
        }
        found = {each.anchor for each in case.discrepancies(POLICY) if each.kind == "exclusion" and each.open}
        assert found == against, number
