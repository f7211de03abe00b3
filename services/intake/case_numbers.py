"""The cases that a fact names, each with where it stands: what the case prefixes of a grant are held against."""

from collections.abc import Iterator
from typing import Final

from shared.terms import Subject, Term

NAMES: Final = frozenset({"case", "cases", "parent", "parents", "children", "sample", "expected_cases"})
"""Fields whose texts are case numbers, in every fact and every structure within one."""


def case_numbers(value: object, at: str, field: str = "") -> Iterator[tuple[str, str]]:
    """(JSON Pointer, case number) of every case in a fact's data, in the order in which they stand there.

    >>> from shared.terms import Remains
    >>> list(case_numbers(Remains(cases=("K55-01", "K55-02")), "/data/added"))
    [('/data/added/cases/0', 'K55-01'), ('/data/added/cases/1', 'K55-02')]
    """
    match value:
        case Subject(kind="case", ref=number):
            yield f"{at}/ref", number
        case Term():
            for name in type(value).model_fields:
                yield from case_numbers(getattr(value, name), f"{at}/{name}", name)
        case tuple():
            for n, each in enumerate(value):
                yield from case_numbers(each, f"{at}/{n}", field)
        case str() if field in NAMES:
            yield at, value
        case _:
            return
