"""Where remains do not part as people do: two families at one grave, a bone that was another's, fragments of one bone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from demo.k55.cast import LABORATORY, MEDICAL_EXAMINER
from demo.k55.diary import Counts, Entry, entry, promptly
from demo.k55.expected import follows, tells
from demo.k55.households import public
from demo.k55.lives import BEFORE_ROUND, SIGNED_BEFORE, Life, about, amendment, determined, homeward, published
from demo.k55.plot import Plot, plot
from demo.k55.portions import identified
from demo.k55.remains import Element
from demo.k55.reversals import begins, doubted_at
from shared.events import (
    CaseAssociated,
    CaseDissociated,
    CaseMerged,
    CaseSplit,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationHoldLifted,
    StatusAccountedFor,
)

ACCOUNTED_AFTER: Final = timedelta(days=3)


def as_a_group(one: Life, other: Life) -> Plot:
    """Two men whose remains cannot be parted: one determination, two families, one grave."""
    remains = [*one.known, *other.known]
    individuals = (one.individual.id, other.individual.id)
    of: dict[str, Any] = {"persons": [one.person, other.person], "cases": remains, "individuals": list(individuals)}
    signed: dict[str, Any] = {"kind": "group", "lines": ["autosomal", "historical"], "signed_by": "examiner-1"}
    told = {"determination": one.determination, **of, **signed}
    id, counts = f"determined-{one.determination}", Counts("identified", individuals)
    group = entry(MEDICAL_EXAMINER, id, IdentificationDetermined, one.moment - SIGNED_BEFORE, counts, **told)
    entries = (*begins(one), *begins(other), *promptly([group], one.moment), *homeward(one, cases=remains), *beside(other))
    ends = (tells(each.person, one.determination, each.family.to_be_told) for each in (one, other))
    return plot(entries, (*(end for of_family in ends for end in of_family), *public(one), *public(other)))


def beside(life: Life) -> Iterator[Entry]:
    """Accounted for, and buried with the other."""
    at = life.moment + ACCOUNTED_AFTER
    yield from published(life, "name", life.n + 1)
    yield about(life, StatusAccountedFor, at, Counts("accounted_for", (life.person,)), date=at.date().isoformat())


def parted(life: Life, other: Life) -> Plot:
    """One of the bones they were told of is found to be another's. They are told so, and only then the other family."""
    *kept, bone = life.known
    moment, family = doubted_at(life), life.family
    theirs = replace(determined(other), statement=with_bone(determined(other), bone))
    entries = (
        *begins(life),
        determined(life),
        *homeward(life, cases=kept),
        *promptly(found_to_be(other, life, bone, moment), moment),
        *begins(other),
        theirs,
        *homeward(other),
    )
    corrections = follows("correction", life.person, life.determination, family.to_be_told, family.liaison)
    return plot(entries, (*identified(life), *corrections, *identified(other)))


def with_bone(of: Entry, bone: str) -> dict[str, Any]:
    data = of.statement["data"]
    return of.statement | {"data": data | {"cases": [*data["cases"], bone]}}


def found_to_be(other: Life, life: Life, bone: str, moment: datetime) -> Iterator[Entry]:
    """The laboratory parts the bone from the one and joins it to the other; the examiner takes it out of what stands."""
    hour, id = timedelta(hours=1), amendment(life)
    out = {"case": bone, "individual": life.individual.id, "reason": "a second sequence differs"}
    to = {"case": bone, "individual": other.individual.id, "reason": "sequences agree"}
    yield entry(LABORATORY, f"dissociated-{bone}", CaseDissociated, moment - 6 * hour, **out)
    yield entry(LABORATORY, f"associated-{bone}-again", CaseAssociated, moment - 5 * hour, **to)
    why = {"determination": life.determination, "amendment": id, "reason": "one element is another's"}
    removed = {"cases": [bone], "individuals": []}
    yield entry(MEDICAL_EXAMINER, f"amended-{id}", IdentificationAmended, moment - 3 * hour, removed=removed, **why)
    lifted = {"hold": f"removed:{id}", "reason": "determined anew", "authority": "medical-examiner"}
    yield entry(MEDICAL_EXAMINER, f"freed-{id}", IdentificationHoldLifted, moment - BEFORE_ROUND, **lifted)


# ------------------------------------------------------------------------------------------------- fragments
def divided(element: Element, at: datetime) -> Entry:
    """What was one element is two."""
    children = [f"{element.number}{part}" for part in "AB"]
    counts = Counts("elements", (element.number,), ends=True), Counts("elements", tuple(children))
    of: dict[str, Any] = {"parents": [element.number], "children": children, "reason": "two bones in one lump of soil"}
    return entry(LABORATORY, f"split-{element.number}", CaseSplit, at, *counts, **of)


def refitted(elements: Sequence[Element], at: datetime) -> Entry:
    """What were two elements are one."""
    parents, child = [one.number for one in elements], f"{elements[0].number}R"
    counts = Counts("elements", tuple(parents), ends=True), Counts("elements", (child,))
    of: dict[str, Any] = {"parents": parents, "children": [child], "reason": "fragments that refit"}
    return entry(LABORATORY, f"merged-{child}", CaseMerged, at, *counts, **of)
