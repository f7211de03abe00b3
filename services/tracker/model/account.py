"""The account of a turnover: identified, attributed and remaining are the current estimate, whatever day is asked about.

Identified comes first: an individual that is both is not counted as attributed as well, and two individuals of one person
count once (invariant 20). What remains is derived, never stated; below zero it is a discrepancy of the scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.tracker.model.corrections import Identity
from services.tracker.model.discrepancies import Discrepancy, Misfit, Resolutions, settled
from services.tracker.model.scope import Estimate, Named, Scope


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, by reference, and the events behind it: (source, id), sorted."""

    value: int
    of: tuple[str, ...]
    events: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Every figure of one turnover. Turnovers are never summed: remains of two may have been merged.

    Shape: `expected` the manifest's count, None before the declaration; `received` cases registered of the turnover;
    `elements` cases of kind remains that came out of those and stand; `mni` the versions in world order, the last current;
    `identified` persons of a determination that stands over remains of the scope; `attributed` individuals of a nation and of
    no such person; `remaining` current estimate less both, None without an estimate; `accounted_for` and `interred` those of
    the identified who are; `returned` and `transferred_abroad` cases that left our custody and were not recalled.
    """

    turnover: str
    expected: Figure | None
    received: Figure
    elements: Figure
    mni: tuple[Estimate, ...]
    identified: Figure
    attributed: Figure
    remaining: int | None
    accounted_for: Figure
    returned: Figure
    transferred_abroad: Figure
    interred: Figure


def account(scope: Scope) -> Account:
    cases = scope.cases()
    persons, named = _identified(scope, cases)
    attributed = _attributed(scope, cases, named)
    estimates = tuple(scope.estimates)
    remaining = estimates[-1].value - len(persons) - len(attributed) if estimates else None
    expected = scope.expected
    return Account(
        turnover=scope.ref,
        expected=Figure(expected, (), _said([scope.declared_by])) if expected is not None else None,
        received=_figure(scope.registered),
        elements=_figure({case: scope.found_by[case] for case in _elements(scope, cases)}),
        mni=estimates,
        identified=_figure_of_many(persons),
        attributed=_figure_of_many(attributed),
        remaining=remaining,
        accounted_for=_figure({one: scope.accounted_for[one] for one in persons if one in scope.accounted_for}),
        returned=_left(scope, cases, "returned"),
        transferred_abroad=_left(scope, cases, "abroad"),
        interred=_figure({one: scope.interred[one] for one in persons if one in scope.interred}),
    )


def discrepancies(account: Account, resolutions: Resolutions) -> tuple[Discrepancy, ...]:
    """What does not add up in an account, and whether somebody settled just these values."""
    found = []
    if account.remaining is not None and account.remaining < 0:
        observed = f"{account.identified.value} identified and {account.attributed.value} attributed"
        found.append(Misfit("remaining", "mni", f"at least {account.mni[-1].value} individuals", observed))
    return settled("scope", account.turnover, found, resolutions)


def persons_identified(scope: Scope) -> dict[str, str]:
    """The persons identified in a scope, each with the day (UTC) of the earliest determination that stands."""
    cases = scope.cases()
    individuals = scope.individuals_of(cases)
    found: dict[str, str] = {}
    for named in scope.standing():
        if _is_of(named, cases, individuals):
            day = named.determined_at.date().isoformat()
            found.update((person, min(day, found.get(person, day))) for person in named.persons)
    return found


def _is_of(named: Named, cases: frozenset[str], individuals: frozenset[str]) -> bool:
    return bool(named.cases & cases or named.individuals & individuals)


def _elements(scope: Scope, cases: Iterable[str]) -> list[str]:
    return [
        case for case in cases if case in scope.found_by and scope.kinds.get(case) == "remains" and case not in scope.superseded
    ]


def _identified(scope: Scope, cases: frozenset[str]) -> tuple[dict[str, set[Identity]], frozenset[str]]:
    """The persons of determinations that stand over remains of the scope, and the individuals that these are of."""
    individuals = scope.individuals_of(cases)
    persons: dict[str, set[Identity]] = {}
    taken: set[str] = set()
    for named in scope.standing():
        if _is_of(named, cases, individuals):
            for person in named.persons:
                persons.setdefault(person, set()).update(named.events)
            taken |= _individuals(scope, named)
    return persons, frozenset(taken)


def _individuals(scope: Scope, named: Named) -> set[str]:
    through = {individual for case in named.cases if (individual := scope.individual_of(case)) is not None}
    return named.individuals | through


def _attributed(scope: Scope, cases: frozenset[str], identified: frozenset[str]) -> dict[str, set[Identity]]:
    """The individuals attributed to a nation, by name or by a case of theirs, and to no person."""
    individuals = scope.individuals_of(cases)
    found: dict[str, set[Identity]] = {}
    for data, event in scope.attributions:
        through = {scope.individual_of(case) for case in data.cases if case in cases}
        for one in (set(data.individuals) & individuals) | through:
            if one is not None and one not in identified:
                found.setdefault(one, set()).add(event)
    return found


def _left(scope: Scope, cases: Iterable[str], how: str) -> Figure:
    return _figure({case: scope.left[case][1] for case in cases if case in scope.left and scope.left[case][0] == how})


def _figure(counted: dict[str, Identity]) -> Figure:
    return Figure(len(counted), tuple(sorted(counted)), _said(counted.values()))


def _figure_of_many(counted: dict[str, set[Identity]]) -> Figure:
    return Figure(len(counted), tuple(sorted(counted)), _said(event for events in counted.values() for event in events))


def _said(events: Iterable[Identity | None]) -> tuple[Identity, ...]:
    return tuple(sorted({event for event in events if event is not None}))
