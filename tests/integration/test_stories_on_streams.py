"""Two hundred stories through the real streams: accepted in any order, partly twice, filed and told by two processes at once.

One set of stories serves every question asked of it. How it is told is in storytellers.py; it is judged by what was filed and
what came into the mailbox, by the judge of the pure stories (tests/unit/justice.py). Only invariant 15 is held against the
model: what the same statements come to, each story by itself, told once and in the order of the world.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import redis

from embedded.mailbox import Mail
from services.tracker.model.notices import TELLINGS, Notice
from services.tracker.model.policy import Policy
from services.tracker.record.directory_file import parse_directory
from shared.events import IdentificationAmended, IdentificationDetermined
from tests.facts import CloudEvent
from tests.integration import outcome, what_left
from tests.integration.outcome import Outcome
from tests.integration.storytellers import Tellers, directory, own
from tests.integration.two_trackers import FIRST as FIRST_TRACKER
from tests.integration.two_trackers import POLICY, SECOND, reference_of, two_trackers
from tests.integration.what_left import Story, is_entitled
from tests.unit.judge import Left, id_of
from tests.unit.justice import everybody_knows_the_truth, line_of
from tests.unit.rules import Rules
from tests.unit.stories import START

pytestmark = pytest.mark.timeout(600)  # on an idle machine it takes a minute and a half; the fixture counts for the first test

SETTLING = timedelta(seconds=30)
RULES = Policy.parse(POLICY)


@dataclass(frozen=True)
class Told:
    """The set when all has come to rest. `first` are the statements of the first chapter, of which `paused` is the outcome."""

    first: Sequence[Sequence[CloudEvent]]
    paused: Outcome
    paused_at: datetime
    said: Sequence[Sequence[CloudEvent]]
    ended: Outcome
    ended_at: datetime
    notices: Sequence[Notice]
    stories: Sequence[Story]
    mails: Sequence[Mail]
    tellers: Tellers
    batches: tuple[int, ...]
    quarantined: int
    duplicates: int

    def truth(self, story: Story) -> tuple[Rules, Left]:
        """All that is true in a story in the end."""
        left = story.before(len(story.moves))
        return Rules([each.event for each in story.filed if is_entitled(each.event)], left), left


@pytest.fixture(scope="module")
def told(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The stories, shuffled into each other, told by two trackers that both run from the start."""
    database_url = servers.new_database("stories")
    folder = tmp_path_factory.mktemp("stories")
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    with two_trackers(servers.redis_url, database_url, folder, directory(whole=False), START) as pair:
        tellers = Tellers(pair)
        tellers.first_chapter()
        first, paused_at = statements(tellers), tellers.now
        with psycopg.connect(database_url) as record:
            paused = outcome.read(record)
        batches = [pair.committed(SECOND)]
        tellers.second_chapter()
        tellers.come_to_rest()
        batches.insert(0, pair.committed(FIRST_TRACKER))
        mails = list(pair.mailbox.messages)
    said = [tale.said for tale in tellers.tales]
    with psycopg.connect(database_url) as record:
        return Told(
            first=first,
            paused=paused,
            paused_at=paused_at,
            said=statements(tellers),
            ended=outcome.read(record),
            ended_at=tellers.now,
            notices=outcome.stored(record),
            stories=what_left.stories(record, said, [tale.world.belief for tale in tellers.tales]),
            mails=mails,
            tellers=tellers,
            batches=tuple(batches),
            quarantined=count(record, "SELECT count(*) FROM quarantine"),
            duplicates=count(record, "SELECT count(*) FROM duplicate"),
        )


def statements(tellers: Tellers) -> list[list[CloudEvent]]:
    """All that was said by now, story by story, as it stands in the streams."""
    return [[own(tale.number, each) for each in tale.said] for tale in tellers.tales]


def count(record: "psycopg.Connection[Any]", query: Any) -> int:
    [(number,)] = record.execute(query).fetchall()
    return int(number)


# ------------------------------------------------------------------------------------------------- what makes them hard
def test_the_stories_hold_what_makes_them_hard(told: Told) -> None:
    names = {each["type"] for story in told.said for each in story}
    corrects = {each["data"]["corrects"]["type"] for story in told.said for each in story if "corrects" in each["data"]}
    kinds = {notice.reference: notice.kind for notice in told.notices}
    times = [each["time"] for story in told.said for each in story]
    left = Counter(kinds.get(reference_of(mail)) for mail in told.mails)
    assert "org.rosette.identification.rescinded.v1" in names
    assert "org.rosette.identification.determined.v1" in corrects
    assert any(max(Counter(cases_of_persons(each)).values(), default=0) >= 2 for each in told.first)
    assert min(left[kind] for kind in ("identification", "additional_portions", "ask_first", "information", "takeover")) > 0
    assert min(left[kind] for kind in ("stop", "correction", "reinstatement")) > 0
    assert len(set(times)) < len(times)
    assert min(told.batches) > 0, "both processes committed batches"
    assert {mail.sender for mail in told.mails} == {FIRST_TRACKER, SECOND}


def cases_of_persons(story: Sequence[CloudEvent]) -> Iterator[str]:
    """Each person as often as a case was determined to be theirs."""
    said = [statement["data"] for statement in story if statement["type"] == "org.rosette.identification.determined.v1"]
    determined = {(person, case) for data in said for person in data["persons"] for case in data["cases"]}
    return (person for person, _ in determined)


def test_one_process_was_killed_over_a_mail_that_was_in_the_box(told: Told) -> None:
    assert told.tellers.pair.killed.is_set()
    assert any(there for _, there in told.tellers.doubts), "the mail over which it was killed is in doubt until a person asks"


def test_nothing_is_quarantined_and_what_was_appended_twice_is_a_duplicate(told: Told) -> None:
    assert told.quarantined == 0
    assert told.duplicates == told.tellers.appended


# ------------------------------------------------------------------------------------------------- 5
def test_invariant_05_only_what_those_said_who_may_say_it_has_an_effect(told: Told) -> None:
    """In the stories the laboratory takes back determinations: intake refuses it, and where it is filed, nothing follows."""
    usurped = {tale.number: [each["id"] for each in tale.usurped] for tale in told.tellers.tales}
    flagged = {id.rpartition("#")[2] for id, *_ in told.ended.discrepancies}
    assert sum(map(len, usurped.values())) == told.tellers.refused > len(told.stories) / 2
    assert {id for ids in usurped.values() for id in ids} <= flagged
    for story in told.stories:
        if not usurped[story.number]:
            continue
        none(story, story.leavings())
        for place in story.leavings():
            assert examined(story, place), story.told(place, "no examiner said what it tells of")
        knows_the_truth(told, story)


def examined(story: Story, place: int) -> bool:
    """Whether a medical examiner had said what a telling of an identification is about."""
    move = story.moves[place]
    if move.notice.kind not in ("identification", "additional_portions", "reinstatement", "takeover"):
        return True
    about = [each.event for each in story.filed if each.at <= move.at and id_of(str(move.notice.cause)) in stated(each.event)]
    return all(each.data.actor.role == "medical_examiner" for each in about)


def stated(event: Any) -> Iterator[str]:
    """The determination or amendment that an event states."""
    data = event.restated.data if event.restated is not None else event.data
    if isinstance(data, IdentificationAmended):
        yield data.amendment
    elif isinstance(data, IdentificationDetermined):
        yield data.determination


# ------------------------------------------------------------------------------------------------- 6
def test_invariant_06_nothing_leaves_before_all_that_it_is_told_by_was_filed_and_undisputed(told: Told) -> None:
    for story in told.stories:
        tellings = [place for place in story.leavings() if story.moves[place].notice.kind in TELLINGS]
        for place in tellings:
            filed = known_since(story, place)
            assert filed is None or story.moves[place].at - filed >= SETTLING, story.told(place, "its cause had not settled")
        none(story, tellings)


def known_since(story: Story, place: int) -> datetime | None:
    """When a determination or amendment was first filed."""
    cause = id_of(str(story.moves[place].notice.cause))
    return next((each.at for each in story.filed if cause in stated(each.event)), None)


# ------------------------------------------------------------------------------------------------- 11
def test_invariant_11_what_is_taken_back_is_stopped_at_once_and_corrected_wherever_it_was_told(told: Told) -> None:
    for story in told.stories:
        answers = [place for place in story.leavings() if story.moves[place].notice.kind in ("stop", "correction")]
        none(story, answers)
        for at in sorted({each.at for each in story.filed}):
            nothing_fallen_is_in_a_hand(story, at)
        knows_the_truth(told, story)


def nothing_fallen_is_in_a_hand(story: Story, at: datetime) -> None:
    """At rest no liaison has a notice of something that stands no more."""
    until = sum(move.at <= at for move in story.moves)
    left = story.before(until)
    if not left.notices:
        return
    truth = Rules([each.event for each in story.filed if each.at <= at and is_entitled(each.event)], left)
    for line in {line_of(one) for one in left.notices}:
        for held in truth.in_hand(line).values():
            if not held.portions:
                fallen = frozenset(held.cases) - truth.whole(line)
                assert not fallen, story.told(until - 1, f"at {at:%d %H:%M} {held.reference[:6]} is not stopped: {fallen} fell")


# ------------------------------------------------------------------------------------------------- 14
def test_invariant_14_nobody_is_told_twice_whatever_was_repeated_and_whoever_died(told: Told) -> None:
    came = Counter(reference_of(mail) for mail in told.mails)
    assert [reference for reference, times in came.items() if times > 1] == []
    assert len({mail.message["Message-ID"] for mail in told.mails}) == len(told.mails)
    keys = {notice.reference: notice for notice in told.notices if notice.kin is not None}
    of_families = [keys[reference] for reference in came if reference in keys]
    assert repeated(one.key for one in of_families) == []
    first = [one for one in of_families if one.kind in ("identification", "additional_portions")]
    assert repeated((one.person, one.cause, one.kin) for one in first) == []
    left = [one.reference for story in told.stories for one in story.before(len(story.moves)).notices]
    assert sorted(left) == sorted(one.reference for one in of_families), "what the record says has left is what came"


def repeated(each: Any) -> list[Any]:
    return [one for one, times in Counter(each).items() if times > 1]


# ------------------------------------------------------------------------------------------------- 15
def test_invariant_15_any_order_any_repeats_and_two_processes_end_in_the_same(told: Told) -> None:
    """With nobody told: the same histories, cases, persons, discrepancies and required notices as in the order of the world."""
    before_any_mail = parse_directory(directory(whole=False))
    same(told.paused, outcome.expected(told.first, RULES, before_any_mail, told.paused_at), "notices")


def test_invariant_15_the_same_holds_once_everybody_was_told_and_nothing_is_left_to_change(told: Told) -> None:
    everybody = parse_directory(directory(whole=True))
    expected = outcome.expected(told.said, RULES, everybody, told.ended_at)
    same(told.ended, expected)
    assert outcome.undone(told.said, told.notices, RULES, everybody, told.ended_at) == []


def same(found: Outcome, expected: Outcome, *also: str) -> None:
    for which in ("histories", "cases", "persons", "discrepancies", *also):
        assert getattr(found, which) == getattr(expected, which), which


# ------------------------------------------------------------------------------------------------- the judge
def none(story: Story, places: Any) -> None:
    """Nothing of what left at these places left without a reason."""
    for place in places:
        fault = story.fault(place)
        assert fault is None, fault


def knows_the_truth(told: Told, story: Story) -> None:
    truth, left = told.truth(story)
    try:
        everybody_knows_the_truth(truth, story.belief, told.ended_at, story.lines(left))
    except AssertionError as broken:
        raise AssertionError(story.told(len(story.moves) - 1, str(broken))) from None
