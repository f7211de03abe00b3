"""The generated story of K55, judged on its own: its facts can be read, and its truth does not contradict itself."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import orjson
import pytest

from demo.k55.calendar import BEGINS, DATES, ENDS, EVERY, MOMENTS
from demo.k55.cast import LATENESS, LIAISONS, SPEAKERS
from demo.k55.story import STUCK, Story, story
from demo.statements import CloudEvent
from services.intake.grants import types_named
from shared import wire
from shared.events import IdentificationDetermined
from shared.events.event import Event
from shared.terms import STREAMS

SEEDS = (1, 2, 3)
TO_THE_NEXT_MOMENT = EVERY


@pytest.fixture(scope="module", params=SEEDS)
def told(request: pytest.FixtureRequest) -> Story:
    return story(request.param)


@pytest.fixture(scope="module")
def facts(told: Story) -> list[Event]:
    return [read(statement) for statement in statements(told)]


def of_type(told: Story, name: str, field: str) -> set[str]:
    """The values of a field over all statements of a type."""
    return {data[field] for data in data_of(told, name)}


def data_of(told: Story, name: str) -> list[CloudEvent]:
    return [each["data"] for each in statements(told) if each["type"] == f"org.rosette.{name}.v1"]


def statements(told: Story) -> list[CloudEvent]:
    return [statement for act in told.acts for statement in act.statements]


def read(statement: CloudEvent) -> Event:
    return wire.read(orjson.loads(orjson.dumps(statement)))


def test_all_that_is_stated_can_be_read_and_is_on_all_three_streams(facts: list[Event]) -> None:
    assert {event.stream for event in facts} == set(STREAMS)


def test_nobody_states_what_its_source_may_not_say(told: Story) -> None:
    may = {speaker.slug: types_named(speaker.types) for speaker in SPEAKERS}
    assert [s["id"] for act in told.acts for s in act.statements if s["type"] not in may[act.speaker.slug]] == []


def test_what_is_stated_has_happened_and_comes_as_late_as_its_source_can_be(told: Story, facts: list[Event]) -> None:
    sent = [(act.at, act.speaker) for act in told.acts for _ in act.statements]
    first: dict[tuple[str, str], timedelta] = {}
    for (at, speaker), event in zip(sent, facts, strict=True):
        late = at - event.occurred_at
        assert late >= timedelta(0), event.key
        if speaker is not LIAISONS and event.occurred_at >= BEGINS:
            assert first.setdefault(event.key, late) <= LATENESS[speaker] + TO_THE_NEXT_MOMENT, event.key


def test_a_system_that_is_stuck_says_one_thing_a_thousand_times(told: Story) -> None:
    [(_, most), (_, next_most)] = Counter(each["id"] for each in statements(told)).most_common(2)
    assert STUCK < most <= STUCK + 2 > next_most


def test_an_id_has_one_body_and_some_come_again(told: Story) -> None:
    bodies: dict[tuple[str, str], set[bytes]] = {}
    for statement in statements(told):
        bodies.setdefault((statement["source"], statement["id"]), set()).add(orjson.dumps(statement))
    assert all(len(each) == 1 for each in bodies.values())
    assert 0.02 < 1 - len(bodies) / (len(statements(told)) - STUCK) < 0.05
    assert 5_800 < len(statements(told)) < 6_200


def test_it_ends_at_250_of_whom_93_are_identified_88_attributed_and_69_remain(told: Story) -> None:
    last = told.truth.figures[-1].figures
    assert {name: last[name] for name in ("mni", "identified", "attributed", "remaining")} == {
        "mni": 250,
        "identified": 93,
        "attributed": 88,
        "remaining": 69,
    }
    assert (last["expected"], last["received"], last["elements"]) == (55, 55, 501)


def test_at_every_date_the_figures_add_up_and_none_is_negative(told: Story) -> None:
    assert len(told.truth.figures) == 2 * len(DATES)
    for each in told.truth.figures:
        figures = each.figures
        assert figures["identified"] + figures["attributed"] + figures["remaining"] == figures["mni"]
        assert min(figures.values()) >= 0
        assert figures["accounted_for"] >= figures["interred"]


def test_what_is_known_later_of_a_date_is_sometimes_more(told: Story) -> None:
    pairs = [(then.figures, now.figures) for then, now in zip(told.truth.figures[::2], told.truth.figures[1::2], strict=True)]
    assert any(then != now for then, now in pairs)
    assert pairs[-1][0] == pairs[-1][1]


def test_every_notice_is_expected_once_of_a_family_on_file(told: Story) -> None:
    keys = [each.key for each in told.truth.notices]
    assert len(set(keys)) == len(keys)
    on_file = of_type(told, "kin.registered", "person")
    assert {key.split("told/")[-1].split("/")[0] for key in keys if "told/" in key} <= on_file


def test_every_determination_is_owed_to_somebody_and_every_portion_to_somebody_or_to_silence(told: Story) -> None:
    owed = {part for each in told.truth.notices for part in each.key.split("/")} | {cause for _, cause in told.truth.silent}
    determined = of_type(told, "identification.determined", "determination")
    portions = {data["amendment"] for data in data_of(told, "identification.amended") if "added" in data}
    assert determined | portions <= owed


def test_every_end_occurs_and_every_choice_is_made(told: Story) -> None:
    ends = Counter(each.end for each in told.truth.notices)
    assert set(ends) == {"done", "sent", "acknowledged", "stopped", "withdrawn", "never_left", "held"}
    assert of_type(told, "election.recorded", "choice") == {"each_time", "never", "at_end", "ask_me_first"}


def test_one_conduct_beside_the_usual_is_scripted_for_each_notice_that_ends_otherwise(told: Story) -> None:
    assert set(told.conducts) <= {each.key for each in told.truth.notices}


def test_one_seed_is_one_story() -> None:
    assert story(4) == story(4)


def test_another_seed_gives_other_lives_in_another_order_and_the_same_account() -> None:
    one, two = story(5), story(6)
    assert [s["id"] for s in statements(one)] != [s["id"] for s in statements(two)]
    assert one.truth.figures[-1].figures["remaining"] == two.truth.figures[-1].figures["remaining"]


def test_moments_follow_each_other_and_the_last_act_is_before_the_end(told: Story) -> None:
    assert all(before <= after for before, after in pairwise(act.at for act in told.acts))
    assert MOMENTS[0] == told.acts[0].at
    assert told.acts[-1].at < ENDS


def test_remains_are_parted_joined_moved_between_families_and_told_of_as_a_group(told: Story) -> None:
    removed = [data["removed"]["cases"] for data in data_of(told, "identification.amended") if "removed" in data]
    groups = [data["persons"] for data in data_of(told, "identification.determined") if data["kind"] == "group"]
    assert [len(cases) for cases in removed] == [1]
    assert {len(persons) for persons in groups} == {2}
    assert data_of(told, "case.split")
    assert data_of(told, "case.merged")


def test_a_number_waits_for_the_one_who_could_be_made_out(told: Story) -> None:
    [approved] = [data for data in data_of(told, "publication.approved") if data["class"] == "aggregate"]
    [end] = [each for each in told.truth.notices if each.key.endswith("/aggregate")]
    assert (end.end, end.because) == ("held", "aggregate")
    assert approved["count"] > 1


def test_who_was_told_before_the_record_began_is_written_to_by_nobody(told: Story, facts: list[Event]) -> None:
    said = (event.data for event in facts if event.occurred_at < BEGINS)
    before = {data.determination for data in said if isinstance(data, IdentificationDetermined)}
    ends = {each.end for each in told.truth.notices if each.key.startswith("told/") and each.key.split("/")[2] in before}
    assert ends == {"never_left"}
