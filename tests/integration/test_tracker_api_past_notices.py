"""Looking back at notices: what was in hand on a day gone by is judged by what stood in it then."""

from datetime import UTC, datetime
from typing import Final

from services.tracker.model.notices import NoticeState
from services.tracker.record.moves import move
from tests import facts
from tests.integration import filing
from tests.integration.looking import Looking, looking

PERSON: Final = "/v1/persons/P-0001"
FAMILY: Final = (
    facts.registered(at="2018-08-01T00:00:00Z"),
    facts.registered("K55-02", at="2018-08-01T00:00:00Z"),
    facts.kin(),
    facts.pnok(),
    facts.liaison(),
)
OF_TWO: Final = facts.determined(at="2018-09-01T00:00:00Z", cases=["K55-01", "K55-02"])
OF_ONE: Final = facts.amended(removed={"cases": ["K55-02"]}, at="2018-11-20T00:00:00Z")


def on(reader: Looking, day: int) -> None:
    """What is filed and done from now on is filed and done on this day of November."""
    reader.register.now = lambda: datetime(2018, 11, day, 12, tzinfo=UTC)


async def identification(reader: Looking) -> tuple[str, list[str]]:
    """The notice that tells of D-1: its reference, and the cases that it stands for today."""
    [found] = await filing.rows(reader.register, "SELECT reference, cases FROM notice WHERE kind = 'identification'")
    return found[0], found[1]


async def moved(reader: Looking, reference: str, state: NoticeState) -> None:
    async with reader.register.pool.connection() as conn, conn.transaction():
        await move(conn.cursor(), reference, state, "played by a test", "attempted", now=reader.register.now())


async def test_what_was_in_hand_on_a_day_says_what_it_said_then_whatever_it_says_since(
    database_url: str, redis_url: str
) -> None:
    """It left on the 10th of two cases, turned out not to have left, and waits since the 20th to tell of one."""
    async with looking(database_url, redis_url) as reader:
        on(reader, 9)
        await reader.file(*FAMILY, OF_TWO)
        reference, _ = await identification(reader)
        on(reader, 10)
        await moved(reader, reference, "sending")
        on(reader, 12)
        await moved(reader, reference, "ready")
        on(reader, 20)
        await reader.file(OF_ONE)
        assert await identification(reader) == (reference, ["K55-01"])
        then = await reader.get(PERSON, known_at="2018-11-11T00:00:00Z")
        since = await reader.get(PERSON, known_at="2018-11-21T00:00:00Z")
    assert [(each["kind"], each["cases"], each["in_hand"]) for each in then["due"]] == [
        ("identification", ["K55-01", "K55-02"], reference)
    ]
    assert [(each["kind"], each["cases"], each["in_hand"]) for each in since["due"]] == [("identification", ["K55-01"], None)]


async def test_a_report_means_what_its_notice_said_as_far_as_was_known_then(database_url: str, redis_url: str) -> None:
    """A report of the 10th was false, which is known since the 15th; by then the notice had not left, and then it changed."""
    async with looking(database_url, redis_url) as reader:
        on(reader, 9)
        await reader.file(*FAMILY, OF_TWO)
        reference, _ = await identification(reader)
        report = facts.delivered(notice=reference, at="2018-11-10T09:00:00Z")
        on(reader, 10)
        await reader.file(report)
        on(reader, 20)
        await reader.file(facts.corrected(report), OF_ONE)
        assert await identification(reader) == (reference, ["K55-01"])
        then = await reader.get(f"{PERSON}/told", on="2018-11-10", known_at="2018-11-11T00:00:00Z")
        since = await reader.get(f"{PERSON}/told", on="2018-11-10", known_at="2018-11-21T00:00:00Z")
    assert [(each["cause"], each["told"]) for each in then] == [("D-1", ["K55-01", "K55-02"])]
    assert since == []


async def test_every_change_of_what_stands_in_a_notice_is_kept_beside_it(database_url: str, redis_url: str) -> None:
    asked = "SELECT extract(day FROM at AT TIME ZONE 'UTC')::int, cases FROM notice_content ORDER BY no"
    async with looking(database_url, redis_url) as reader:
        on(reader, 9)
        await reader.file(*FAMILY, OF_TWO)
        on(reader, 20)
        await reader.file(OF_ONE)
        kept = await filing.rows(reader.register, asked)
    assert kept == [(9, ["K55-01", "K55-02"]), (20, ["K55-01"])]
