"""A determination is rescinded: before the visit, after it, and in error; and a correction that was itself wrong."""

from tests import facts
from tests.scenarios.scene import FIRST, Scene, family

DETERMINED = facts.registered(), *family(), facts.determined()


async def test_a_rescission_after_the_mail_and_before_the_visit_is_a_stop_and_nothing_escalates(scene: Scene) -> None:
    await scene.given(*DETERMINED)
    told = await scene.notice("identification")

    await scene.when(facts.rescinded(at="2018-09-18T15:30:00Z"))

    assert scene.mails_to(FIRST) == ["a family to contact", "STOP"]
    stop = await scene.notice("stop")
    assert stop["stops"] == told["reference"]
    await scene.when(facts.acknowledged(stop["reference"], at="2018-09-18T16:00:00Z"))
    await scene.until("2018-09-20T15:00:00Z")
    assert await scene.notices("escalation") == []
    assert await scene.families() == [("identification", "stopped"), ("stop", "acknowledged")]


async def test_a_rescission_after_the_visit_is_a_correction_to_whoever_was_told(scene: Scene) -> None:
    await scene.given(*DETERMINED)
    told = await scene.notice("identification")

    await scene.when(facts.delivered(notice=told["reference"], at="2018-09-18T16:00:00Z"))
    await scene.when(facts.rescinded(at="2018-09-18T16:30:00Z"))

    assert scene.mails_to(FIRST) == ["a family to contact", "a family to contact again"]
    assert await scene.families() == [("identification", "done"), ("correction", "sent")]
    person = await scene.person()
    assert person["progress"] == "unaccounted_for"
    assert [each["stands"] for each in person["determinations"]] == [False]
    assert "hold" in (await scene.case("K55-01"))["flags"]


async def test_a_rescission_that_never_occurred_is_followed_by_a_reinstatement(scene: Scene) -> None:
    rescinded = facts.rescinded(at="2018-09-18T16:30:00Z")
    await scene.given(*DETERMINED)
    told = await scene.notice("identification")
    await scene.given(facts.delivered(notice=told["reference"], at="2018-09-18T16:00:00Z"), rescinded)
    wrong = await scene.notice("correction")
    await scene.given(facts.delivered(notice=wrong["reference"], at="2018-09-18T17:30:00Z"))

    await scene.when(facts.corrected(rescinded, at="2018-09-18T18:00:00Z"))

    assert await scene.families() == [("identification", "done"), ("correction", "done"), ("reinstatement", "sent")]
    assert scene.mails_to(FIRST) == ["a family to contact", "a family to contact again", "a family to contact again"]
    assert [each["stands"] for each in (await scene.person())["determinations"]] == [True]
    assert (await scene.case("K55-01"))["flags"] == []


async def test_a_correction_of_a_correction_brings_back_what_was_said_first(scene: Scene) -> None:
    """The release was never wrong: who said so was. All three statements stay readable."""
    released = facts.released()
    withdrawn = facts.corrected(released, at="2018-09-18T15:10:00Z")
    await scene.given(facts.registered(), released, withdrawn)
    assert (await scene.case("K55-01"))["custody"] == "held"

    await scene.when(facts.corrected(withdrawn, at="2018-09-18T15:20:00Z"))

    case = await scene.case("K55-01")
    assert case["custody"] == "in_open_hand_over"
    assert {each["id"] for each in case["timeline"]} >= {released["id"], withdrawn["id"]}
    assert [each["name"] for each in case["timeline"]].count("custody.record.corrected") == 2
