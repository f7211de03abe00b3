"""Invariant 8: no name in public before the family was told and hours have passed; full and funeral wait for the briefing."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.model.aggregates import aggregate_gates
from services.tracker.model.scope import fold
from shared.events import BriefingCompleted, BriefingDeclined, HoldLifted, HoldPlaced, KinRegistered, NotificationDelivered
from tests import facts
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.plain import of
from tests.property.tellings import Leaving, Telling, tellings

HOURS = timedelta(hours=24)
NAMED = tellings(
    *(what.determined, what.determined, what.rescinded_, what.briefed, what.briefed, what.published, what.overridden),
    *(what.held, what.lifted, what.examiner_lifted, what.did_not_occur),
    begin=[what.all_registered],
)
THRESHOLD = 3


def knows(known: Known, telling: Telling, leaving: Leaving, kin: str) -> bool:
    """Whether a kin was told of what stands, long enough before something left, or was gone on without."""
    person = str(leaving.notice.person)
    if known.overridden(person, kin):
        return True
    written = {one.notice.reference: one for one in telling.left}
    for each in of(known.events, NotificationDelivered):
        told = written.get(each.data.notice)
        if told is None or (each.data.person, each.data.kin) != (person, kin) or each.at > leaving.at - HOURS:
            continue
        if set(told.notice.cases) & known.tokens(person, told.line[1]):
            return True
    return False


@judged
@given(telling=NAMED)
def test_a_name_may_be_public_only_once_everybody_who_must_be_was_told_a_day_ago(telling: Telling) -> None:
    for leaving in telling.public:
        known, person = Known(leaving.filed), str(leaving.notice.person)
        assert known.standing(person), f"{leaving.notice.reference}: nothing stands of {person}"
        pnok = known.pnok(person)
        required = {each.data.kin for each in of(known.events, KinRegistered) if each.data.person == person}
        for kin in {str(pnok)} | required:
            assert knows(known, telling, leaving, kin), f"{leaving.notice.reference}: {kin} was not told a day ago"
        if leaving.notice.subject in ("full", "funeral"):
            closed = of(known.events, BriefingCompleted, BriefingDeclined)
            assert any(each.data.kin == pnok and each.data.determination in known.standing(person) for each in closed), (
                f"{leaving.notice.reference}: nobody was briefed"
            )
        lifts = {(each.data.hold, each.data.stream, each.data.authority) for each in of(known.events, HoldLifted)}
        for hold in of(known.events, HoldPlaced):
            if "publish" in hold.data.scope and hold.data.person == person:
                assert (hold.data.hold, hold.data.stream, hold.data.authority) in lifts


@judged
@given(st.integers(0, 5), st.integers(0, 5), st.lists(st.integers(0, 6), max_size=2))
def test_no_count_gives_away_a_few_who_are_not_public_by_name(persons: int, named: int, counts: list[int]) -> None:
    said = [facts.turnover("TO-1", 1), *(facts.registered(f"K-{n}", turnover="TO-1") for n in range(persons))]
    said += [facts.determined(f"K-{n}", f"P-{n}", f"D-{n}") for n in range(persons)]
    said += [facts.published(f"P-{n}") for n in range(min(named, persons))]
    for n, count in enumerate(counts):
        said.append(facts.published(scope="TO-1", period=f"total-{n}", count=count, **{"class": "aggregate"}))
    today = aggregate_gates(fold("TO-1", [facts.event(each) for each in said]), THRESHOLD)[0]
    pending = persons - min(named, persons)
    given_away = 0 < pending < THRESHOLD or any(0 < abs(count - persons) < THRESHOLD for count in counts)
    assert bool(today.reasons) == given_away, f"{pending} pending, {persons} in all, published {counts}"
