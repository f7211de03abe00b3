"""At the laboratory: what is re-examined, emptied, and found to be of another family."""

from typing import Any

from tests import facts
from tests.scenarios.scene import FIRST, SECOND, Scene, family

LAB = "dpaa-lab"


def of_case(number: str) -> dict[str, Any]:
    """What an exclusion is of: a case, and not an individual."""
    return {"individual": facts.ABSENT, "case": number}


async def test_69_cases_re_examined_into_239_with_65_exclusions_keep_their_custodian_and_their_exclusions(scene: Scene) -> None:
    parents = [f"K55-{number:03}" for number in range(69)]
    children = {parent: [f"{parent}-{n}" for n in range(4 if number < 32 else 3)] for number, parent in enumerate(parents)}
    every = [child for each in children.values() for child in each]
    await scene.given(*(facts.registered(parent, custodian=LAB) for parent in parents))

    splits = [facts.split(parent, *mine) for parent, mine in children.items()]
    exclusions = [facts.excluded(**of_case(child)) for child in every[:65]]
    await scene.when(*splits, *exclusions)

    assert len(await scene.cases(custody="superseded")) == 69
    assert len(await scene.cases(custody="held", custodian=LAB)) == len(every) == 239
    await scene.when(facts.determined(every[64]), facts.determined(every[65], determination="D-2"))
    assert await scene.disagreements(every[64]) == [("exclusion", True)]
    assert await scene.disagreements(every[65]) == []


async def test_an_emptied_case_is_handed_back_and_what_was_in_it_stays(scene: Scene) -> None:
    found = facts.inventoried("K55-01", "K55-01-A", "K55-01-B", emptied=True)
    await scene.given(facts.registered(custodian=LAB), facts.opened(), found)

    back: dict[str, Any] = {"cases": ["K55-01"], "at": "2018-09-18T15:10:00Z"}
    await scene.when(facts.released(released_by=LAB, released_to="kpa", **back), facts.accepted(accepted_by="kpa", **back))

    box = await scene.case("K55-01")
    assert (box["custodian"], box["flags"], box["open_discrepancies"]) == ("kpa", ["emptied"], 0)
    assert [each["number"] for each in box["descendants"]] == ["K55-01-A", "K55-01-B"]
    for number in ("K55-01-A", "K55-01-B"):
        element = await scene.case(number)
        assert (element["custody"], element["custodian"], element["parents"]) == ("held", LAB, ["K55-01"])


async def test_a_bone_of_another_family_is_told_them_only_when_the_first_have_been_put_right(scene: Scene) -> None:
    both = facts.determined(cases=["K55-01", "K55-02"])
    await scene.given(facts.registered(), facts.registered("K55-02"), *family(), *family("P-0002", "KIN-2", "L-2"), both)
    told = await scene.notice("identification")
    await scene.given(facts.delivered(notice=told["reference"], at="2018-09-18T15:30:00Z"))

    removed = facts.amended(removed={"cases": ["K55-02"]}, at="2018-09-18T16:00:00Z")
    freed = facts.hold_lifted("removed:A-1", stream="identification", role="medical_examiner", at="2018-09-18T16:01:00Z")
    theirs = facts.determined("K55-02", "P-0002", "D-2", at="2018-09-18T16:02:00Z")
    await scene.when(removed, freed, theirs)

    waiting = await scene.notice("identification", person="P-0002")
    assert [reason["code"] for reason in waiting["reasons"]] == ["other_family"]
    correction = await scene.notice("correction", person="P-0001")
    assert (correction["state"], correction["cases"]) == ("sent", ["K55-01"])
    await scene.when(facts.delivered(notice=correction["reference"], at="2018-09-18T17:00:00Z"))
    assert await scene.states("identification", person="P-0002") == ["sent"]
    assert scene.mails_to(FIRST) == ["a family to contact", "a family to contact again"]
    assert scene.mails_to(SECOND) == ["a family to contact"]
