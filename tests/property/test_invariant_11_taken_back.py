"""Invariant 11: what is rescinded, or removed by a correction, is taken back wherever it went."""

from typing import Final

from hypothesis import given

from services.tracker.model.notices import TELLINGS, UNSENT
from services.tracker.model.targets import targets
from shared.events import HoldLifted
from shared.terms import HoldScope
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.plain import of
from tests.property.stories import CASES, PERSONS, Story, stories
from tests.property.tellings import Telling, tellings

HAPPENING = (what.determined, what.determined, what.rescinded_, what.rescinded_, what.restated, what.did_not_occur)
TOLD = tellings(*HAPPENING, what.examiner_lifted, what.associated, what.dissociated, begin=[what.all_registered])
EXAMINED = stories(*HAPPENING, what.examiner_lifted, what.associated, what.dissociated, begin=[what.all_registered])
SCOPES: Final[tuple[HoldScope, ...]] = ("notify", "return", "publish")


@judged
@given(telling=TOLD)
def test_in_the_end_no_family_believes_and_no_liaison_holds_what_was_taken_back(telling: Telling) -> None:
    known = Known(telling.events)
    for person in PERSONS:
        for kin in what.kin_of(person):
            for cause, tokens in known.heard(telling.left, person, kin).items():
                assert tokens <= known.whole(person, cause), f"{kin} still believes {cause} of {sorted(tokens)}"
    for notice in telling.notices:
        if notice.kind in TELLINGS and notice.state in UNSENT and not notice.portions:
            stands = known.whole(str(notice.person), str(notice.cause))
            assert notice.cases
            assert stands >= set(notice.cases), f"{notice.reference} waits to tell what was taken back"


@judged
@given(story=EXAMINED)
def test_the_cases_of_what_was_taken_back_are_on_a_hold_that_the_examiner_can_lift(story: Story) -> None:
    known = Known(story.events)
    examiner = {each.data.hold for each in of(known.events, HoldLifted) if each.data.actor.role == "medical_examiner"}
    cases = folded(story.filed).cases
    for each in of(known.events, *{type(data) for data in known.ever_determined()}):
        id = each.data.determination
        for number in (one for one in CASES if one in each.data.cases and id in known.rescinded):
            active = {scope for scope in SCOPES for hold, _ in cases[number].holds.active(scope) if hold == f"rescinded:{id}"}
            assert active == (set() if f"rescinded:{id}" in examiner else set(SCOPES)), f"{number} of {id}"
    now = {each.data.determination: set(each.data.cases) for each in known.events if "persons" in type(each.data).model_fields}
    for data in known.ever_determined():
        for number in (one for one in set(data.cases) - now.get(data.determination, set()) if not known.ever_joined(one)):
            hold = f"removed:{data.determination}"
            active = {scope for scope in SCOPES for one, _ in cases[number].holds.active(scope) if one == hold}
            assert active == (set() if hold in examiner else set(SCOPES)), f"{number} was of {data.determination}"


@judged
@given(story=EXAMINED)
def test_a_person_of_whom_nothing_stands_is_unaccounted_for(story: Story) -> None:
    known = Known(story.events)
    named = {target.ref for event in story.events for target in targets(event) if target.kind == "person"}
    for person in (one for one in PERSONS if one in named):
        progress = folded(story.filed).persons[person].progress
        assert (progress == "unaccounted_for") == (not known.standing(person)), person
