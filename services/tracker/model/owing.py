"""What one line owes: the difference between what stands and what was told, by the role that its cause has for its kin.

| told | stands | owed |
|---|---|---|
| nothing | something | a telling: as its role is, or a takeover or reinstatement where some of the line had left |
| more than stands | less | a correction |
| less than stands | more | a reinstatement |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.tracker.model import gates
from services.tracker.model.determinations import Tokens
from services.tracker.model.lines import Line, informed
from services.tracker.model.notices import NoticeKind, Owed
from services.tracker.model.reasons import Reason
from services.tracker.model.roles import chosen, is_owed_an_identification, of_the_padd, role_of


@dataclass(frozen=True, slots=True)
class Silent:
    """A portion that stands and is kept from its family because it chose so: an entry of the silent-hold ledger."""

    person: str
    cause: str
    kin: str
    cases: tuple[str, ...]
    since: datetime
    election: tuple[str, str]


def owed_on(line: Line, mine: Sequence[Line], view: gates.View) -> Owed | None:
    """What is owed on one line, with the reasons that hold it; nothing to a kin who has died."""
    if line.kin in line.person.deaths:
        return None
    if line.told is None:
        return _first_telling(line, mine, view) if line.stands else None
    if line.untrue:
        return owed(line, "correction", line.told & line.whole, view, gates.correction(view, line, mine))
    if line.told < line.known:
        return owed(line, "reinstatement", line.whole, view, gates.telling(view, line, mine))
    return None


def _first_telling(line: Line, mine: Sequence[Line], view: gates.View) -> Owed | None:
    role = role_of(line, mine)
    match role:
        case "information":
            is_owed, gate = line.kin in informed(line.person), gates.telling
        case "identification":
            is_owed, gate = is_owed_an_identification(line), gates.telling
        case "additional_portions":
            is_owed, gate = _is_chosen(line, mine, view), gates.later_portion
        case _:
            assert_never(role)
    return owed(line, first_kind(line, role, view), line.whole, view, gate(view, line, mine)) if is_owed else None


def _is_chosen(line: Line, mine: Sequence[Line], view: gates.View) -> bool:
    portion = of_the_padd(line, mine)
    election = None if portion is None else chosen(portion, line.person, mine, view.now)
    return election is not None and election.choice in ("each_time", "at_end")


def is_to_be_asked(line: Line, mine: Sequence[Line], view: gates.View) -> bool:
    """Whether the family's choice about a portion has to be asked for."""
    portion = of_the_padd(line, mine)
    if portion is None:
        return False
    election = chosen(portion, line.person, mine, view.now)
    return election is None or election.choice == "ask_me_first"


def silent(line: Line, mine: Sequence[Line], view: gates.View) -> Silent | None:
    """The entry of a portion in the silent-hold ledger."""
    portion = of_the_padd(line, mine)
    election = None if portion is None else chosen(portion, line.person, mine, view.now)
    if portion is None or election is None or election.choice != "never":
        return None
    since = max(election.since, portion.event_order[0])
    return Silent(line.person.ref, line.cause, line.kin, tuple(sorted(line.stands)), since, election.event)


# ------------------------------------------------------------------------------------------------- the notice
def first_kind(line: Line, first: NoticeKind, view: gates.View) -> NoticeKind:
    """What a first telling is called: after something of the line has left, it is never called so again."""
    had = {notice.recipient for notice in line.left()}
    if view.recipient(line.kin) in had:
        return "reinstatement"
    return "takeover" if had else first


def owed(
    line: Line,
    kind: NoticeKind,
    cases: Tokens,
    view: gates.View,
    reasons: tuple[Reason, ...],
    portions: tuple[str, ...] = (),
) -> Owed:
    recipient = view.recipient(line.kin)
    return Owed(
        key=line.key_of(kind, recipient),
        kind=kind,
        person=line.person.ref,
        kin=line.kin,
        cause=line.cause,
        recipient=recipient,
        cases=tuple(sorted(cases)),
        portions=portions,
        reasons=reasons,
    )
