"""Escalation: a notice that its liaison has not answered in time goes to the supervisor, then to the duty officer.

A stop escalates at any hour until it is acknowledged. Anything else escalates within the hours of the desk that it goes to, for
want of an acknowledgement first and then, once it is acknowledged, for want of a report that the family was told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from services.tracker.model.directory import DEFAULT_OFFICE, Directory
from services.tracker.model.hours import next_opening
from services.tracker.model.notices import Notice, Owed
from services.tracker.model.policy import EscalationStep, Policy
from services.tracker.model.reasons import Reason

Want = Literal["unacknowledged", "undelivered"]


class Step(NamedTuple):
    """One step of an escalation. What it wants is part of its key, so that the one never passes for the other."""

    want: Want
    desk: EscalationStep
    due: datetime


def escalations(waiting: Iterable[Notice], policy: Policy, directory: Directory, now: datetime) -> frozenset[Owed]:
    """Every step that is due by `now`; each stands until its notice is answered."""
    return frozenset(_owed(each, step, directory, now) for each in waiting for step in steps(each, policy) if step.due <= now)


def steps(each: Notice, policy: Policy) -> Iterator[Step]:
    """The steps that a notice takes if nothing comes of it, in order."""
    want, within = _wanting(each, policy)
    if want is not None and each.left_at is not None:
        for place, desk in enumerate(policy.escalation_steps):
            yield Step(want, desk, each.left_at + within + place * policy.escalate_every)


def next_step(waiting: Iterable[Notice], policy: Policy, after: datetime) -> datetime | None:
    """When the next step after an instant is due, as things stand."""
    return min((step.due for each in waiting for step in steps(each, policy) if step.due > after), default=None)


def soonest(policy: Policy) -> timedelta:
    """Nothing that left later than this ago escalates."""
    return min(policy.acknowledge_within, policy.deliver_within)


def _wanting(each: Notice, policy: Policy) -> tuple[Want | None, timedelta]:
    if each.state == "sent":
        return "unacknowledged", policy.acknowledge_within
    if each.state == "acknowledged" and each.kind != "stop":
        return "undelivered", policy.deliver_within
    return None, timedelta()


def _owed(each: Notice, step: Step, directory: Directory, now: datetime) -> Owed:
    recipient = directory.office(f"{_service(each, directory)}/{step.desk}")
    return Owed(
        key=f"escalation/{each.key}/{step.want}/{step.desk}",
        kind="escalation",
        recipient=recipient,
        subject=each.reference,
        reasons=() if each.kind == "stop" else tuple(_closed(recipient, directory, now)),
    )


def _service(each: Notice, directory: Directory) -> str:
    """The service of whoever has it: a liaison's or a desk's; nobody's where the directory does not know them any more."""
    kind, _, name = (each.recipient or "").partition(":")
    if kind == "office":
        return name.partition("/")[0]
    return directory.liaisons[name].service if name in directory.liaisons else DEFAULT_OFFICE


def _closed(recipient: str, directory: Directory, now: datetime) -> Iterator[Reason]:
    office = directory.offices.get(recipient.partition(":")[2])
    opens = next_opening(office.duty_hours, office.zone, now) if office is not None else None
    if opens is not None and opens > now:
        yield Reason("hours", "outside the desk's duty hours", ground=False, until=opens)
