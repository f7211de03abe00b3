"""What happens to families and their liaisons while something waits to be said to them."""

from datetime import timedelta
from typing import Any

from tests import facts
from tests.scenarios.scene import DUTY, FIRST, SECOND, Scene, family

DETERMINED = facts.registered(), *family(), facts.determined()
BY_TELEPHONE: dict[str, Any] = {"line": {"cause": "D-1"}, "says": "stands", "channel": "telephone"}


async def test_who_was_told_by_telephone_while_the_mail_server_was_down_is_not_told_again(scene: Scene) -> None:
    scene.mailbox.script = lambda _mail: "451 try again later"
    scene.story.patience_s = 0.5
    await scene.say(*DETERMINED)
    while not scene.mailbox.attempts:
        step = await scene.step(scene.story.now() + timedelta(minutes=2))
        assert not step["at_rest"]

    scene.story.patience_s = 30
    await scene.when(facts.delivered(**BY_TELEPHONE, at="2018-09-18T15:00:00Z"))
    scene.mailbox.script = lambda _mail: "250 OK"
    await scene.until("2018-09-18T18:00:00Z")

    assert await scene.families() == [("identification", "withdrawn")]
    assert scene.mails_to(FIRST) == []
    assert [line["told"] for line in await scene.get("/v1/persons/P-0001/told", on="2018-09-18")] == [["K55-01"]]


async def test_a_family_that_was_told_years_before_the_record_began_is_not_told_again(scene: Scene) -> None:
    then = "1994-05-17T15:00:00Z"
    old = facts.determined(at="1994-05-02T15:00:00Z")
    kin = facts.kin(at="1994-01-03T15:00:00Z"), facts.pnok(at="1994-01-03T15:00:00Z")
    await scene.given(facts.registered(at="1993-07-12T15:00:00Z"), *kin, facts.liaison())

    await scene.when(old, facts.delivered(**BY_TELEPHONE, at=then))

    assert await scene.states("identification", state="sent") == []
    assert scene.mails_to(FIRST) == []
    assert (await scene.person())["progress"] == "kin_notified"


async def test_a_padd_who_dies_while_a_portion_is_in_hand_is_stopped_and_nobody_is_appointed(scene: Scene) -> None:
    await told(scene, facts.election(), facts.kin(kin="KIN-2", required=False), facts.liaison(liaison="L-2", kin="KIN-2"))
    await scene.given(facts.amended(at="2018-09-18T16:00:00Z"))
    assert await scene.states("additional_portions") == ["sent"]

    await scene.when(facts.kin_deceased(at="2018-09-18T17:00:00Z"))

    assert await scene.states("additional_portions") == ["stopped"]
    assert scene.mails_to(FIRST) == ["a family to contact", "a family to contact", "STOP"]
    assert {each["key"] for each in await scene.notices("unassigned")} == {
        "unassigned/P-0001/padd/A-1",
        "unassigned/P-0001/pnok/D-1",
    }
    heir = facts.pnok(kin="KIN-2", at="2018-09-18T18:00:00Z"), facts.padd(kin="KIN-2", at="2018-09-18T18:00:00Z")
    await scene.when(*heir)
    assert scene.mails_to(SECOND) == ["a family to contact"]
    assert [reason["code"] for reason in (await scene.notice("ask_first"))["reasons"]] == ["own_not_told"]


async def test_a_new_bone_of_a_family_that_chose_never_is_kept_in_silence(scene: Scene) -> None:
    never = facts.election(choice="never")
    await told(scene, never)

    await scene.when(facts.amended(at="2018-09-18T16:00:00Z"))

    (kept,) = (await scene.person())["silent"]
    assert (kept["cause"], kept["kin"], kept["cases"]) == ("A-1", "KIN-1", ["K55-02"])
    assert kept["election"] == [never["source"], never["id"]]
    assert await scene.notices("additional_portions") == []
    assert scene.mails_to(FIRST) == ["a family to contact"]


async def test_a_new_bone_of_a_family_that_chose_the_end_is_told_when_the_project_closes(scene: Scene) -> None:
    await told(scene, facts.election(choice="at_end"))
    await scene.given(facts.amended(at="2018-09-18T16:00:00Z"))
    waiting = await scene.notice("additional_portions")
    assert (waiting["state"], [reason["code"] for reason in waiting["reasons"]]) == ("held", ["election"])

    await scene.when(facts.project_closed(at="2018-09-18T17:00:00Z"))

    assert await scene.states("additional_portions") == ["sent"]
    assert scene.mails_to(FIRST) == ["a family to contact"] * 2


async def test_a_dog_tag_is_information_and_no_identification(scene: Scene) -> None:
    await scene.given(facts.registered(), *family())

    await scene.when(facts.information(at="2018-09-18T15:10:00Z"))

    assert await scene.families() == [("information", "sent")]
    assert (await scene.person())["progress"] == "unaccounted_for"
    acts = {each["act"]: each["state"] for each in (await scene.get("/v1/persons/P-0001/gates"))["acts"]}
    assert {act for act, state in acts.items() if state == "open"} == set()
    mail = scene.mailbox.messages[0].content
    assert b"INF-1" not in mail
    assert b"P-0001" not in mail


async def test_a_correction_goes_to_the_liaison_of_now_and_not_to_the_one_who_told_them(scene: Scene) -> None:
    await told(scene)
    await scene.given(facts.relieved(at="2018-09-18T16:00:00Z"), facts.liaison(liaison="L-2", at="2018-09-18T16:00:00Z"))

    await scene.when(facts.rescinded(at="2018-09-18T17:00:00Z"))

    assert scene.mails_to(FIRST) == ["a family to contact"]
    assert scene.mails_to(SECOND) == ["a family to contact again"]
    assert (await scene.notice("correction"))["recipient"] == "liaison:L-2"
    assert DUTY not in [to for to, _ in scene.mails]


async def told(scene: Scene, *more: facts.CloudEvent) -> None:
    """A family that has been told of an identification; a second case, of the turnover, is still to be theirs."""
    await scene.given(facts.registered("K55-02", turnover="TO-2018"), *DETERMINED, *more)
    identification = await scene.notice("identification")
    await scene.given(facts.delivered(notice=identification["reference"], at="2018-09-18T15:30:00Z"))
    assert await scene.states("identification") == ["done"]
