"""What the public may hear: no number from which one family could be made out."""

from typing import Any

from tests import facts
from tests.scenarios.scene import Scene

PERSONS = [f"P-{number:04}" for number in range(1, 26)]
AGGREGATE: dict[str, Any] = {"scope": "TO-2018", "period": "2018", "count": 25}


async def test_an_aggregate_of_25_waits_while_one_of_them_could_be_made_out(scene: Scene) -> None:
    cases = {person: f"K55-{number:02}" for number, person in enumerate(PERSONS, 1)}
    registered = [facts.registered(case, turnover="TO-2018") for case in cases.values()]
    determined = [facts.determined(case, person, f"D-{person}") for person, case in cases.items()]
    named = [facts.published(person, at="2018-09-17T15:00:00Z") for person in PERSONS[:-1]]
    await scene.given(facts.turnover(), *registered, *determined, *named)

    await scene.when(facts.publication_approved(**AGGREGATE, at="2018-09-18T15:10:00Z"))

    gate = await aggregate(scene)
    assert (gate["count"], gate["publication"], gate["state"]) == (25, "embargoed", "blocked")
    assert [block["code"] for block in gate["blocks"]] == ["aggregate"]
    waiting = await scene.notice("publication_eligible")
    assert (waiting["key"], waiting["state"]) == ("publication_eligible/TO-2018/2018/aggregate", "held")

    await scene.when(facts.published(PERSONS[-1], at="2018-09-18T16:00:00Z"))
    assert (await aggregate(scene))["state"] == "open"
    assert await scene.states("publication_eligible") == ["sent"]
    await scene.when(facts.published(**AGGREGATE, at="2018-09-18T17:00:00Z"))
    assert await scene.states("publication_eligible") == ["done"]


async def aggregate(scene: Scene) -> dict[str, Any]:
    gates = await scene.get("/v1/turnovers/TO-2018/gates")
    (of_year,) = [each for each in gates if each["period"] == "2018"]
    return dict(of_year)
