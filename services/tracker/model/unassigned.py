"""What nobody can be written to about: no PNOK, no PADD, no liaison, no address. The service's casualty office sees to it."""

from collections.abc import Collection, Iterator, Sequence

from services.tracker.model import gates
from services.tracker.model.lines import Line
from services.tracker.model.notices import TELLINGS, Owed
from services.tracker.model.person import Person
from services.tracker.model.roles import identifying, was_told_a_padd


def unassigned(person: Person, mine: Sequence[Line], owed: Collection[Owed], view: gates.View) -> Iterator[Owed]:
    """What the casualty office must see to before anything can leave."""
    if person.pnok is None:
        for cause in (*(determination.id for determination in person.standing()), *sorted(person.information)):
            yield _lacks(person, "pnok", cause, view)
    if person.padd is None:
        for cause in _without_a_padd(person, mine):
            yield _lacks(person, "padd", cause, view)
    for line in mine:
        due = [each for each in owed if (each.person, each.cause, each.kin) == (person.ref, line.cause, line.kin)]
        lacking = view.lacking(line.kin)
        if lacking is not None and any(each.kind in TELLINGS or each.kind == "correction" for each in due):
            yield _lacks(person, f"{lacking}/{line.kin}", line.cause, view)
        for recipient in _out_of_reach(line, due, view):
            yield _lacks(person, f"address/{recipient}", line.cause, view)


def _without_a_padd(person: Person, mine: Sequence[Line]) -> Iterator[str]:
    """Later portions that nobody was told of, and no liaison has in hand."""
    told = {line.cause for line in mine if line.in_hand or (line.told is not None and line.told >= line.stands)}
    first = identifying(person, mine, person.pnok)
    for portion in person.portions:
        if not portion.stands or portion.cause == first or was_told_a_padd(portion, person, mine):
            continue
        if portion.cause not in told:
            yield portion.cause


def _out_of_reach(line: Line, due: Sequence[Owed], view: gates.View) -> set[str]:
    """Who is to be stopped and has no address, and whose address a mail server would not take: nothing else would say so."""
    still_to = {each.key: each.recipient for each in due}
    refused = {each.recipient for each in line.notices if each.state == "refused" and still_to.get(each.key) == each.recipient}
    stops = {each.recipient for each in due if each.kind == "stop"}
    unknown = {each for each in stops if view.record.directory.address_of(each) is None}
    return {each for each in refused | unknown if each is not None}


def _lacks(person: Person, what: str, cause: str, view: gates.View) -> Owed:
    return Owed(
        key=f"unassigned/{person.ref}/{what}/{cause}",
        kind="unassigned",
        person=person.ref,
        cause=cause,
        recipient=view.casualty_office(),
        subject=what,
    )
