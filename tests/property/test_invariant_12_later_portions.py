"""Invariant 12: a later portion is told as the family chose, asked about where it did not, and kept where it said never."""

from datetime import datetime

from hypothesis import given

from shared.events import ElectionRecorded, PaddDesignated, ProjectClosed
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.plain import of
from tests.property.tellings import Leaving, Telling, tellings

PORTIONS = tellings(
    *(what.determined, what.determined, what.determined, what.elected, what.elected, what.closed, what.rescinded_),
    begin=[what.all_registered, what.padd],
)


def chosen(known: Known, person: str, now: datetime) -> str | None:
    """What the family chose that is in force: the last to take effect that its signer might sign."""
    padds = [each for each in of(known.events, PaddDesignated) if each.data.person == person]
    found = None
    for each in sorted(of(known.events, ElectionRecorded), key=lambda one: one.data.effective_from):
        signer = [one.data.kin for one in padds if one.at <= each.at][-1:]
        if each.data.person == person and [each.data.signed_by] == signer and each.data.effective_from <= now:
            found = each.data.choice
    return found


def first_tellings(telling: Telling) -> list[tuple[Leaving, Known]]:
    """Each first telling of a portion, with what was known when it left."""
    return [(one, Known(one.filed)) for one in telling.left if one.notice.kind == "additional_portions"]


@judged
@given(telling=PORTIONS)
def test_a_portion_leaves_only_where_the_family_chose_to_hear_of_it(telling: Telling) -> None:
    for leaving, known in first_tellings(telling):
        choice = chosen(known, leaving.line[0], leaving.at)
        assert choice in ("each_time", "at_end"), f"{leaving.notice.reference} leaves and the choice is {choice}"
        if choice == "at_end":
            assert of(known.events, ProjectClosed), f"{leaving.notice.reference} leaves before the end"


@judged
@given(telling=PORTIONS)
def test_nobody_is_asked_about_a_portion_who_chose_already(telling: Telling) -> None:
    for leaving in telling.left:
        if leaving.notice.kind == "ask_first":
            choice = chosen(Known(leaving.filed), leaving.line[0], leaving.at)
            silenced = _was_never(Known(leaving.filed), leaving.line[0], leaving.at)
            asked = choice in (None, "ask_me_first") or (silenced and choice != "never")
            assert asked, f"{leaving.notice.reference} asks and the choice is {choice}"


def _was_never(known: Known, person: str, now: datetime) -> bool:
    """Whether the family once chose `never`: what was silent then is asked about when it chooses otherwise."""
    dates = {each.data.effective_from for each in of(known.events, ElectionRecorded)}
    return any(chosen(known, person, each) == "never" for each in dates if each <= now)
