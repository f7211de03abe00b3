"""What of a page a role may see: the rows of the API as `view()` of the model sees the record. Pure.

What may not be seen is empty, or in general words; an object that may not be seen at all is None, as one that does not exist.
`role` None is the keeper of this machine, who sees what is in the record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeVar

from services.tracker.model.notices import CLASS_OF
from services.tracker.model.reasons import Reason
from services.tracker.model.view import GENERAL, Reader, reasons_seen
from services.tracker.record.reading.cases import CaseRow, PersonRow
from services.tracker.record.reading.notices import NoticeRow
from services.tracker.web.api.gates import Due, Gate
from services.tracker.web.family_page import KinView, PersonDetail
from services.tracker.web.shown import CaseDetail, NoticeDetail
from services.tracker.web.timeline import Statement
from shared.terms import Stream

Role = Reader | None
Case = TypeVar("Case", bound=CaseRow)
WITHHELD: Final = "withheld"
FAMILY: Final[Stream] = "family"
LABORATORY: Final[Stream] = "identification"
CUSTODY: Final[Stream] = "custody"

ON_CASE: Final[dict[Reader, frozenset[Stream]]] = {
    "operator": frozenset({CUSTODY}),
    "laboratory": frozenset({CUSTODY, LABORATORY}),
    "auditor": frozenset({CUSTODY, LABORATORY, FAMILY}),
}
"""Whose statements a role reads on a case's page; on a person's, operators read none and a liaison those of the family."""
ON_PERSON: Final[dict[Reader, frozenset[Stream]]] = {
    "laboratory": frozenset({LABORATORY}),
    "liaison": frozenset({FAMILY}),
    "auditor": frozenset({CUSTODY, LABORATORY, FAMILY}),
}


def case_seen(detail: CaseDetail, role: Role, own: frozenset[str]) -> CaseDetail:
    """`own`: the persons whose families a liaison speaks to."""
    if role is None:
        return detail
    shown = replace(detail, timeline=statements(detail.timeline, ON_CASE.get(role, frozenset()), role))
    match role:
        case "laboratory" | "auditor":
            return shown
        case "liaison":
            mine = sorted(own.intersection(detail.persons))
            return own_case(replace(shown, persons=mine, ancestors=[], descendants=[], discrepancies=[]))
        case _:
            return replace(shown, persons=[])


def own_case(row: Case) -> Case:
    """Custody and place, to a liaison: not what came of what, what disagrees, or how far the laboratory is."""
    return replace(
        row, progress=WITHHELD, label=None, origin=None, parents=[], flags=[], open_discrepancies=0, next_check_at=None
    )


def person_row_seen(row: PersonRow, role: Role) -> PersonRow:
    match role:
        case "operator":
            return replace(row, pnok=None, determinations=[])
        case "laboratory":
            return replace(row, pnok=None)
        case _:
            return row


def person_seen(detail: PersonDetail, role: Role) -> PersonDetail:
    if role is None:
        return detail
    shown = replace(
        detail,
        timeline=statements(detail.timeline, ON_PERSON.get(role, frozenset()), role),
        due=None if detail.due is None else [due_seen(each, role) for each in detail.due],
    )
    match role:
        case "auditor":
            return replace(shown, kin=[reference_alone(each) for each in detail.kin])
        case "liaison":
            bare = [replace(each, individuals=[]) for each in detail.determinations]
            said = [replace(each, data={}, said=None) if names_another(each, detail.ref) else each for each in shown.timeline]
            return replace(shown, determinations=bare, discrepancies=[], timeline=said)
        case "laboratory":
            return replace(shown, pnok=None, kin=[], due=None, silent=None, discrepancies=[])
        case _:
            return replace(shown, pnok=None, kin=[], determinations=[], silent=None, discrepancies=[])


def reference_alone(kin: KinView) -> KinView:
    return replace(kin, relation=WITHHELD, basis=WITHHELD)


def statements(said: Iterable[Statement], streams: frozenset[Stream], role: Reader) -> list[Statement]:
    """Those of the streams that a role reads; of the family's an auditor reads that they were made, and no more."""
    bare = role == "auditor"
    return [
        replace(each, data={}, said=None) if bare and each.stream == FAMILY else each for each in said if each.stream in streams
    ]


def names_another(statement: Statement, ref: str) -> bool:
    """Whether it is about another person too: a correction may have moved it from one family to another."""
    return any(other not in (None, ref) for other in persons_in([statement.data, statement.said]))


def persons_in(said: Any) -> Iterator[str | None]:
    """Every person that a statement names, at any depth, by the fields that name one."""
    match said:
        case {"kind": "person", "ref": str(ref)}:
            yield ref
        case dict():
            for field, value in said.items():
                match field, value:
                    case "person", _:
                        yield value
                    case "discrepancy", str(id) if id.startswith("person:"):
                        yield id.removeprefix("person:").partition("/")[0]
                    case _:
                        yield from persons_in(value)
        case list():
            for each in said:
                yield from persons_in(each)
        case _:
            return


def due_seen(due: Due, role: Reader) -> Due:
    gates = [Gate(each.invariant, each.asks, each.open, list(reasons_seen(tuple(each.reasons), role))) for each in due.gates]
    waits: list[Reason] = list(reasons_seen(tuple(due.waits), role))
    shown = replace(due, gates=gates, waits=waits)
    return shown if role in ("liaison", "auditor") else replace(shown, kin=None, cause=None, recipient=None, in_hand=None)


def notice_row_seen(row: NoticeRow, role: Role, own: frozenset[str]) -> NoticeRow | None:
    """A notice as a role sees it, as `notice_seen` of the model has it."""
    if role is None:
        return row
    of = CLASS_OF[row.kind]  # type: ignore[index]
    match role:
        case "laboratory" | "administrator":
            return None
        case "liaison":
            return row if row.person in own and of in ("family", "stop") and row.kin is not None else None
        case "public_affairs":
            return in_terms(row, role) if of == "public" or (row.kind == "stop" and row.kin is None) else None
        case "auditor":
            return replace(in_terms(row, role), cases=[])
        case "operator":
            thin = replace(in_terms(row, role), cases=[], key=row.reference)
            return replace(thin, person=None, kin=None, cause=None, subject=None, recipient=None)


def in_terms(row: NoticeRow, role: Reader) -> NoticeRow:
    return replace(row, reasons=[reason_seen(each, role) for each in row.reasons])


def reason_seen(stored: dict[str, Any], role: Reader) -> dict[str, Any]:
    [seen] = reasons_seen((Reason(stored["code"], stored.get("text", ""), ground=False),), role)
    return stored if seen.text != GENERAL else stored | {"text": GENERAL, "event": None}


def notice_detail_seen(detail: NoticeDetail, role: Role, own: frozenset[str]) -> NoticeDetail | None:
    seen = notice_row_seen(detail, role, own)
    if seen is None:
        return None
    assert isinstance(seen, NoticeDetail)
    return replace(seen, attempts=[]) if role in ("public_affairs", "liaison") else seen
