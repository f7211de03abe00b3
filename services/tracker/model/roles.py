"""What a cause is to a kin: the identification, a later portion or information; and what the family chose about a portion."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.tracker.model.determinations import Portion
from services.tracker.model.elections import Election
from services.tracker.model.lines import NOTHING, Line, recipients
from services.tracker.model.person import Person

Role = Literal["identification", "additional_portions", "information"]


def role_of(line: Line, mine: Sequence[Line]) -> Role:
    """What a cause is to a kin. While it is in a hand as an identification, or as a portion, it is that.

    What left as a takeover or a reinstatement is what it would be now: it may have begun as the other.
    """
    if line.informs:
        return "information"
    held = {notice.kind for notice in line.in_hand}
    if "identification" in held:
        return "identification"
    if "additional_portions" in held:
        return "additional_portions"
    identifies = identifying(line.person, mine, line.kin) == line.cause
    return "identification" if identifies else "additional_portions"


def identifying(person: Person, mine: Sequence[Line], kin: str | None) -> str | None:
    """The cause that identifies, for a kin: of the first determination they were told of, else one in hand, else the earliest.

    Who is owed no identification has that of the PNOK, unless they were told themselves. Where all that a determination named
    was taken from it, the earliest that was added to it stands for it.
    """
    own = {line.cause: line.portion for line in mine if line.kin == kin}
    portions = [each for each in (own.get(portion.cause) or portion for portion in person.portions) if each.stands]
    lines = [line for line in mine if line.kin == kin and line.identifies]
    told = {line.portion.determination for line in lines if line.portion is not None and line.told is not None}
    held = {line.portion.determination for line in lines if line.portion is not None and line.in_hand}
    by_the_pnok = kin not in recipients(person) and kin != person.pnok and person.pnok is not None
    known = (told,) if by_the_pnok else (told, held)
    found = next((each for among in known for each in portions if each.determination in among), None)
    if found is None and by_the_pnok:
        return identifying(person, mine, person.pnok)
    found = found or next(iter(portions), None)
    return None if found is None else found.cause


def is_owed_an_identification(line: Line) -> bool:
    """Until the briefing is closed; closing it takes no ground from what is out."""
    closed = line.person.briefing_closed(line.cause, line.kin)
    return line.kin in recipients(line.person) and (not closed or bool(line.in_hand))


# ------------------------------------------------------------------------------------------------- later portions
def of_the_padd(line: Line, mine: Sequence[Line]) -> Portion | None:
    """The portion that stands, where it is for this kin to hear of: they direct disposition, and no PADD before heard of it."""
    person, portion = line.person, line.portion
    if line.kin != person.padd or portion is None or not line.stands or line.told is not None:
        return None
    later = role_of(line, mine) == "additional_portions" and not was_told_a_padd(portion, person, mine)
    return portion if later else None


def was_told_a_padd(portion: Portion, person: Person, mine: Sequence[Line]) -> bool:
    """Whether one who directed disposition was told of all that stands of a portion, by that one or another that names it.

    Not by one that only brought it through an individual: what an amendment adds is told as such.
    """
    padds = {each.kin for each in person.padds}
    lines = [(line, line.portion) for line in mine if line.kin in padds and line.portion is not None]
    of_it = [(line, its) for line, its in lines if its.determination == portion.determination]
    return portion.stands <= NOTHING.union(*((line.told or NOTHING) & (its.named | its.formerly) for line, its in of_it))


def asked_at(portion: Portion, mine: Sequence[Line]) -> list[datetime]:
    """When notices left that ask about a portion."""
    left = (notice for line in mine if line.asks for notice in line.left() if notice.kind != "stop")
    return [notice.left_at for notice in left if portion.cause in notice.portions and notice.left_at is not None]


def chosen(portion: Portion, person: Person, mine: Sequence[Line], now: datetime) -> Election | None:
    """The election that decides about a portion; None where the family is to be asked."""
    return person.elections.chosen(portion, asked_at(portion, mine), now)
