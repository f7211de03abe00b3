"""What does not add up in a turnover, and which of its numbers may be published, is found when something of it changes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

import embedded
from embedded.mailbox import DROP
from services.tracker.record.by_hand import resolve
from services.tracker.record.policies import apply_policy
from tests import facts
from tests.facts import CloudEvent
from tests.integration.desk import POLICY, Desk, desk

REMAINING = "scope:TO-2018/remaining/mni"
YEAR = "publication_eligible/TO-2018/2018/aggregate"
OF_YEAR: dict[str, Any] = {"scope": "TO-2018", "period": "2018", "at": "2018-09-18T14:00:00Z"}


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


def two_boxes() -> list[CloudEvent]:
    """Two persons identified, each in a box of the turnover, of which one individual was estimated."""
    boxes = [facts.registered(f"K55-0{n}", turnover="TO-2018") for n in (1, 2)]
    return [facts.turnover(), *boxes, *(facts.determined(f"K55-0{n}", f"P-000{n}", f"D-{n}") for n in (1, 2))]


def third_box() -> list[CloudEvent]:
    return [facts.registered("K55-03", turnover="TO-2018"), facts.determined("K55-03", "P-0003", "D-3")]


async def settle(at: Desk) -> None:
    """A look at the turnover, then the settling time of what it found ready."""
    dispatch = at.dispatch()
    await at.settle(dispatch)
    await at.settle(dispatch)


async def remaining(at: Desk) -> list[tuple[bool, str | None]]:
    """Whether it is open, and how it was settled."""
    return [*await at.ask("SELECT open, resolution FROM discrepancy WHERE subject_kind = 'scope'")]


async def stand(at: Desk, kind: str) -> list[tuple[str, str]]:
    return [
        (key, state)
        for key, state in await at.ask(
            "SELECT key, state FROM notice WHERE kind = %s AND subject IN ('TO-2018', %s) ORDER BY no", kind, REMAINING
        )
    ]


# ------------------------------------------------------------------------------------------------- what remains
async def test_more_known_than_estimated_is_told_to_the_receiver_once_and_is_over_with_a_new_estimate(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(*two_boxes())
    await dispatch.settle()
    assert await remaining(at) == []
    await at.tell(facts.mni(value=1))
    await dispatch.settle()
    await dispatch.settle()
    assert await remaining(at) == [(True, None)]
    assert await stand(at, "discrepancy") == [(f"discrepancy/{REMAINING}", "sent")]
    await at.tell(facts.mni(value=2, at="2018-09-17T00:00:00Z"))
    await dispatch.settle()
    assert await remaining(at) == [(False, None)]
    assert await stand(at, "discrepancy") == [(f"discrepancy/{REMAINING}", "cleared")]


async def test_it_is_not_found_before_all_that_was_accepted_is_filed(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(*two_boxes())
    late = await at.accept(facts.mni(value=2, at="2018-09-17T00:00:00Z"))
    at.now.move(seconds=1)
    await at.file(await at.accept(facts.mni(value=1)))
    await dispatch.settle()
    assert await remaining(at) == []
    await at.file(late)
    await dispatch.settle()
    assert await remaining(at) == []


async def test_a_person_settles_it_with_its_values_and_other_values_open_it_again(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(*two_boxes(), facts.mni(value=1))
    await dispatch.settle()
    [(expected, observed)] = await at.ask("SELECT expected, observed FROM discrepancy WHERE id = %s", REMAINING)
    settled = {"expected": expected, "observed": observed}
    await at.tell(facts.discrepancy_resolved(REMAINING, "identification", settled=settled, resolution="recounted"))
    await dispatch.settle()
    assert await remaining(at) == [(False, "recounted")]
    await at.tell(facts.registered("K55-03", turnover="TO-2018"), facts.determined("K55-03", "P-0003", "D-3"))
    await dispatch.settle()
    assert await remaining(at) == [(True, None)]


@pytest.mark.parametrize("forgets", [False, True])
async def test_whoever_comes_late_into_a_scope_is_counted(at: Desk, *, forgets: bool) -> None:
    """The identification is filed before the box is known to be of the turnover; also where nobody remembers anything."""
    dispatch = at.dispatch()
    await at.tell(facts.determined("E-1"), facts.determined("E-2", "P-0002", "D-2"), facts.turnover(), facts.mni(value=1))
    await dispatch.settle()
    assert await remaining(at) == []
    if forgets:
        at.register.forget()
    await at.tell(facts.inventoried("K55-01", "E-1", "E-2"))
    await dispatch.settle()
    assert await remaining(at) == []
    await at.tell(facts.registered("K55-01", turnover="TO-2018"))
    await dispatch.settle()
    assert await remaining(at) == [(True, None)]


async def test_what_came_out_of_two_turnovers_counts_in_both(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(
        *(facts.turnover(f"TO-{year}") for year in (1990, 2018)),
        *(facts.registered(f"B-{year}", turnover=f"TO-{year}") for year in (1990, 2018)),
        *(facts.mni(f"TO-{year}", 0) for year in (1990, 2018)),
        facts.merged("K-M", "B-1990", "B-2018"),
    )
    await dispatch.settle()
    await at.tell(facts.determined("K-M"))
    await dispatch.settle()
    assert await remaining(at) == [(True, None), (True, None)]


# ------------------------------------------------------------------------------------------------- numbers
async def test_a_number_that_was_approved_is_told_to_public_affairs_and_is_done_when_it_is_public(at: Desk) -> None:
    await at.tell(*two_boxes())
    await settle(at)
    assert await stand(at, "publication_eligible") == []
    await at.tell(facts.publication_approved(**OF_YEAR, count=3))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "held")]
    await at.tell(*third_box())
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "sent")]
    await at.tell(facts.published(**OF_YEAR, count=3))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "done")]
    async with at.pool.connection() as conn:
        [last] = await (await conn.execute("SELECT why FROM notice_transition WHERE after = 'done'")).fetchall()
    assert last == ("it was published",)


async def a_number_out(at: Desk) -> None:
    """Three persons are identified, and public affairs may publish that number."""
    await at.tell(*two_boxes(), *third_box())
    await at.tell(facts.publication_approved(**OF_YEAR, count=3))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "sent")]


async def test_a_number_whose_gate_closes_before_it_is_public_is_stopped_and_may_be_told_again(at: Desk) -> None:
    await a_number_out(at)
    await at.tell(facts.rescinded("D-3", id="R-3"))
    await settle(at)
    assert await stand(at, "stop") == [(f"stop/{YEAR}/office:default", "sent")]
    assert await stand(at, "publication_eligible") == [(YEAR, "stopped"), (f"{YEAR}/2", "held")]
    await at.tell(facts.determined("K55-03", "P-0003", "D-4"))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "stopped"), (f"{YEAR}/2", "sent")]


async def test_a_number_whose_approval_is_corrected_away_is_stopped(at: Desk) -> None:
    await at.tell(*two_boxes(), *third_box())
    approval = facts.publication_approved(**OF_YEAR, count=3)
    await at.tell(approval)
    await settle(at)
    await at.tell(facts.corrected(approval))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "stopped")]


async def test_no_number_leaves_by_what_was_filed_before_the_last_change(at: Desk) -> None:
    await at.tell(*two_boxes(), *third_box())
    await at.tell(facts.publication_approved(**OF_YEAR, count=3))
    dispatch = at.dispatch()
    await dispatch.round()
    assert await stand(at, "publication_eligible") == [(YEAR, "ready")]
    await at.accept(facts.registered("K55-09"))
    await at.tell(facts.rescinded("D-3"))
    await at.settle(dispatch)
    assert await stand(at, "publication_eligible") == [(YEAR, "ready")]


async def test_what_a_policy_newly_lets_leave_waits_for_a_person(at: Desk) -> None:
    await at.tell(*two_boxes(), facts.publication_approved(**OF_YEAR, count=2))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "held")]
    async with at.pool.connection() as conn:
        await apply_policy(conn, POLICY.replace("aggregate_threshold = 3", "aggregate_threshold = 2"), "tests", at.now())
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "ready")]
    assert await at.ask("SELECT needs_release FROM notice WHERE key = %s", YEAR) == [("policy",)]
    assert await at.ask("SELECT judged_at IS NOT NULL FROM policy ORDER BY no DESC LIMIT 1") == [(True,)]


async def test_a_number_in_doubt_is_an_operators_business_and_is_judged_again_by_their_answer(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    mailbox.script = lambda _: DROP
    await at.tell(*two_boxes(), *third_box())
    await at.tell(facts.publication_approved(**OF_YEAR, count=3))
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "in_doubt")]
    await at.tell(facts.publication_corrected(**OF_YEAR, count=3))
    await resolve(at.register, await at.reference("publication_eligible"), "tests", sent=False)
    await settle(at)
    assert await stand(at, "publication_eligible") == [(YEAR, "withdrawn")]
