"""What an outcome makes of an attempt and its notice, and whom delivery reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from services.tracker.model.notices import NoticeState
from services.tracker.notices.conclusions import Conclusion, Silent, back_off, conclusion
from services.tracker.notices.delivery import Delivery
from services.tracker.notices.outcomes import Accepted, Deferred, Outcome, Refused, Unknown
from services.tracker.record.attempts import Phase, Standing

NOW = datetime(2018, 9, 18, 15, 0, tzinfo=UTC)
AGAIN = NOW + timedelta(seconds=5)


def standing(phase: Phase, state: NoticeState, deferred: int = 0, lease_over: bool = True) -> Standing:
    lease_until = NOW if lease_over else NOW + timedelta(seconds=1)
    return Standing(phase, lease_until, "R-1", state, "family", deferred)


@pytest.mark.parametrize(
    ("phase", "state", "outcome", "becomes"),
    [
        ("transmitting", "transmitting", Accepted("250"), Conclusion("accepted", "sent", "250")),
        ("sending", "sending", Refused("550"), Conclusion("refused", "refused", "550")),
        ("transmitting", "transmitting", Refused("554"), Conclusion("refused", "refused", "554")),
        ("sending", "sending", Deferred("451"), Conclusion("deferred", "ready", "451", AGAIN)),
        ("transmitting", "transmitting", Unknown("lost"), Conclusion("unknown", "in_doubt", "lost")),
        ("sending", "sending", Silent(), Conclusion("deferred", "ready", "lease over")),
        ("transmitting", "transmitting", Silent(), Conclusion("unknown", "in_doubt", "lease over")),
    ],
)
def test_an_outcome_moves_the_attempt_and_its_notice(
    phase: Phase, state: NoticeState, outcome: Outcome | Silent, becomes: Conclusion
) -> None:
    assert conclusion(standing(phase, state), outcome, NOW) == becomes


@pytest.mark.parametrize(
    ("outcome", "becomes"),
    [
        (Accepted("250"), Conclusion("accepted", "sent", "250")),
        (Refused("554"), Conclusion("refused", "refused", "554")),
        (Deferred("451"), Conclusion("deferred", "ready", "451", AGAIN)),
        (Unknown("lost"), None),
        (Silent(), None),
    ],
)
def test_a_late_answer_settles_a_doubt_and_a_late_silence_does_not(outcome: Outcome, becomes: Conclusion | None) -> None:
    assert conclusion(standing("unknown", "in_doubt"), outcome, NOW) == becomes


@pytest.mark.parametrize("phase", ["accepted", "refused", "deferred", "resolved", "logged"])
@pytest.mark.parametrize("outcome", [Accepted("250"), Refused("554"), Deferred("451"), Unknown("lost"), Silent()])
def test_what_is_concluded_stays_concluded(phase: Phase, outcome: Outcome | Silent) -> None:
    assert conclusion(standing(phase, "ready"), outcome, NOW) is None


def test_a_lease_that_is_not_over_is_not_judged() -> None:
    assert conclusion(standing("sending", "sending", lease_over=False), Silent(), NOW) is None


@pytest.mark.parametrize("state", ["done", "stopped", "withdrawn", "acknowledged"])
def test_a_notice_that_was_overtaken_stays_where_it_is_and_its_attempt_is_ended(state: NoticeState) -> None:
    assert conclusion(standing("transmitting", state), Accepted("250"), NOW) == Conclusion("accepted", state, "250")
    assert conclusion(standing("transmitting", state), Deferred("451"), NOW) == Conclusion("deferred", state, "451")


def test_a_back_off_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [back_off(deferred).total_seconds() for deferred in range(10)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert back_off(10_000) == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("delivery", "reached"),
    [
        (Delivery(), []),
        (Delivery("log", frozenset({"a@example.org"})), []),
        (Delivery("allowlist"), []),
        (Delivery("allowlist", frozenset({"A@Example.org"})), ["a@example.org"]),
        (Delivery("allowlist", frozenset({"@EXAMPLE.org"})), ["a@example.org", "b@example.org"]),
        (Delivery("live"), ["a@example.org", "b@example.org", "c@sub.example.org"]),
    ],
)
def test_nothing_leaves_unless_delivery_reaches_the_address(delivery: Delivery, reached: list[str]) -> None:
    addresses = ["a@example.org", "b@example.org", "c@sub.example.org"]
    assert [address for address in addresses if delivery.reaches(address)] == reached
