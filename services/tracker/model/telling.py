"""What is owed to each kin: the difference between what stands, what was told, and what is in a liaison's hand.

The rule of telling.md sections 2 to 6, whole and at once; no notice is ever made by the edge of one event, so none is lost by
a flap, a late fact, a refold or a new policy. A line is (person, cause, kin); its cause is a determination.

| told | stands | owed |
|---|---|---|
| nothing | something | a telling: identification, or a takeover or reinstatement where a notice of the line had left before |
| more than stands | less | a correction |
| less than stands | more | a reinstatement |

Whatever is in hand and is not what is owed now, for this liaison, of just these cases, is stopped.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.tracker.model import embargo, gates
from services.tracker.model.discrepancies import discrepancy_id
from services.tracker.model.lines import Line, Tokens, lines_of, recipients
from services.tracker.model.notices import LEAVING, LEFT, OUT, TELLINGS, Notice, NoticeKind, Owed
from services.tracker.model.operators import operators_of
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reasons import Reason
from services.tracker.model.register import Record


@dataclass(frozen=True, slots=True)
class Required:
    """All that must be said as of now, whether or not it may be said yet, and what has become of what is out."""

    owed: frozenset[Owed]
    done: frozenset[str] = frozenset()
    """Notices that are out and were reported as delivered, by reference."""
    stopped: frozenset[str] = frozenset()
    """Notices that a stop took out of their liaison's hand."""
    acknowledged: frozenset[str] = frozenset()
    next_check_at: datetime | None = None


def required(record: Record, notices: Sequence[Notice], policy: Policy, now: datetime) -> Required:
    """All that is owed to the persons of `record` as of now, by the rule of telling.md section 2.

    Args:
        record: persons who share a case and all their cases; complete, or another family's stop may be missed.
        notices: every stored notice of those persons.
    """
    lines = [line for ref in sorted(record.persons) for line in lines_of(record.persons[ref], notices)]
    read = {reference for person in record.persons.values() for reference in person.acknowledged}
    read |= {reference for line in lines for reference in _overtaken(line, read)}
    undone = undone_over_cases(lines, read)
    owed: set[Owed] = set()
    public: set[str] = set()
    for ref in sorted(record.persons):
        person = record.persons[ref]
        mine = [line for line in lines if line.person.ref == ref]
        view = gates.View(person, record, policy, now, undone.get(ref, {}))
        for line in mine:
            owed.update(owed_of_line(line, mine, view))
        owed.update(embargo.eligible(mine, notices, view))
        public |= embargo.used(notices, view)
        owed.update(unassigned(person, mine, owed, view))
        owed.update(unknown_reports(person, notices, view))
    changes = [at for person in record.persons.values() if (at := person.next_change(now)) is not None]
    openings = [reason.until for each in owed if each.keeps is None for reason in each.reasons if reason.until]
    return Required(
        frozenset(owed),
        done=frozenset(reference for line in lines for reference in line.reported) | public,
        stopped=frozenset(notice.reference for line in lines for notice in line.stopped()) | embargo.stopped(notices),
        acknowledged=frozenset(notice.reference for notice in notices if notice.reference in read),
        next_check_at=min(changes + openings, default=None),
    )


# ------------------------------------------------------------------------------------------------- what a line owes
def owed_of_line(line: Line, mine: Sequence[Line], view: gates.View) -> Iterator[Owed]:
    """What is owed on one line: at most one telling or correction, and a stop for each thing in hand that is not it."""
    owed = telling(line, mine, view)
    in_hand = list(line.in_hand())
    recipient = view.recipient(line.kin)
    kept = next((notice for notice in in_hand if owed is not None and _is(notice, owed, recipient)), None)
    for notice in in_hand:
        if notice is not kept:
            yield stop(line, notice)
    if owed is None:
        return
    if kept is not None:
        yield replace(owed, key=kept.key, kind=kept.kind, keeps=kept.reference)
        return
    if in_hand or any(stop.recipient != recipient and stop.state in LEAVING for stop in line.stops()):
        waits = Reason("in_other_hands", "waits until the stop of what is in hand has left", ground=False)
        owed = replace(owed, reasons=(*owed.reasons, waits))
    yield owed


def _is(notice: Notice, owed: Owed, recipient: str | None) -> bool:
    """Whether what is in hand already says what is owed, to this liaison, of just these cases, on ground that holds.

    Its ground is judged by the kind under which it left: what became a further portion since is not called back for that.
    """
    same_kind = (notice.kind == "correction") == (owed.kind == "correction")
    portion = notice.kind == "additional_portions"
    grounded = not any(reason.ground and (portion or reason.code != "election") for reason in owed.reasons)
    return same_kind and grounded and notice.recipient == recipient and frozenset(notice.cases) == frozenset(owed.cases)


def telling(line: Line, mine: Sequence[Line], view: gates.View) -> Owed | None:
    """The difference on one line between what stands and what was told, as a notice with the reasons that hold it."""
    person = line.person
    if line.told is None:
        if not line.stands or not _is_owed_a_telling(line):
            return None
        if identifying(person, mine, line.kin) != line.cause:
            kind = _first_kind(line, "additional_portions", view)
            return _owed(line, kind, line.stands, view, gates.later_portion(view, line, mine))
        return _owed(line, _first_kind(line, "identification", view), line.stands, view, gates.telling(view, line, mine))
    if line.untrue:
        return _owed(line, "correction", line.told & line.stands, view, gates.correction(view, line, mine))
    if line.told < line.stands:
        return _owed(line, "reinstatement", line.stands, view, gates.telling(view, line, mine))
    return None


def _is_owed_a_telling(line: Line) -> bool:
    """Until the briefing is closed; closing it takes no ground from what is out."""
    closed = (line.cause, line.kin) in line.person.briefed
    return line.kin in recipients(line.person) and (not closed or any(line.in_hand()))


def _first_kind(line: Line, first: NoticeKind, view: gates.View) -> NoticeKind:
    """What a first telling is called: after something of the line has left, it is never called so again."""
    had = {notice.recipient for notice in line.left()}
    if view.recipient(line.kin) in had:
        return "reinstatement"
    return "takeover" if had else first


def identifying(person: Person, mine: Sequence[Line], kin: str) -> str | None:
    """The determination that identifies, for one kin: the first they were told of, else the one in hand, else the earliest."""
    standing = list(person.standing())
    lines = {line.cause: line for line in mine if line.kin == kin}
    told = [one for one in standing if one.id in lines and lines[one.id].told is not None]
    held = [one for one in standing if one.id in lines and any(lines[one.id].in_hand())]
    return next((one.id for one in (*told, *held, *standing)), None)


def stop(line: Line, notice: Notice) -> Owed:
    """A stop to whoever has `notice` in hand."""
    unsent = (each for each in line.stops() if each.stops == notice.reference and each.state not in LEFT)
    mine = next(unsent, None)
    return Owed(
        key=mine.key if mine is not None else line.next_key("stop", notice.recipient),
        kind="stop",
        person=line.person.ref,
        kin=line.kin,
        cause=line.cause,
        recipient=notice.recipient,
        cases=notice.cases,
        stops=notice.reference,
    )


def _owed(line: Line, kind: NoticeKind, cases: Tokens, view: gates.View, reasons: tuple[Reason, ...]) -> Owed:
    recipient = view.recipient(line.kin)
    return Owed(
        key=line.key if kind in ("identification", "additional_portions") else line.next_key(kind, recipient),
        kind=kind,
        person=line.person.ref,
        kin=line.kin,
        cause=line.cause,
        recipient=recipient,
        cases=tuple(sorted(cases)),
        reasons=reasons,
    )


# ------------------------------------------------------------------------------------------------- across families
def undone_over_cases(lines: Sequence[Line], read: Collection[str]) -> dict[str, dict[str, str]]:
    """For each person, the cases over which another family's stop or correction is still undone (invariant 6).

    A stop is done once its liaison has read it.
    """
    undone: dict[str, set[str]] = {}
    for line in lines:
        believed = set(line.told or ())
        for notice in line.in_hand():
            believed.update(notice.cases)
        for stop in line.stops():
            if stop.state in OUT - {"acknowledged"} and stop.reference not in read:
                believed.update(stop.cases)
        over = believed - line.stands
        undone.setdefault(line.person.ref, set()).update(over, line.person.cases_among(over))
    return {ref: {token: other for other, over in undone.items() if other != ref for token in over} for ref in undone}


def _overtaken(line: Line, read: Collection[str]) -> Iterator[str]:
    """Stops whose liaison read, or acted on, something later of the line: mail can overtake itself, and the last counts."""
    for stop in line.stops():
        if any(each.reference in line.reported or each.reference in read for each in line.after(stop)):
            yield stop.reference


def unassigned(person: Person, mine: Sequence[Line], owed: set[Owed], view: gates.View) -> Iterator[Owed]:
    """What the casualty office must see to before anything can leave: a PNOK, a liaison, an address."""
    if person.pnok is None:
        for determination in person.standing():
            yield _lacks(person, "pnok", determination.id, view)
    for line in mine:
        due = [each for each in owed if (each.person, each.cause, each.kin) == (person.ref, line.cause, line.kin)]
        lacking = view.lacking(line.kin)
        if lacking is not None and any(each.kind in TELLINGS or each.kind == "correction" for each in due):
            yield _lacks(person, f"{lacking}/{line.kin}", line.cause, view)
        for recipient in _out_of_reach(line, due, view):
            yield _lacks(person, f"address/{recipient}", line.cause, view)


def _out_of_reach(line: Line, due: Sequence[Owed], view: gates.View) -> set[str]:
    """Who is to be stopped and has no address, and whose address a mail server would not take: nothing else would say so."""
    still_to = {each.key: each.recipient for each in due}
    refused = {each.recipient for each in line.notices if each.state == "refused" and still_to.get(each.key) == each.recipient}
    stops = {each.recipient for each in due if each.kind == "stop"}
    unknown = {each for each in stops if view.record.directory.address_of(each) is None}
    return {each for each in refused | unknown if each is not None}


def unknown_reports(person: Person, notices: Sequence[Notice], view: gates.View) -> Iterator[Owed]:
    """Reports that name a notice which was never written for this kin: somebody was told something, and nobody knows what."""
    written = {(notice.reference, notice.kin) for notice in notices if notice.person == person.ref}
    for delivery in person.deliveries:
        if delivery.notice is not None and (delivery.notice, delivery.kin) not in written:
            subject = discrepancy_id("person", person.ref, "report", "#".join(delivery.event))
            recipient = operators_of(None, view.record.directory)
            yield Owed(f"discrepancy/{subject}", "discrepancy", person.ref, recipient=recipient, subject=subject)


def _lacks(person: Person, what: str, cause: str, view: gates.View) -> Owed:
    return Owed(
        key=f"unassigned/{person.ref}/{what}/{cause}",
        kind="unassigned",
        person=person.ref,
        cause=cause,
        recipient=view.casualty_office(),
        subject=what,
    )
