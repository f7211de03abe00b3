"""What nobody has answered goes to the supervisor, then to the duty officer: a stop at any hour, the rest in their hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.model.escalation import escalations, next_step, soonest
from services.tracker.model.notices import Notice, NoticeState
from services.tracker.model.policy import Policy

NOON = datetime(2018, 9, 18, 12, tzinfo=UTC)
POLICY = Policy()
DIRECTORY = Directory(
    liaisons={"L-1": Liaison("L-1", "l-1@liaisons.example", "UTC", (), "army")},
    offices={
        "default": Office("default", "duty@rosette.example", "UTC"),
        "army/supervisor": Office("army/supervisor", "supervisor@army.example", "UTC", (("08:00", "17:00"),)),
        "army/duty_officer": Office("army/duty_officer", "duty@army.example", "UTC"),
    },
)
MAIL = Notice("N-1", "told/P-0001/D-1/K-1", "identification", "sent", "P-0001", "K-1", recipient="liaison:L-1", left_at=NOON)
STOP = replace(MAIL, reference="N-2", key="stop/told/P-0001/D-1/K-1/liaison:L-1/1", kind="stop")


def hours(n: float) -> datetime:
    return NOON + timedelta(hours=n)


def desks(notice: Notice, at: datetime, directory: Directory = DIRECTORY) -> list[str]:
    return sorted(str(owed.recipient) for owed in escalations([notice], POLICY, directory, at))


def test_a_mail_that_is_not_acknowledged_goes_to_the_supervisor_and_later_to_the_duty_officer_too() -> None:
    assert desks(MAIL, hours(3.9)) == []
    assert desks(MAIL, hours(4)) == ["office:army/supervisor"]
    assert desks(MAIL, hours(8)) == ["office:army/duty_officer", "office:army/supervisor"]


def test_a_step_is_known_by_its_notice_by_what_is_wanted_and_by_its_desk() -> None:
    [owed] = escalations([MAIL], POLICY, DIRECTORY, hours(4))
    assert owed.key == "escalation/told/P-0001/D-1/K-1/unacknowledged/supervisor"
    assert (owed.kind, owed.subject, owed.reasons) == ("escalation", "N-1", ())


def test_what_is_acknowledged_escalates_only_when_the_family_is_not_told_in_time_and_under_another_key() -> None:
    read = replace(MAIL, state="acknowledged")
    assert desks(read, hours(71.9)) == []
    [owed] = escalations([read], POLICY, DIRECTORY, hours(72))
    assert owed.key == "escalation/told/P-0001/D-1/K-1/undelivered/supervisor"


@pytest.mark.parametrize("state", ["held", "ready", "in_doubt", "done", "stopped", "withdrawn", "refused"])
def test_nothing_else_escalates(state: NoticeState) -> None:
    assert desks(replace(MAIL, state=state), hours(999)) == []


def test_a_stop_that_was_acknowledged_has_come_to_its_end() -> None:
    assert desks(replace(STOP, state="acknowledged"), hours(999)) == []


def test_a_stop_escalates_at_any_hour_and_the_rest_waits_for_the_desk_to_open() -> None:
    evening, tomorrow = replace(MAIL, left_at=hours(4)), datetime(2018, 9, 19, 8, tzinfo=UTC)
    [owed] = escalations([evening], POLICY, DIRECTORY, hours(8))
    assert [(reason.code, reason.until, reason.ground) for reason in owed.reasons] == [("hours", tomorrow, False)]
    [owed] = escalations([replace(STOP, left_at=hours(4))], POLICY, DIRECTORY, hours(8))
    assert owed.reasons == ()


def test_a_service_without_such_a_desk_and_a_liaison_who_is_gone_lead_to_the_default_office() -> None:
    without = Directory(DIRECTORY.liaisons, {"default": DIRECTORY.offices["default"]})
    assert desks(MAIL, hours(4), without) == ["office:default"]
    assert desks(replace(MAIL, recipient=None), hours(4)) == ["office:default"]
    [owed] = escalations([MAIL], POLICY, Directory(), hours(4))
    assert owed.reasons == (), "a desk that nobody knows is never closed"


def test_a_stop_to_a_desk_goes_to_the_supervisor_of_its_service() -> None:
    assert desks(replace(STOP, recipient="office:army/public_affairs"), hours(4)) == ["office:army/supervisor"]


def test_the_next_step_is_the_earliest_that_is_still_to_come() -> None:
    later = replace(MAIL, left_at=hours(1))
    assert next_step([MAIL, later], POLICY, hours(0)) == hours(4)
    assert next_step([MAIL, later], POLICY, hours(4)) == hours(5)
    assert next_step([MAIL], POLICY, hours(8)) is None
    assert next_step([replace(MAIL, left_at=None)], POLICY, hours(0)) is None


def test_nothing_escalates_sooner_than_the_shorter_of_the_two_times() -> None:
    assert soonest(POLICY) == timedelta(hours=4)
    assert soonest(Policy(acknowledge_within_h=9, deliver_within_h=5)) == timedelta(hours=5)
