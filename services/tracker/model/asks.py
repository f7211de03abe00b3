"""The ask: which of a family's later portions are asked about, in which notice (telling, section 7).

One open ask a person and kin. It keeps its key, and lives while any portion in it stands; portions found meanwhile join it. It
covers what was in it when it was delivered, and an election signed after it left is its answer.
"""

from collections.abc import Sequence

from services.tracker.model import gates
from services.tracker.model.lines import ASK, Line, line_of
from services.tracker.model.notices import Owed
from services.tracker.model.owing import first_kind, is_to_be_asked, owed


def asked(mine: Sequence[Line], view: gates.View) -> tuple[Line, Owed] | None:
    """The ask that is owed to the PADD of a person, and its line; None where nothing is to be asked."""
    person = view.person
    kin = person.padd
    waiting = _waiting(mine, view)
    if kin is None or not waiting:
        return None
    open_ = [line for line in waiting if not gates.undisputed(view, line)]
    about = open_ or waiting[:1]
    line = _line(about, waiting, [each for each in mine if each.asks and each.kin == kin], view)
    cases = frozenset(token for each in about for token in each.stands)
    reasons = gates.ask(view, about, mine)
    kind = first_kind(line, "ask_first", view)
    return line, owed(line, kind, cases, view, reasons, tuple(each.cause for each in about))


def _waiting(mine: Sequence[Line], view: gates.View) -> list[Line]:
    """The lines of portions that the family is to be asked about and was not, the earliest first."""
    known = {
        portion
        for line in mine
        if line.asks and line.kin == view.person.padd
        for notice in line.notices
        if notice.reference in line.reported
        for portion in notice.portions
    }
    waiting = [line for line in mine if line.cause not in known and is_to_be_asked(line, mine, view)]
    return sorted(waiting, key=lambda line: line.portion.first if line.portion is not None else ())


def _line(about: Sequence[Line], waiting: Sequence[Line], asks: Sequence[Line], view: gates.View) -> Line:
    """The open ask that still asks about any of these portions, else the one that begins with the earliest."""
    causes = {each.cause for each in waiting}
    for line in asks:
        if any(causes & set(notice.portions) for notice in line.in_hand):
            return line
    cause = ASK + about[0].cause
    known = next((line for line in asks if line.cause == cause), None)
    return known or line_of(view.person, cause, about[0].kin, (), None)
