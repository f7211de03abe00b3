"""Determinations: who the medical examiner says it is, and of which nation the laboratory says it is."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.events.common import nothing_twice
from shared.events.identification import MEDICAL_EXAMINER, IdentificationFact
from shared.terms import (
    CaseNumber,
    DeterminationId,
    DeterminationKind,
    Individual,
    LineOfEvidence,
    PersonReference,
    Prose,
    Reference,
    Remains,
    Role,
)


class AttributionDetermined(IdentificationFact):
    """The laboratory attributed individuals or cases to a nation. It is of no person, and no family is told by it."""

    name: ClassVar[str] = "attribution.determined"

    individuals: Annotated[tuple[Individual, ...], Field(max_length=1000)] = ()
    cases: Annotated[tuple[CaseNumber, ...], Field(max_length=1000)] = ()
    nation: Reference
    basis: Prose

    _nothing_twice = field_validator("individuals", "cases")(nothing_twice)

    @model_validator(mode="after")
    def attributes_something(self) -> Self:
        if not self.cases and not self.individuals:
            raise PydanticCustomError("attribution_of_nothing", "an attribution names individuals or cases")
        return self


class IdentificationDetermined(IdentificationFact):
    """The medical examiner identified persons. Nobody else may; what is tentative never becomes this."""

    name: ClassVar[str] = "identification.determined"
    roles: ClassVar[frozenset[Role]] = MEDICAL_EXAMINER

    determination: DeterminationId
    persons: Annotated[tuple[PersonReference, ...], Field(min_length=1, max_length=50)]
    cases: Annotated[tuple[CaseNumber, ...], Field(max_length=1000)] = ()
    individuals: Annotated[tuple[Individual, ...], Field(max_length=50)] = ()
    kind: DeterminationKind
    lines: Annotated[tuple[LineOfEvidence, ...], Field(min_length=1)]
    signed_by: Reference

    _nothing_twice = field_validator("persons", "cases", "individuals")(nothing_twice)

    @model_validator(mode="after")
    def identifies_something(self) -> Self:
        if not self.cases and not self.individuals:
            raise PydanticCustomError("determination_of_nothing", "a determination names cases or individuals")
        if (len(self.persons) > 1) != (self.kind == "group"):
            raise PydanticCustomError("group", "a group determination names several persons, any other names one")
        return self


class IdentificationAmended(IdentificationFact):
    """The medical examiner added remains to a determination, or removed some, whatever its date; the rest of it stands.

    `amendment` is its own id: what is added is told to the family under it, as a later portion.
    """

    name: ClassVar[str] = "identification.amended"
    roles: ClassVar[frozenset[Role]] = MEDICAL_EXAMINER

    determination: DeterminationId
    amendment: DeterminationId
    reason: Prose
    added: Remains = Remains()
    removed: Remains = Remains()

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if self.amendment == self.determination:
            raise PydanticCustomError("amendment", "an amendment has an id of its own")
        if self.added == self.removed == Remains():
            raise PydanticCustomError("amendment_of_nothing", "an amendment adds or removes cases or individuals")
        if set(self.added.cases) & set(self.removed.cases) or set(self.added.individuals) & set(self.removed.individuals):
            raise PydanticCustomError("added_and_removed", "an amendment does not both add and remove the same")
        return self


class IdentificationRescinded(IdentificationFact):
    """The medical examiner took a determination back, whatever its date."""

    name: ClassVar[str] = "identification.rescinded"
    roles: ClassVar[frozenset[Role]] = MEDICAL_EXAMINER

    determination: DeterminationId
    reason: Prose
