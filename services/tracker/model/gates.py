"""Gates: why something owed may not leave now (invariants 6, 7, 12 and 13), each block in words a person can act on.

A reason with `ground` takes what is in hand out of it again (a stop); one without only delays. Nothing here decides *what* is
owed: that is owing.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.tracker.model import roles
from services.tracker.model.determinations import ADDED, Portion
from services.tracker.model.directory import DEFAULT_OFFICE
from services.tracker.model.hours import next_opening
from services.tracker.model.kin import Assignment
from services.tracker.model.lines import Line
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.model.reasons import Reason
from services.tracker.model.register import Record
from shared.events.event import WorldOrder

Reasons = tuple[Reason, ...]
BEFORE_ALL: Final[WorldOrder] = (datetime.min.replace(tzinfo=UTC), 0, "", "")


@dataclass(frozen=True, slots=True)
class View:
    """One person among all that concerns them. `undone` are cases over which another family's stop or correction is undone.

    `identities` remembers gate 6 by determination: it is the same for every kin. `speakers` remembers who speaks to a kin now.
    """

    person: Person
    record: Record
    policy: Policy
    now: datetime
    undone: Mapping[str, str]
    identities: dict[str, Reasons] = field(default_factory=dict, compare=False)
    speakers: dict[str, Assignment | None] = field(default_factory=dict, compare=False)

    def assignment(self, kin: str) -> Assignment | None:
        if kin not in self.speakers:
            self.speakers[kin] = self.person.liaison_of(kin, self.now)
        return self.speakers[kin]

    def recipient(self, kin: str) -> str | None:
        """`liaison:<ref>` of whoever speaks to this kin now."""
        assignment = self.assignment(kin)
        return None if assignment is None else f"liaison:{assignment.liaison}"

    def lacking(self, kin: str) -> str | None:
        """What keeps a mail about this kin from having anywhere to go."""
        recipient = self.recipient(kin)
        if recipient is None:
            return "liaison"
        return None if self.record.directory.address_of(recipient) is not None else "address"

    def casualty_office(self) -> str:
        """The office of the service that last had a liaison here; the default office where none did."""
        return self._desk("casualty_office")

    def public_affairs(self) -> str:
        """Who publishes about this person: the office of that service."""
        return self._desk("public_affairs")

    def _desk(self, name: str) -> str:
        last = max(self.person.assignments, key=lambda one: (one.since, one.order), default=None)
        return self.record.directory.office(f"{last.service}/{name}" if last else DEFAULT_OFFICE)


def telling(view: View, line: Line, mine: Sequence[Line]) -> Reasons:
    """Gates of an identification, a takeover or a reinstatement: 6, 7 and 13. Information is no identification: 7 and 13."""
    return (
        *undisputed(view, line),
        *order(view, line, mine),
        *other_families(view, line),
        *way_out(view, line.kin),
    )


def later_portion(view: View, line: Line, mine: Sequence[Line]) -> Reasons:
    """Gates of a further portion: it waits besides for the end of the work, where the family chose that (invariant 12)."""
    return (*at_the_end(view, line, mine), *telling(view, line, mine), *own_first(view, line.kin, mine, but=line))


def ask(view: View, about: Sequence[Line], mine: Sequence[Line]) -> Reasons:
    """Gates of an ask about these portions: 6 for each of them, 7 and 13."""
    first = about[0]
    return (
        *undisputed(view, first),
        *order(view, first, mine),
        *(reason for line in about for reason in other_families(view, line)),
        *way_out(view, first.kin),
        *own_first(view, first.kin, mine),
    )


def correction(view: View, line: Line, mine: Sequence[Line]) -> Reasons:
    """A correction waits only for the PNOK's own correction of the same cause, and for the liaison's hours."""
    return (*order_of_corrections(view, line, mine), *way_out(view, line.kin))


# ------------------------------------------------------------------------------------------------- invariant 6
def undisputed(view: View, line: Line) -> Reasons:
    """Gate 6 for what stands of a line; nothing keeps information."""
    if line.portion is None:
        return ()
    if line.cause not in view.identities:
        view.identities[line.cause] = tuple(identity(view, line.portion))
    return view.identities[line.cause]


def identity(view: View, portion: Portion) -> Iterator[Reason]:
    """No notify hold, no open discrepancy of a blocking kind, no active exclusion, over anything that is determined."""
    person = view.person
    for id, hold in person.holds.active("notify"):
        yield Reason("hold", f"the person is on hold {id}: {hold.reason}", ground=True, event=hold.event)
    for number in sorted(person.reach(portion)):
        yield from _case(view, number)
    excluded = {one for one, active in person.exclusions.items() if active}
    for subject in sorted((person.reach(portion) | portion.stands) & excluded | _inherited(view, portion)):
        yield Reason("exclusion", f"{subject} is excluded from being this person", ground=True)


def _inherited(view: View, portion: Portion) -> set[str]:
    """What the cases of a portion came out of, or what was cut from them, and is excluded from being this person."""
    cases = [view.record.cases[each] for each in view.person.reach(portion) if each in view.record.cases]
    return {subject for case in cases for subject, who in case.excluded() if who == view.person.ref}


def _case(view: View, number: str) -> Iterator[Reason]:
    if number in view.record.unfoldable:
        yield Reason("unfoldable", f"the record of case {number} cannot be worked out", ground=False)
    case = view.record.cases.get(number)
    if case is None:
        return
    for id, hold in case.holds.active("notify"):
        yield Reason("hold", f"case {number} is on hold {id}: {hold.reason}", ground=True, event=hold.event)
    for discrepancy in case.discrepancies(view.policy):
        if discrepancy.open and discrepancy.kind in view.policy.blocking_discrepancies:
            yield Reason("discrepancy", f"discrepancy {discrepancy.id} is open", ground=True)


def other_families(view: View, line: Line) -> Iterator[Reason]:
    """Over a case that moves between families nobody is told while another family's stop or correction is undone."""
    for token in sorted(line.stands | (view.person.reach(line.portion) if line.portion is not None else frozenset())):
        if token in view.undone:
            yield Reason("other_family", f"another family must first be told that {token} is not theirs", ground=False)


# ------------------------------------------------------------------------------------------------- invariant 7
def order(view: View, line: Line, mine: Sequence[Line]) -> Iterator[Reason]:
    """The PNOK first: others wait until an identification that still stands was delivered to them, or was overridden.

    Information that is no identification waits until the PNOK has that.
    """
    person = view.person
    if person.pnok is None:
        yield Reason("no_pnok", "no primary next of kin is designated", ground=True)
    elif line.kin != person.pnok and not _pnok_told(person, line, mine) and not overridden(person, line.cause):
        yield Reason("pnok_not_told", "the primary next of kin has not been told", ground=True)


def own_first(view: View, kin: str, mine: Sequence[Line], but: Line | None = None) -> Iterator[Reason]:
    """A portion, or an ask, waits for the kin's own identification where one is owed to them.

    A portion in hand that has become the identification itself (`but`) waits for nothing.
    """
    cause = roles.identifying(view.person, mine, kin)
    for line in mine:
        if (
            line is not but
            and (line.cause, line.kin) == (cause, kin)
            and not line.told
            and roles.is_owed_an_identification(line)
        ):
            yield Reason("own_not_told", "the kin has not been told of the identification itself", ground=True)


def order_of_corrections(view: View, line: Line, mine: Sequence[Line]) -> Iterator[Reason]:
    if overridden(view.person, line.cause):
        return
    for each in mine:
        if each.kin == view.person.pnok and each.cause == line.cause and line.kin != each.kin and each.untrue:
            yield Reason("pnok_not_corrected", "the primary next of kin has not been told the correction", ground=False)


def _pnok_told(person: Person, about: Line, mine: Sequence[Line]) -> bool:
    lines = [line for line in mine if line.kin == person.pnok and line.told and line.told & line.stands]
    return any(line.cause == about.cause if about.informs else line.identifies for line in lines)


def overridden(person: Person, cause: str) -> bool:
    """Whether two people allowed to go on without the PNOK, who could not be reached, as things have stood since.

    They decided about what they knew: not about a determination, or a rescission, of later. Whoever was told something since
    can be reached again.
    """
    if person.pnok is None or person.pnok not in person.unreachable or person.pnok not in person.overridden:
        return False
    told = (delivery.order for delivery in person.deliveries if delivery.kin == person.pnok)
    return person.overridden[person.pnok] > max((*told, *_known_since(person, cause)), default=BEFORE_ALL)


def _known_since(person: Person, cause: str) -> Iterator[WorldOrder]:
    """What was said of a cause: that it is, and that it is no more."""
    id = cause.removeprefix(ADDED)
    for known in (person.determinations, person.amendments):
        if id in known:
            yield known[id].order
    yield from (said[id] for said in (person.rescinded, person.information) if id in said)


# ------------------------------------------------------------------------------------------------- invariant 12
def at_the_end(view: View, line: Line, mine: Sequence[Line]) -> Iterator[Reason]:
    """Where the family chose to be told at the end, it is told once the laboratory has closed the project of these remains."""
    portion = line.portion
    chosen = None if portion is None else roles.chosen(portion, view.person, mine, view.now)
    if portion is None or chosen is None or chosen.choice != "at_end":
        return
    cases = (view.record.cases.get(number) for number in sorted(view.person.reach(portion)))
    scopes = {case.turnover for case in cases if case is not None and case.turnover is not None}
    for scope in sorted(scopes - view.record.closed) or ([] if scopes else ["these remains"]):
        why = f"the family chose to be told at the end, and the project of {scope} is not closed"
        yield Reason("election", why, ground=True, event=chosen.event)


# ------------------------------------------------------------------------------------------------- invariant 13
def way_out(view: View, kin: str) -> Iterator[Reason]:
    """Somebody to write to, within the hours in which they are on duty."""
    assignment = view.assignment(kin)
    if assignment is None:
        yield Reason("no_liaison", "no liaison is assigned", ground=False)
        return
    liaison = view.record.directory.liaisons.get(assignment.liaison)
    if liaison is None or liaison.address is None:
        yield Reason("no_address", "the directory has no address for the liaison", ground=False)
        return
    opens = next_opening(liaison.duty_hours, liaison.zone, view.now)
    if opens is not None and opens > view.now:
        yield Reason("hours", "outside the liaison's duty hours", ground=False, until=opens)
