"""What may be done for a person now, and what keeps the rest."""

from datetime import datetime
from typing import get_args

from services.tracker.model import gates
from services.tracker.model.embargo import publications
from services.tracker.model.lines import lines_of
from services.tracker.model.permitted import OPENS_WITH, Permitted, permitted
from services.tracker.model.reasons import ReasonCode
from tests import facts
from tests.facts import CloudEvent
from tests.unit.stories import at
from tests.unit.test_model_embargo import BRIEFED, DAY, RULE, TOLD
from tests.unit.told import DETERMINED, FAMILY, SECOND, Told


def acts(*statements: CloudEvent, minutes: int = 20 + DAY) -> tuple[Permitted, ...]:
    story = Told(*statements)
    record = story.record()
    person = record.persons["P-0001"]
    view = gates.View(person, record, RULE, datetime.fromisoformat(at(minutes)), {})
    return permitted(lines_of(person, ()), story.required(minutes).owed, view)


def blocks(*statements: CloudEvent, minutes: int = 20 + DAY) -> dict[str, list[str] | str]:
    """Act -> `done`, or the codes of its reasons; open is an empty list."""
    found = acts(*statements, minutes=minutes)
    return {each.act: "done" if each.done else [reason.code for reason in each.reasons] for each in found}


def behind(*statements: CloudEvent) -> dict[str, list[tuple[ReasonCode, str | None]]]:
    """Act -> the codes of its reasons, each with the id of the event that it names."""
    found = acts(*statements, minutes=40)
    return {each.act: [(one.code, one.event[1] if one.event else None) for one in each.reasons] for each in found}


def test_nothing_may_be_done_before_a_determination() -> None:
    found = blocks(*FAMILY)
    assert all("not_determined" in codes for codes in found.values())


def test_without_a_pnok_there_is_nobody_to_tell() -> None:
    assert "no_pnok" in blocks(facts.liaison(at=at(2)), DETERMINED)["tell_pnok"]


def test_the_pnok_may_be_told_and_others_wait_for_that() -> None:
    found = blocks(*FAMILY, SECOND, DETERMINED)
    assert found["tell_pnok"] == []
    assert found["tell_others"] == ["pnok_not_told"]
    assert found["account_for"] == ["pnok_not_told"]
    assert found["publish_name"] == ["pnok_not_told", "kin_not_told"]


def test_what_was_done_says_so_and_what_was_opened_by_it_is_open() -> None:
    found = blocks(*FAMILY, DETERMINED, TOLD, BRIEFED, facts.accounted_for(at=at(30)), facts.published(at=at(40)))
    assert {act for act, codes in found.items() if codes == "done"} == {"tell_pnok", "publish_name", "account_for"}
    assert found["publish_full"] == []
    assert found["tell_others"] == []


def test_remains_are_returned_where_the_family_directed_and_under_no_hold() -> None:
    held = facts.hold_placed("H-1", scope=["return"], at=at(15))
    told = (*FAMILY, facts.registered(at=at(0)), DETERMINED, TOLD)
    assert blocks(*told, held)["return_remains"] == ["not_directed", "hold"]
    assert blocks(*told, facts.directed(at=at(30)))["return_remains"] == []


def test_every_reason_says_what_would_open_its_gate() -> None:
    assert set(OPENS_WITH) == set(get_args(ReasonCode))


def test_a_block_names_the_event_behind_it() -> None:
    determined, told = (
        facts.determined(id="D", at=at(20)),
        facts.delivered(line={"cause": "D-1"}, says="stands", id="T", at=at(30)),
    )
    rescinded = facts.rescinded(id="R", at=at(40))
    family = (facts.registered(), facts.kin(), facts.pnok(), facts.liaison())
    assert behind(*family, determined)["publish_name"] == [("pnok_not_told", "D")]
    assert behind(*family, determined)["account_for"] == [("pnok_not_told", "D")]
    assert behind(*family, facts.kin(kin="KIN-2"), determined, told)["publish_name"] == [("kin_not_told", "D")]
    assert behind(*family, determined, told)["publish_name"] == [("name_release", "T")]
    assert behind(*family, determined, told, rescinded)["publish_name"] == [("not_determined", "R")]


def test_a_class_of_publication_is_embargoed_eligible_approved_or_public() -> None:
    said = [facts.registered(), facts.kin(), facts.pnok(), facts.liaison(), facts.determined(at=at(20))]
    stages = [None, facts.delivered(line={"cause": "D-1"}, says="stands", at=at(21)), facts.publication_approved(at=at(22))]
    stages += [facts.published(at=at(23)), facts.publication_corrected(at=at(24))]
    seen = []
    for stage in stages:
        said += [stage] if stage is not None else []
        [name] = [each for each in acts(*said, minutes=30 + DAY) if each.act == "publish_name"]
        seen.append(name.publication)
    assert seen == ["embargoed", "eligible", "approved", "published", "corrected"]


def test_each_class_of_publication_of_a_person_has_its_state() -> None:
    story = Told(*FAMILY)
    record = story.record()
    view = gates.View(record.persons["P-0001"], record, RULE, datetime.fromisoformat(at(20)), {})
    assert publications((), view) == dict.fromkeys(("name", "full", "funeral"), "embargoed")
