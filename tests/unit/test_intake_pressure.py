"""Who has to wait, and how long: a source that sends more than its share, and never one that does not."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from services.intake.pressure import BURST_S, FLOOR_EVENTS_S, Shares

RATE: Final = 100.0


def send(shares: Shares, slug: str, events: int, now: float) -> bool:
    """Whether a request of so many events came in."""
    if shares.wait_s(slug, now) > 0:
        return False
    shares.charge(slug, events)
    return True


def test_a_source_may_send_a_burst_at_once_and_then_waits_for_what_it_owes() -> None:
    shares = Shares(RATE)
    assert send(shares, "noisy", int(RATE * BURST_S) + 50, 0.0)
    assert not send(shares, "noisy", 1, 0.0)
    wait = shares.wait_s("noisy", 0.0)
    assert not send(shares, "noisy", 1, wait * 0.9)
    assert send(shares, "noisy", 1, wait)


@given(noise=st.lists(st.integers(1, 500), max_size=50))
def test_whatever_one_source_sends_another_never_waits_for_it(noise: list[int]) -> None:
    shares = Shares(RATE)
    for n, events in enumerate(noise):
        send(shares, "noisy", events, n / 10)
        assert send(shares, "quiet", 1, n / 10)


def test_while_the_tracker_lags_what_it_files_is_shared_among_those_who_send() -> None:
    shares = Shares(1000.0)
    for slug in ("noisy", "quiet"):
        assert send(shares, slug, 1, 0.0)
    shares.divide(60.0, 0.0)
    taken = {"noisy": 0, "quiet": 0}
    for tenth in range(1, 601):
        for slug, events in (("noisy", 10), ("quiet", 1)):
            taken[slug] += events * send(shares, slug, events, tenth / 10)
    assert taken["quiet"] == 600
    assert 30 * 60 <= taken["noisy"] <= 30 * 60 + 30 * BURST_S + 10


def test_one_who_is_silent_has_no_share_and_nobody_is_left_without_any() -> None:
    shares = Shares(1000.0)
    send(shares, "gone", 1, 0.0)
    send(shares, "here", 1, 60.0)
    shares.divide(500.0, 60.0)
    assert shares.share_s == 500.0
    shares.divide(0.0, 60.0)
    assert shares.share_s == FLOOR_EVENTS_S
    shares.divide(None, 60.0)
    assert shares.share_s is None
