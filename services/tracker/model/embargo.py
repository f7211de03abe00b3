"""The gate of a name (invariant 8): nobody who must be told of it first may read it first. And what public affairs are told."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from services.tracker.model import gates
from services.tracker.model.corrections import Identity
from services.tracker.model.lines import Line, recipients
from services.tracker.model.notices import ARRIVED, OUT, Notice, Owed
from services.tracker.model.publications import NAMED, PublicationState
from services.tracker.model.reasons import Reason
from shared.terms import HoldScope, PublicationClass

BRIEFED_FIRST: Final[frozenset[PublicationClass]] = frozenset({"full", "funeral"})


def embargo(of: PublicationClass, mine: Sequence[Line], view: gates.View) -> Iterator[Reason]:
    """What keeps a name from the public: nobody who must be told of it first may read it first."""
    person = view.person
    yield from undetermined(view)
    if not any(person.standing()):
        return
    yield from holds(view, "publish")
    if person.pnok is None:
        yield Reason("no_pnok", "no primary next of kin is designated", ground=True)
        return
    told = {kin: told_at(kin, mine, view) for kin in sorted(recipients(person))}
    for kin, at in told.items():
        if at is None and kin == person.pnok:
            yield pnok_untold(view)
        elif at is None:
            yield Reason("kin_not_told", f"{kin} is required and has not been told", ground=True, event=determined_by(view))
    yield from unbriefed(of, view)
    opens = max((at for at in told.values() if at is not None), default=view.now) + view.policy.name_release_after
    if opens > view.now and all(at is not None for at in told.values()):
        hours = view.policy.name_release_after_h
        event = next(
            (each.event for each in person.deliveries if each.order[0] + view.policy.name_release_after == opens), None
        )
        text = f"{hours} hours must pass after the last of the kin was told"
        yield Reason("name_release", text, ground=False, event=event, until=opens)


def undetermined(view: gates.View) -> Iterator[Reason]:
    """Nobody has determined who this is; by a rescission, where there was one."""
    if not any(view.person.standing()):
        last = max(view.person.rescinded.values(), default=None)
        event = last[2:] if last is not None else None
        yield Reason("not_determined", "no determination of this person stands", ground=True, event=event)


def pnok_untold(view: gates.View) -> Reason:
    return Reason("pnok_not_told", "the primary next of kin has not been told", ground=True, event=determined_by(view))


def determined_by(view: gates.View) -> Identity | None:
    """What there is to tell: the first determination that stands."""
    return next((one.order[2:] for one in view.person.standing()), None)


def publications(mine: Sequence[Line], view: gates.View) -> dict[PublicationClass, PublicationState]:
    """Where each class that says a name stands."""
    return {of: view.person.publications.state(of, tuple(embargo(of, mine, view))) for of in NAMED}


def told_at(kin: str, mine: Sequence[Line], view: gates.View) -> datetime | None:
    """Since when a kin knows what still stands, or is gone on without; None while they must be told first."""
    times = [at for line in mine if line.kin == kin and _knows(line) and (at := heard(line))]
    passed_over = [view.person.overridden[kin][0]] if _gone_on_without(kin, view) else []
    return min(times + passed_over, default=None)


def _knows(line: Line) -> bool:
    """Whether the kin was told of an identification, or of a portion of one, that stands."""
    return line.identifies and bool(line.told and line.told & line.stands)


def heard(line: Line) -> datetime | None:
    """When the kin last heard of a line."""
    mine = (each for each in line.person.deliveries if each.kin == line.kin)
    return max((each.order[0] for each in mine if each.notice in line.reported or each.cause == line.cause), default=None)


def _gone_on_without(kin: str, view: gates.View) -> bool:
    """Two people decided it of one who could not be reached, and knew what stands."""
    person = view.person
    if kin not in person.unreachable or kin not in person.overridden:
        return False
    known = max((one.order for one in person.standing()), default=gates.BEFORE_ALL)
    return person.overridden[kin] > known


def holds(view: gates.View, scope: HoldScope) -> Iterator[Reason]:
    """The holds of a scope on a person, and on the cases of what stands."""
    person = view.person
    for id, hold in person.holds.active(scope):
        yield Reason("hold", f"the person is on hold {id}: {hold.reason}", ground=True, event=hold.event)
    for number in sorted({case for one in person.standing() for case in person.cases_of(one)} & view.record.cases.keys()):
        for id, hold in view.record.cases[number].holds.active(scope):
            yield Reason("hold", f"case {number} is on hold {id}: {hold.reason}", ground=True, event=hold.event)


def unbriefed(of: PublicationClass, view: gates.View) -> Iterator[Reason]:
    """What more than the name waits for besides: all that this class asks that a name does not."""
    if of in BRIEFED_FIRST and not _briefed(view):
        yield Reason("briefing", "the briefing was neither completed nor declined", ground=True)


def _briefed(view: gates.View) -> bool:
    person = view.person
    return person.pnok is not None and any(person.briefing_closed(one.id, person.pnok) for one in person.standing())


# ------------------------------------------------------------------------------------------------- what is owed
def eligible(mine: Sequence[Line], notices: Sequence[Notice], view: gates.View) -> Iterator[Owed]:
    """To public affairs, once all that is left to wait for is time; and a stop for what they have in hand and may not use."""
    gone = stopped(notices)
    ahead = _delays(embargo("name", mine, view))
    for of in NAMED:
        key = f"publication_eligible/{view.person.ref}/{of}"
        written = [each for each in notices if each.kind == "publication_eligible" and numbered(each.key, key)]
        in_hand = next((each for each in written if is_in_hand(each, gone)), None)
        if view.person.publications.of(of).published is not None:
            continue
        reasons = None if any(unbriefed(of, view)) else ahead
        if reasons is None:
            if in_hand is not None:
                yield stop(in_hand)
        elif in_hand is not None:
            yield _owed(in_hand.key, view, of, reasons, keeps=in_hand.reference)
        else:
            spent = sum(each.state in ("stopped", "done") for each in written)
            yield _owed(f"{key}/{spent + 1}" if spent else key, view, of, reasons)


def _delays(reasons: Iterable[Reason]) -> tuple[Reason, ...] | None:
    """What is left to wait for; None as soon as one of the reasons is no matter of time."""
    found = []
    for reason in reasons:
        if reason.ground:
            return None
        found.append(reason)
    return tuple(found)


def used(notices: Sequence[Notice], view: gates.View) -> frozenset[str]:
    """Notices of what is public by now, by reference: they are done."""
    public = (of for of in NAMED if view.person.publications.of(of).published is not None)
    keys = [f"publication_eligible/{view.person.ref}/{of}" for of in public]
    return frozenset(each.reference for each in notices if any(numbered(each.key, key) for key in keys))


def stopped(notices: Sequence[Notice]) -> frozenset[str]:
    """Notices to public affairs of which the stop is known to have left, by reference."""
    return frozenset(each.stops for each in notices if each.stops is not None and each.kin is None and each.state in ARRIVED)


def is_in_hand(notice: Notice, gone: Collection[str]) -> bool:
    """Whether public affairs have it and may use it still; also one that was done, where the publication was taken back."""
    return notice.state in OUT or (notice.state == "done" and notice.reference not in gone)


def _owed(key: str, view: gates.View, of: str, reasons: tuple[Reason, ...], keeps: str | None = None) -> Owed:
    recipient = view.public_affairs()
    person = view.person.ref
    return Owed(key, "publication_eligible", person, recipient=recipient, subject=of, reasons=reasons, keeps=keeps)


def stop(in_hand: Notice) -> Owed:
    """To public affairs, about what they have in hand and may not use."""
    key = f"stop/{in_hand.key}/{in_hand.recipient}"
    return Owed(key, "stop", in_hand.person, recipient=in_hand.recipient, subject=in_hand.subject, stops=in_hand.reference)


def numbered(key: str, first: str) -> bool:
    """Whether a key is the first of its publication, or a later one, after a stop."""
    return key == first or key.startswith(f"{first}/")
