"""What public affairs are owed of a turnover's numbers."""

from services.tracker.model.aggregates import aggregate_gates
from services.tracker.model.counts import owed_of_counts
from services.tracker.model.directory import Directory, Office
from services.tracker.model.notices import Notice, NoticeState
from services.tracker.model.scope import fold
from services.tracker.model.telling import Required
from tests import facts
from tests.facts import CloudEvent
from tests.unit.test_model_aggregates import HERE, approved, identified, public

KEY = f"publication_eligible/{HERE}/2019/aggregate"
ENOUGH, TOO_FEW = identified("2019-07", "2019-08", "2019-08"), identified("2019-07", "2019-08")
DESK = Directory(offices={"public_affairs": Office("public_affairs", "pa@example.org", "UTC")})


def owed(*said: CloudEvent, stored: tuple[Notice, ...] = (), directory: Directory = DESK) -> Required:
    scope = fold(HERE, [facts.event(one) for one in said])
    return owed_of_counts(HERE, aggregate_gates(scope, 3), stored, directory)


def written(state: NoticeState, key: str = KEY) -> Notice:
    return Notice("N-1", key, "publication_eligible", state, cause="2019", recipient="office:public_affairs", subject=HERE)


def test_before_an_approval_nothing_is_owed_however_open_the_gate() -> None:
    assert owed(*ENOUGH) == Required(frozenset())


def test_an_approved_number_is_owed_to_the_public_affairs_desk_and_held_while_its_gate_is_closed() -> None:
    [one] = owed(*ENOUGH, approved("2019", 3)).owed
    assert (one.key, one.recipient, one.subject, one.cause, one.reasons) == (KEY, "office:public_affairs", HERE, "2019", ())
    [held] = owed(*TOO_FEW, approved("2019", 2)).owed
    assert [each.code for each in held.reasons] == ["aggregate"]
    [elsewhere] = owed(*ENOUGH, approved("2019", 3), directory=Directory()).owed
    assert elsewhere.recipient == "office:default"


def test_what_is_in_hand_and_still_holds_is_kept() -> None:
    [one] = owed(*ENOUGH, approved("2019", 3), stored=(written("sent"),)).owed
    assert (one.key, one.keeps) == (KEY, "N-1")


def test_what_is_in_hand_is_stopped_when_its_gate_closes_or_its_approval_goes() -> None:
    for said in ([*TOO_FEW, approved("2019", 2)], TOO_FEW):
        [one] = owed(*said, stored=(written("sent"),)).owed
        assert (one.kind, one.key, one.stops) == ("stop", f"stop/{KEY}/office:public_affairs", "N-1")


def test_after_a_stop_a_number_is_told_under_a_key_of_its_own() -> None:
    [one] = owed(*ENOUGH, approved("2019", 3), stored=(written("stopped"),)).owed
    assert (one.key, one.keeps) == (f"{KEY}/2", None)


def test_what_is_public_is_done_and_never_stopped() -> None:
    found = owed(*TOO_FEW, public("2019", 2), stored=(written("sent"),))
    assert not found.owed
    assert found.done == {"N-1"}


def test_another_approval_leaves_the_notice_of_the_number_that_is_public_done_and_has_one_of_its_own() -> None:
    again = facts.publication_approved(scope=HERE, period="2019", count=9, at="2020-03-01T00:00:00Z")
    found = owed(*ENOUGH, public("2019", 3), again, stored=(written("done"),))
    assert [(one.kind, one.key) for one in found.owed] == [("publication_eligible", f"{KEY}/2")]
    assert found.done == {"N-1"}


def test_a_number_that_was_not_published_after_all_is_in_hand_again() -> None:
    [one] = owed(*ENOUGH, approved("2019", 3), stored=(written("done"),)).owed
    assert (one.key, one.keeps) == (KEY, "N-1")
    [stop] = owed(*TOO_FEW, approved("2019", 2), stored=(written("done"),)).owed
    assert (stop.kind, stop.stops) == ("stop", "N-1")


def test_a_stop_that_has_left_takes_the_notice_from_their_hands() -> None:
    stop = Notice("S-1", f"stop/{KEY}/office:public_affairs", "stop", "sent", subject=HERE, stops="N-1")
    found = owed(*TOO_FEW, approved("2019", 2), stored=(written("sent"), stop))
    assert found.stopped == {"N-1"}
    assert [each.key for each in found.owed] == [stop.key]
