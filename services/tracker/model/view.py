"""Who may see what: the record in the eyes of one role. Pure; the doors only bind credentials to roles (invariant 19).

The laboratory never sees kin; liaisons see their own families and no candidate matches; public affairs sees its gates alone.
What a role may not see is not there: nothing tells it apart from what does not exist.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never

from services.tracker.model.case import Case
from services.tracker.model.lines import lines_of, read_of
from services.tracker.model.notices import CLASS_OF, Notice
from services.tracker.model.person import Person
from services.tracker.model.reasons import Reason, ReasonCode
from services.tracker.model.register import Record

Reader = Literal["operator", "laboratory", "liaison", "public_affairs", "auditor", "administrator"]
ALL_CASES: Final[frozenset[Reader]] = frozenset({"operator", "laboratory", "auditor"})
LABORATORY_WORK: Final[frozenset[Reader]] = frozenset({"laboratory", "auditor"})
OF_KIN: Final[frozenset[ReasonCode]] = frozenset(
    {"no_pnok", "pnok_not_told", "own_not_told", "kin_not_told", "pnok_not_corrected", "election", "briefing"}
)
OF_LABORATORY: Final[frozenset[ReasonCode]] = frozenset({"exclusion"})
IN_FREE_WORDS: Final[frozenset[ReasonCode]] = frozenset({"hold"})
"""What whoever placed it wrote may say what the laboratory thinks: nothing for those who speak to families or the public."""
GENERAL: Final = "something that others must see to first"


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """`seals`, `open_hand_overs` and `individual` are None where they are not for this reader.

    `has_individual` says that there is one, to who may know no more.
    """

    number: str
    custodian: str | None
    place: str | None
    seals: tuple[str, ...] | None
    open_hand_overs: tuple[str, ...] | None
    has_individual: bool | None
    individual: str | None
    excluded: frozenset[str] | None
    """Persons whom the case, or its individual, is not."""


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """`kin` are references. `determinations` are those that stand; `identified` says that one does, to who may know no more."""

    ref: str
    identified: bool
    determinations: tuple[str, ...] | None
    kin: tuple[str, ...] | None
    contact_hours: Mapping[str, tuple[tuple[str, str], ...]] | None
    pnok: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The record as one role sees it. `identified`: how many persons are; None where even that is not for them."""

    cases: Mapping[str, CaseSeen]
    persons: Mapping[str, PersonSeen]
    identified: int | None


def view(record: Record, role: Reader, own: frozenset[str], notices: Sequence[Notice]) -> Seen:
    """What `role` may see of `record`. `own`: persons whose families a liaison speaks to; it means nothing of other roles.

    Args:
        notices: every stored notice of those persons: what was told by them may be more than stands.
    """
    own = own if role == "liaison" else frozenset()
    cases = own_cases((record.persons[ref] for ref in own if ref in record.persons), notices)
    numbers = record.cases.keys() if role in ALL_CASES else cases & record.cases.keys()
    refs = record.persons.keys() if role in ALL_CASES else own & record.persons.keys()
    counted = None if role == "administrator" else sum(any(each.standing()) for each in record.persons.values())
    return Seen(
        cases={number: _case(record.cases[number], role) for number in sorted(numbers)},
        persons={ref: _person(record.persons[ref], role) for ref in sorted(refs)},
        identified=counted if role != "liaison" else None,
    )


def own_cases(own: Iterable[Person], notices: Iterable[Notice]) -> frozenset[str]:
    """The cases that whoever speaks to these persons' families has to do with: those that were determined to be of a person,
    and those that the family, or its liaison, may still take for that.

    A case that was taken from them is not among them once they were told so, or if they never heard that it was theirs.

    Args:
        notices: every stored notice of these persons; those of others mean nothing.
    """
    of_person: dict[str | None, list[Notice]] = defaultdict(list)
    for notice in notices:
        of_person[notice.person].append(notice)
    return frozenset[str]().union(*(_cases_of_family(person, of_person[person.ref]) for person in own))


def is_own(number: str, own: Iterable[Person], notices: Sequence[Notice]) -> bool:
    """Whether a case is among `own_cases`. Only those are looked at whom it can be of: the record or a notice once said so."""
    said = {notice.person for notice in notices if number in notice.cases}
    return number in own_cases((each for each in own if each.ref in said or number in each.cases), notices)


def _cases_of_family(person: Person, notices: Sequence[Notice]) -> frozenset[str]:
    lines = [line for line in lines_of(person, notices) if line.identifies]
    read = read_of([person], lines)
    tokens = frozenset().union(*(line.believed(read) for line in lines))
    standing = frozenset().union(*(person.cases_of(each) for each in person.standing()))
    return standing | person.cases_among(tokens) | (tokens - person.individuals)


def _case(case: Case, role: Reader) -> CaseSeen:
    everything = role in ALL_CASES
    laboratory = role in LABORATORY_WORK
    excluded = frozenset(
        person for (subject, person), active in case.exclusions.items() if active and subject in (case.number, case.individual)
    )
    return CaseSeen(
        number=case.number,
        custodian=case.custody.custodian,
        place=case.custody.place,
        seals=(case.custody.seals or ()) if everything else None,
        open_hand_overs=case.custody.open_transfers if everything else None,
        has_individual=case.individual is not None if everything else None,
        individual=case.individual if laboratory else None,
        excluded=excluded if laboratory else None,
    )


def _person(person: Person, role: Reader) -> PersonSeen:
    standing = tuple(each.id for each in person.standing())
    family = role in ("liaison", "auditor")
    return PersonSeen(
        ref=person.ref,
        identified=bool(standing),
        determinations=standing if role != "operator" else None,
        kin=tuple(sorted(person.kin)) if family else None,
        contact_hours={kin.ref: kin.hours for kin in person.kin.values()} if role == "liaison" else None,
        pnok=person.pnok if family else None,
    )


def notice_seen(notice: Notice, role: Reader, own: frozenset[str]) -> Notice | None:
    """A notice as a role sees it, or None where for that role there is none."""
    match role:
        case "laboratory" | "administrator":
            return None
        case "liaison":
            mine = notice.person in own and CLASS_OF[notice.kind] in ("family", "stop") and notice.kin is not None
            return notice if mine else None
        case "public_affairs":
            public = CLASS_OF[notice.kind] == "public" or (notice.kind == "stop" and notice.kin is None)
            return replace(notice, reasons=reasons_seen(notice.reasons, role)) if public else None
        case "operator" | "auditor":
            shown = replace(notice, reasons=reasons_seen(notice.reasons, role), cases=())
            return shown if role == "auditor" else replace(shown, key=notice.reference, person=None, kin=None, cause=None)
        case _:
            assert_never(role)


def reasons_seen(reasons: tuple[Reason, ...], role: Reader) -> tuple[Reason, ...]:
    """The reasons in the reader's own terms: one that would show what they may not see is given in general words."""
    hidden: frozenset[ReasonCode] = frozenset()
    if role in ("operator", "laboratory", "public_affairs", "administrator"):
        hidden |= OF_KIN
    if role not in LABORATORY_WORK:
        hidden |= OF_LABORATORY
    if role in ("liaison", "public_affairs"):
        hidden |= IN_FREE_WORDS
    return tuple(replace(each, text=GENERAL, event=None) if each.code in hidden else each for each in reasons)
