"""Lineage: which case came out of which. Custody, holds and exclusions follow it from parent to child."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.events.common import Cases, nothing_twice
from shared.events.identification import IdentificationFact
from shared.terms import CaseNumber, Inventoried, Milligrams, Prose, Reference, SampleStatus


class CaseInventoried(IdentificationFact):
    """The laboratory listed what a case holds: each a case of its own from now on. An emptied case holds no remains."""

    name: ClassVar[str] = "case.inventoried"

    parent: CaseNumber
    cases: Annotated[tuple[Inventoried, ...], Field(max_length=1000)]
    emptied: bool = False

    @model_validator(mode="after")
    def lists_what_it_held(self) -> Self:
        if not self.cases and not self.emptied:
            raise PydanticCustomError("inventory_of_nothing", "an inventory lists cases, unless the case was emptied")
        apart((self.parent,), nothing_twice(tuple(each.case for each in self.cases)))
        return self


class Regrouping(IdentificationFact):
    """Cases that became other cases. No case stands on both sides."""

    parents: Cases
    children: Cases
    reason: Prose

    _nothing_twice = field_validator("parents", "children")(nothing_twice)

    @model_validator(mode="after")
    def becomes_something_else(self) -> Self:
        apart(self.parents, self.children)
        return self


class CaseSplit(Regrouping):
    """The laboratory divided cases into others, which stand in their place."""

    name: ClassVar[str] = "case.split"

    children: Annotated[Cases, Field(min_length=2)]


class CaseMerged(Regrouping):
    """The laboratory joined cases into one, which stands in their place."""

    name: ClassVar[str] = "case.merged"

    parents: Annotated[Cases, Field(min_length=2)]
    children: Annotated[Cases, Field(max_length=1)]


class SampleCut(IdentificationFact):
    """A sample was cut from an element: a child case with its mass, and what remained of its parent."""

    name: ClassVar[str] = "sample.cut"

    parent: CaseNumber
    sample: CaseNumber
    mass_mg: Annotated[Milligrams, Field(ge=1)]
    remaining_mg: Milligrams
    authorised_by: Reference

    @model_validator(mode="after")
    def is_cut_from_another(self) -> Self:
        apart((self.parent,), (self.sample,))
        return self


class SampleReported(IdentificationFact):
    """What became of a sample, with the report by its reference and never the profile. A consumed sample is no more."""

    name: ClassVar[str] = "sample.reported"

    sample: CaseNumber
    status: SampleStatus
    report: Reference


def apart(parents: tuple[CaseNumber, ...], children: tuple[CaseNumber, ...]) -> None:
    if set(parents) & set(children):
        raise PydanticCustomError("own_parent", "a case is not its own parent")
