"""Invariant 20: identified, attributed and remaining are the current estimate, whatever was known when it was asked."""

from collections.abc import Sequence

from hypothesis import given

from services.tracker.model import scope
from services.tracker.model.account import account, discrepancies
from shared.events import (
    AttributionDetermined,
    CaseAssociated,
    CaseRegistered,
    IdentificationDetermined,
    IdentificationRescinded,
    MniEstimated,
)
from shared.events.event import Event
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.plain import counted, of
from tests.property.stories import Story, stories
from tests.property.test_invariant_09_one_person import joined

COUNTED = stories(
    *(what.determined, what.determined, what.attributed, what.attributed, what.estimated, what.rescinded_, what.restated),
    *(what.associated, what.associated, what.dissociated, what.did_not_occur),
    begin=[what.all_registered, what.estimated],
    most=18,
)


def sets(known: Sequence[Event]) -> tuple[set[str], set[str], int | None]:
    """The persons identified, the individuals attributed and of no such person, and the last estimate."""
    events = counted(known)
    cases = {each.data.case for each in of(events, CaseRegistered)}
    ours = {each.data.individual for each in of(events, CaseAssociated) if each.data.case in cases}
    gone = {each.data.determination for each in of(events, IdentificationRescinded)}
    persons: set[str] = set()
    taken: set[str] = set()
    for each in of(events, IdentificationDetermined):
        named = set(each.data.individuals)
        if each.data.determination not in gone and (cases & set(each.data.cases) or ours & named):
            persons |= set(each.data.persons)
            taken |= named.union(*(joined(events, number)[-1:] for number in each.data.cases))
    attributed = {one for each in of(events, AttributionDetermined) for one in ours & set(each.data.individuals)}
    for each in of(events, AttributionDetermined):
        attributed.update(*(joined(events, number)[-1:] for number in cases & set(each.data.cases)))
    estimates = [each.data.value for each in of(events, MniEstimated)]
    return persons, attributed - taken, estimates[-1] if estimates else None


@judged
@given(story=COUNTED)
def test_at_every_known_at_the_three_figures_are_the_estimate_and_count_nobody_twice(story: Story) -> None:
    for known in (story.filed[: len(story.filed) // 2], story.filed):
        found = account(scope.fold("TO-1", known))
        persons, attributed, estimate = sets(known)
        assert (set(found.identified.of), set(found.attributed.of)) == (persons, attributed)
        assert (found.identified.value, found.attributed.value) == (len(persons), len(attributed))
        if estimate is None:
            assert found.remaining is None
            continue
        assert found.remaining == estimate - len(persons) - len(attributed)
        assert bool(discrepancies(found, {})) == (found.remaining < 0)
