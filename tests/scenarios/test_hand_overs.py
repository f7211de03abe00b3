"""From hand to hand: over the date line, with a wrong seal, one too few, too late, and the same thing said a thousand times."""

from tests import facts
from tests.scenarios.scene import DUTY, Scene, family

CASES = [f"K55-{number:02}" for number in range(1, 56)]
ALL = [facts.registered(case) for case in CASES]
OPEN = "in_open_hand_over"


async def test_a_flight_over_the_date_line_arrives_earlier_on_the_wall_and_later_in_the_world(scene: Scene) -> None:
    left = facts.departed(at="2018-08-01T17:30:00+09:00")
    landed = facts.arrived(at="2018-08-01T13:15:00-10:00")
    await scene.given(facts.registered())

    await scene.when(landed, left)

    case = await scene.case("K55-01")
    assert [each["id"] for each in case["timeline"]][-2:] == [left["id"], landed["id"]]
    assert [each["local_time"] for each in case["timeline"]][-2:] == [left["time"], landed["time"]]
    assert (case["place"], case["flags"], case["open_discrepancies"]) == ("Joint Base Pearl Harbor-Hickam", [], 0)


async def test_a_seal_that_was_not_the_one_released_keeps_the_family_until_somebody_has_settled_it(scene: Scene) -> None:
    known, seen = ({"number": number, "position": "lid"} for number in ("S-1", "S-2"))
    handed = facts.sealed(), facts.released(seals=[known]), facts.accepted(seals_seen=[seen])
    await scene.given(facts.registered(), *handed, *family(), facts.determined())
    assert await scene.disagreements("K55-01") == [("seal", True)]
    assert scene.mails == [(DUTY, "two statements to compare")]
    waiting = await scene.notice("identification")
    assert (waiting["state"], [reason["code"] for reason in waiting["reasons"]]) == ("held", ["discrepancy"])

    row = (await scene.case("K55-01"))["discrepancies"][0]
    settled = {"expected": row["expected"], "observed": row["observed"]}
    await scene.when(facts.discrepancy_resolved(row["id"], settled=settled, at="2018-09-18T15:30:00Z"))

    assert await scene.disagreements("K55-01") == [("seal", False)]
    assert await scene.states("identification") == ["sent"]


async def test_a_manifest_of_200_against_55_registered_is_a_discrepancy_once_all_was_reviewed(scene: Scene) -> None:
    registered = [facts.registered(case, turnover="TO-2018") for case in CASES]
    await scene.given(facts.turnover(expected_cases=200), *registered)
    assert await scene.disagreements("TO-2018") == []

    await scene.when(facts.reviewed(cases=CASES, turnover="TO-2018"))

    assert await scene.disagreements("TO-2018") == [("count", True)]
    account = await scene.account()
    assert (account["expected"]["value"], account["received"]["value"]) == (200, 55)


async def test_a_batch_that_is_five_days_late_ends_the_alarm_and_moves_custody_on_the_day_it_moved(scene: Scene) -> None:
    first = ["K55-01", "K55-02", "K55-03"]
    released = facts.released(cases=first, at="2018-09-18T15:00:00Z")
    accepted = facts.accepted(cases=first, at="2018-09-18T17:00:00Z")
    await scene.given(*(facts.registered(case) for case in first), released)
    await scene.until("2018-09-23T17:00:00Z")
    assert await scene.states("overdue_hand_over") == ["sent"]

    await scene.when(accepted)

    assert await scene.states("overdue_hand_over") == ["cleared"]
    for number in first:
        case = await scene.case(number)
        assert (case["custody"], case["custodian"], case["open_discrepancies"]) == ("held", "usaf", 0)
        assert case["custodians"][-1]["since"] == accepted["time"]


async def test_one_event_that_is_sent_a_thousand_times_happened_once(scene: Scene) -> None:
    sealed = facts.sealed()
    await scene.given(facts.registered())

    receipts = await scene.say(*[sealed] * 1000)
    await scene.when(sealed)

    assert [receipt["duplicate"] for receipt in receipts] == [False, *[True] * 999]
    case = await scene.case("K55-01")
    assert [each["id"] for each in case["timeline"]].count(sealed["id"]) == 1
    filed = await scene.get("/v1/events", source=sealed["source"], id=sealed["id"])
    assert [entry["outcome"] for entry in filed["entries"]] == ["filed"]


async def test_of_55_released_and_54_accepted_one_is_still_the_releasers(scene: Scene) -> None:
    await scene.given(*ALL, facts.released(cases=CASES, at="2018-09-18T14:00:00Z"))
    await scene.when(facts.accepted(cases=CASES[:-1], at="2018-09-18T15:00:00Z"))
    await scene.until("2018-09-19T15:00:00Z")

    assert len(await scene.cases(custodian="usaf", custody="held")) == 54
    assert [case["number"] for case in await scene.cases(custodian="unc")] == [CASES[-1]]
    assert (await scene.case(CASES[-1]))["custody"] == OPEN
    assert (await scene.notice("overdue_hand_over"))["cases"] == [CASES[-1]]


async def test_two_sources_that_claim_one_case_number_keep_what_it_holds_from_a_family(scene: Scene) -> None:
    first = facts.registered(at="2018-07-27T05:55:00+09:00")
    second = facts.registered(source=f"{first['source']}:annex", label="another box", at="2018-07-28T05:55:00+09:00")
    await scene.given(first, *family(), second)

    await scene.when(facts.determined())

    case = await scene.case("K55-01")
    assert (case["label"], await scene.disagreements("K55-01")) == ("Case K55-01", [("identity", True)])
    assert [reason["code"] for reason in (await scene.notice("identification"))["reasons"]] == ["discrepancy"]
    assert scene.mails == [(DUTY, "two statements to compare")]
