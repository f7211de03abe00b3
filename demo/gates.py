"""Whether a family's mail left before something that it had to wait for was in the record.

Judged from what the tracker shows afterwards, not by the tracker's own gates: the same answer twice over.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from demo.reading import Document

GATE_FACTS: Final = ("kin.registered", "pnok.designated", "liaison.assigned")
"""What must be on file before any mail about a family can leave: whom to tell, who is first, who tells them."""
CAUSES: Final = {"correction": "identification.rescinded"}
"""The fact that a notice says; of all other kinds it is the determination."""
NEVER: Final = "9999-12-31T00:00:00Z"


def before_gate(notice: Document, persons: Iterable[Document], discrepancies: Iterable[Document]) -> bool:
    """Whether a family's mail left while something that it had to wait for was not, or not yet, in the record."""
    if notice["kin"] is None or notice["kind"] == "stop":
        return False
    person = next(person for person in persons if person["ref"] == notice["person"])
    left = instant(notice["left_at"])
    known = {each["name"] for each in facts_of_line(notice, person) if instant(each["filed_at"]) <= left}
    return not needed(notice) <= known or any(at > left for at in settled_over(notice, person, discrepancies))


def needed(notice: Document) -> set[str]:
    """Names of the facts that have to be there."""
    return {*GATE_FACTS, CAUSES.get(notice["kind"], "identification.determined")}


def facts_of_line(notice: Document, person: Document) -> Iterator[Document]:
    """The needed facts about this line: its determination, its kin, or the whole family where a fact names neither."""
    for statement in person["timeline"]:
        about = statement["data"].get("determination", statement["data"].get("kin"))
        if statement["name"] in needed(notice) and about in (notice["cause"], notice["kin"], None):
            yield statement


def settled_over(notice: Document, person: Document, discrepancies: Iterable[Document]) -> Iterator[datetime]:
    """When each thing that did not agree about the notice's cases was settled. A correction waits for none of it."""
    cases = {case for each in person["determinations"] if each["id"] == notice["cause"] for case in each["cases"]}
    for each in discrepancies:
        known = instant(each["opened_at"]) <= instant(notice["left_at"])
        if notice["kind"] != "correction" and each["subject"] in cases and known:
            yield instant(each["resolved_at"] or NEVER)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
