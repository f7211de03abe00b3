"""When a name may be published, and what public affairs are told (invariant 8)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.tracker.model import embargo, gates
from services.tracker.model.lines import lines_of
from services.tracker.model.notices import NoticeState
from services.tracker.model.publications import NAMED
from services.tracker.model.reasons import Reason
from shared.terms import PublicationClass
from tests import facts
from tests.facts import CloudEvent
from tests.unit.played import POLICY
from tests.unit.stories import at
from tests.unit.told import DETERMINED, FAMILY, RESCINDED, SECOND, Told

DAY = 1440
RULE = POLICY.model_copy(update={"name_release_after_h": 24})
TOLD = facts.delivered(line={"cause": "D-1"}, says="stands", at=at(20))
BRIEFED = facts.briefed(at=at(30))


def reasons(*statements: CloudEvent, of: PublicationClass = "name", minutes: int = 20 + DAY) -> dict[str, Reason]:
    record = Told(*statements).record()
    person = record.persons["P-0001"]
    view = gates.View(person, record, RULE, datetime.fromisoformat(at(minutes)), {})
    return {each.code: each for each in embargo.embargo(of, lines_of(person, ()), view)}


def test_a_name_is_open_once_the_family_was_told_and_the_hours_have_passed() -> None:
    assert reasons(*FAMILY, DETERMINED, TOLD) == {}


def test_the_hours_of_the_policy_count_from_the_last_who_was_told_and_say_when_they_end() -> None:
    second = facts.delivered(kin="KIN-2", line={"cause": "D-1"}, says="stands", at=at(40))
    [waits] = reasons(*FAMILY, SECOND, DETERMINED, TOLD, second).values()
    assert (waits.code, waits.ground) == ("name_release", False)
    assert waits.until == datetime.fromisoformat(at(40)) + timedelta(days=1)


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ((*FAMILY, TOLD), "not_determined"),
        ((*FAMILY, DETERMINED, TOLD, RESCINDED), "not_determined"),
        ((facts.liaison(at=at(2)), DETERMINED), "no_pnok"),
        ((*FAMILY, DETERMINED), "pnok_not_told"),
        ((*FAMILY, SECOND, DETERMINED, TOLD), "kin_not_told"),
    ],
)
def test_nobody_reads_first_what_a_family_must_be_told_first(statements: tuple[CloudEvent, ...], code: str) -> None:
    found = reasons(*statements)
    assert list(found) == [code]
    assert found[code].ground


def test_a_kin_who_cannot_be_reached_is_gone_on_without_by_two_people_who_knew_what_stands() -> None:
    gone = facts.unreachable(kin="KIN-2", at=at(12)), facts.override(kin="KIN-2", at=at(14))
    assert reasons(*FAMILY, SECOND, DETERMINED, TOLD, *gone) == {}
    assert list(reasons(*FAMILY, SECOND, DETERMINED, TOLD, gone[0])) == ["kin_not_told"]
    later = facts.determined("K55-02", determination="D-2", at=at(16))
    assert list(reasons(*FAMILY, SECOND, DETERMINED, TOLD, *gone, later)) == ["kin_not_told"]


@pytest.mark.parametrize("of", ["full", "funeral"])
def test_more_than_a_name_waits_for_the_briefing_too(of: PublicationClass) -> None:
    assert list(reasons(*FAMILY, DETERMINED, TOLD, of=of)) == ["briefing"]
    assert reasons(*FAMILY, DETERMINED, TOLD, BRIEFED, of=of) == {}


def test_a_hold_on_publishing_blocks_whatever_it_was_placed_on_and_names_its_event() -> None:
    on_case = facts.hold_placed("H-1", scope=["publish"], stream="identification", id="H", at=at(15))
    on_person = facts.hold_placed(
        "H-2", scope=["publish"], cases=[], person="P-0001", stream="family", role="casualty_office", at=at(15)
    )
    found = reasons(*FAMILY, facts.registered(at=at(0)), DETERMINED, TOLD, on_case)["hold"]
    assert found.event == (on_case["source"], "H")
    assert "hold" in reasons(*FAMILY, DETERMINED, TOLD, on_person)


# ------------------------------------------------------------------------------------------------- what is owed
def told(*statements: CloudEvent) -> Told:
    return Told(*FAMILY, facts.registered(at=at(0)), DETERMINED, TOLD, *statements)


def keys(story: Told, minutes: int) -> dict[str, str]:
    """Key -> state, of what goes to public affairs."""
    story.and_then(minutes=minutes)
    return {
        each.key.removeprefix("publication_eligible/P-0001/"): each.state for each in story.notices.values() if public(each.key)
    }


def public(key: str) -> bool:
    return "publication_eligible" in key


def becomes(story: Told, key: str, state: NoticeState) -> None:
    """What dispatch does to a notice."""
    found = next(each for each in story.notices.values() if each.key.endswith(key))
    story.notices[found.reference] = replace(found, state=state, left_at=datetime.fromisoformat(at(20 + DAY)))


def test_public_affairs_are_told_of_a_class_when_nothing_but_hours_is_left_and_it_is_held_for_those() -> None:
    assert keys(told(), 25) == {"name": "held"}
    assert keys(told(), 20 + DAY) == {"name": "ready"}
    assert keys(told(BRIEFED), 20 + DAY) == {"name": "ready", "full": "ready", "funeral": "ready"}


def test_the_hours_of_a_name_are_looked_at_again_when_they_end() -> None:
    assert told().required(25).next_check_at == datetime.fromisoformat(at(20)) + timedelta(days=1)


def test_what_has_not_left_is_withdrawn_when_its_ground_falls_and_what_has_is_stopped() -> None:
    story = told()
    keys(story, 20 + DAY)
    story.statements.append(RESCINDED)
    assert keys(story, 20 + DAY)["name"] == "withdrawn"
    out = told()
    keys(out, 20 + DAY)
    becomes(out, "name", "sent")
    out.statements.append(RESCINDED)
    assert keys(out, 20 + DAY) == {"name": "sent", "stop/publication_eligible/P-0001/name/office:default": "ready"}
    becomes(out, "office:default", "sent")
    assert keys(out, 20 + DAY)["name"] == "stopped"


def test_what_was_stopped_is_owed_again_under_a_key_of_its_own() -> None:
    story = told()
    keys(story, 20 + DAY)
    becomes(story, "name", "stopped")
    assert keys(story, 20 + DAY) == {"name": "stopped", "name/2": "ready"}


def test_what_left_and_is_owed_still_is_left_alone_and_ends_when_the_name_is_public() -> None:
    story = told()
    keys(story, 20 + DAY)
    becomes(story, "name", "sent")
    assert keys(story, 20 + DAY) == {"name": "sent"}
    story.statements.append(facts.published(at=at(30 + DAY)))
    assert keys(story, 40 + DAY) == {"name": "done"}
    story.statements.append(facts.publication_corrected(at=at(50 + DAY)))
    assert keys(story, 60 + DAY) == {"name": "done"}


def test_what_was_done_is_in_hand_again_when_the_name_was_not_published_after_all() -> None:
    story, published = told(), facts.published(at=at(30 + DAY))
    keys(story, 20 + DAY)
    becomes(story, "name", "sent")
    story.statements.append(published)
    assert keys(story, 40 + DAY) == {"name": "done"}
    story.statements.append(facts.corrected(published, at=at(50 + DAY)))
    assert keys(story, 60 + DAY) == {"name": "sent"}
    story.statements.append(RESCINDED)
    assert keys(story, 60 + DAY) == {"name": "sent", "stop/publication_eligible/P-0001/name/office:default": "ready"}


def test_a_name_that_is_public_already_is_offered_to_nobody() -> None:
    assert keys(told(facts.published(at=at(5))), 20 + DAY) == {}


def test_each_service_has_its_own_public_affairs_and_the_default_office_stands_in() -> None:
    story = told()
    [one] = [each for each in story.required(20 + DAY).owed if each.kind == "publication_eligible"]
    assert one.recipient == "office:default"


# ------------------------------------------------------------------------------------------------- states
def state(story: Told, of: PublicationClass = "name", minutes: int = 20 + DAY) -> str:
    record = story.record()
    person = record.persons["P-0001"]
    view = gates.View(person, record, RULE, datetime.fromisoformat(at(minutes)), {})
    return person.publications.state(of, tuple(embargo.embargo(of, lines_of(person, ()), view)))


def test_a_publication_goes_from_embargoed_to_eligible_approved_published_and_corrected() -> None:
    approved, published = facts.publication_approved(at=at(40)), facts.published(at=at(50))
    assert [state(told(), minutes=25), state(told())] == ["embargoed", "eligible"]
    assert state(told(approved)) == "approved"
    assert state(told(approved, published)) == "published"
    assert state(told(approved, published, facts.publication_corrected(at=at(60)))) == "corrected"


def test_an_approval_opens_no_gate_and_a_rescission_embargoes_again() -> None:
    assert state(told(facts.publication_approved(at=at(21)), RESCINDED)) == "embargoed"


def test_the_progress_of_a_person_goes_on_to_the_last_facts() -> None:
    story = told(facts.published(at=at(60)))
    seen = []
    for last in (BRIEFED, facts.interred(at=at(70)), facts.rosette(at=at(80)), RESCINDED):
        seen.append(story.record().persons["P-0001"].progress)
        story.statements.append(last)
    seen.append(story.record().persons["P-0001"].progress)
    assert seen == ["announced", "briefed", "interred", "rosette_placed", "unaccounted_for"]


def test_an_aggregate_makes_nobody_known_by_name() -> None:
    person = told(facts.published(scope="TO-2018", at=at(60))).record().persons["P-0001"]
    assert not person.publications.named
    assert set(NAMED) == {"name", "full", "funeral"}
