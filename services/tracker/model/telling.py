"""All that must be said as of now: what each line owes, less what is in a liaison's hand, and a stop for the rest of that.

The rule of telling.md sections 2 to 7, whole and at once; no notice is ever made by the edge of one event, so none is lost by
a flap, a late fact, a refold or a new policy. Whatever is in hand and is not what is owed now, for this liaison, of just these
cases, is stopped.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.tracker.model import embargo, gates
from services.tracker.model.asks import asked
from services.tracker.model.discrepancies import discrepancy_id
from services.tracker.model.lines import Line, lines_of, read_of
from services.tracker.model.notices import LEAVING, LEFT, Notice, Owed
from services.tracker.model.operators import operators_of
from services.tracker.model.owing import Silent, owed_on, silent
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reasons import Reason
from services.tracker.model.register import Record
from services.tracker.model.unassigned import unassigned


@dataclass(frozen=True, slots=True)
class Required:
    """All that must be said as of now, whether or not it may be said yet, and what has become of what is out."""

    owed: frozenset[Owed]
    done: frozenset[str] = frozenset()
    """Notices that are out and were reported as delivered, or answered, by reference."""
    stopped: frozenset[str] = frozenset()
    """Notices that a stop took out of their liaison's hand."""
    acknowledged: frozenset[str] = frozenset()
    next_check_at: datetime | None = None
    silent: frozenset[Silent] = frozenset()
    """The silent-hold ledger: portions that stand, of which a family chose never to hear."""


def required(record: Record, notices: Sequence[Notice], policy: Policy, now: datetime) -> Required:
    """All that is owed to the persons of `record` as of now, by the rule of telling.md section 2.

    Args:
        record: persons who share a case and all their cases; complete, or another family's stop may be missed.
        notices: every stored notice of those persons.
    """
    lines = [line for ref in sorted(record.persons) for line in lines_of(record.persons[ref], notices)]
    read = read_of(record.persons.values(), lines)
    undone = undone_over_cases(lines, read)
    owed: set[Owed] = set()
    public: set[str] = set()
    ledger: set[Silent] = set()
    for ref in sorted(record.persons):
        person = record.persons[ref]
        mine = [line for line in lines if line.person.ref == ref]
        view = gates.View(person, record, policy, now, undone.get(ref, {}))
        ask = asked(mine, view)
        mine += [ask[0]] if ask is not None and ask[0] not in mine else []
        owed.update(owed_to_family(mine, ask, view))
        ledger.update(entry for line in mine if (entry := silent(line, mine, view)) is not None)
        owed.update(embargo.eligible(mine, notices, view))
        public |= embargo.used(notices, view)
        owed.update(unassigned(person, mine, owed, view))
        owed.update(unknown_reports(person, notices, view))
    changes = [at for person in record.persons.values() if (at := person.next_change(now)) is not None]
    openings = [reason.until for each in owed if each.keeps is None for reason in each.reasons if reason.until]
    return Required(
        frozenset(owed),
        done=frozenset(reference for line in lines for reference in line.ended) | public,
        stopped=frozenset(notice.reference for line in lines for notice in line.stopped()) | embargo.stopped(notices),
        acknowledged=frozenset(notice.reference for notice in notices if notice.reference in read),
        next_check_at=min(changes + openings, default=None),
        silent=frozenset(ledger),
    )


def owed_to_family(mine: Sequence[Line], ask: tuple[Line, Owed] | None, view: gates.View) -> Iterator[Owed]:
    """All that is owed on the lines of one person, the ask about their later portions among them."""
    for line in mine:
        of_ask = ask[1] if ask is not None and ask[0] is line else None
        yield from owed_of_line(line, of_ask if line.asks else owed_on(line, mine, view), view)


# ------------------------------------------------------------------------------------------------- what a line owes
def owed_of_line(line: Line, owed: Owed | None, view: gates.View) -> Iterator[Owed]:
    """What a line comes to: at most one telling, ask or correction, and a stop for each thing in hand that is not it."""
    recipient = view.recipient(line.kin)
    kept = next((notice for notice in line.in_hand if owed is not None and _is(line, notice, owed, recipient)), None)
    for notice in line.in_hand:
        if notice is not kept:
            yield stop(line, notice)
    if owed is None:
        return
    if kept is not None:
        yield replace(owed, key=kept.key, kind=kept.kind, keeps=kept.reference)
        return
    if line.in_hand or any(stop.recipient != recipient and stop.state in LEAVING for stop in line.stops()):
        waits = Reason("in_other_hands", "waits until the stop of what is in hand has left", ground=False)
        owed = replace(owed, reasons=(*owed.reasons, waits))
    yield owed


def _is(line: Line, notice: Notice, owed: Owed, recipient: str | None) -> bool:
    """Whether what is in hand already says what is owed, to this liaison, of just these cases, on ground that holds.

    An ask is the same ask while it asks about any portion that stands; others come and go.
    """
    same_kind = (notice.kind == "correction") == (owed.kind == "correction")
    if owed.kind == "correction":
        same_cases = frozenset(notice.cases) == frozenset(owed.cases)
    else:
        same_cases = bool(notice.portions) or line.says(notice)
    grounded = not any(reason.ground for reason in owed.reasons)
    return same_kind and grounded and notice.recipient == recipient and same_cases


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


# ------------------------------------------------------------------------------------------------- across families
def undone_over_cases(lines: Sequence[Line], read: Collection[str]) -> dict[str, dict[str, str]]:
    """For each person, the cases over which another family's stop or correction is still undone (invariant 6).

    A stop is done once its liaison has read it.
    """
    undone: dict[str, set[str]] = {}
    for line in lines:
        over = line.believed(read) - line.whole
        undone.setdefault(line.person.ref, set()).update(over, line.person.cases_among(over))
    return {ref: {token: other for other, over in undone.items() if other != ref for token in over} for ref in undone}


def unknown_reports(person: Person, notices: Sequence[Notice], view: gates.View) -> Iterator[Owed]:
    """Reports that name a notice which was never written for this kin: somebody was told something, and nobody knows what."""
    written = {(notice.reference, notice.kin) for notice in notices if notice.person == person.ref}
    for delivery in person.deliveries:
        if delivery.notice is not None and (delivery.notice, delivery.kin) not in written:
            subject = discrepancy_id("person", person.ref, "report", "#".join(delivery.event))
            recipient = operators_of(None, view.record.directory)
            yield Owed(f"discrepancy/{subject}", "discrepancy", person.ref, recipient=recipient, subject=subject)
