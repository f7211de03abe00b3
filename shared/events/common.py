"""The facts that exist once a stream: discrepancies, holds and corrections."""

from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.events.base import Fact
from shared.terms import (
    CaseNumber,
    DiscrepancyId,
    HoldId,
    HoldScope,
    Offset,
    Party,
    PersonReference,
    Precision,
    Prose,
    Reference,
    Seal,
    Subject,
    Term,
    Values,
    Zone,
)


def nothing_twice(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("repeated", "names the same thing twice")
    return values


Cases = Annotated[tuple[CaseNumber, ...], Field(min_length=1, max_length=1000)]
Seals = Annotated[tuple[Seal, ...], Field(max_length=2000)]
TwoPeople = Annotated[tuple[Reference, ...], Field(min_length=2, max_length=2), AfterValidator(nothing_twice)]

RESCINDED: Final = "rescinded:"
REMOVED: Final = "removed:"
"""How the ids of holds begin that come from a rescission, or from a correction that removed a determination."""


class DiscrepancyReported(Fact):
    """A person found that two statements do not agree.

    A reader may conclude that somebody must look, and nothing about which statement is right. `anchor` names the thing the
    disagreement hangs on; without one it is the report itself.
    """

    subject: Subject
    kind: Reference
    expected: Prose
    observed: Prose
    anchor: Reference | None = None


class DiscrepancyResolved(Fact):
    """A person settled a discrepancy for the values named; other values open it again."""

    discrepancy: DiscrepancyId
    resolution: Prose
    settled: Values


class HoldPlaced(Fact):
    """Somebody with authority blocked what `scope` names, for cases or for a person, until the hold is lifted.

    The source's grant must list the authority as a party. An id that begins as those of a cause is nobody's to give.
    """

    speaks_for: ClassVar[tuple[str, ...]] = ("authority",)

    hold: HoldId
    cases: Annotated[tuple[CaseNumber, ...], Field(max_length=1000)] = ()
    person: PersonReference | None = None
    scope: Annotated[tuple[HoldScope, ...], Field(min_length=1)]
    reason: Prose
    authority: Party

    @field_validator("hold")
    @classmethod
    def comes_from_no_cause(cls, hold: str) -> str:
        if hold.startswith((RESCINDED, REMOVED)):
            raise PydanticCustomError("hold_by_cause", "only a rescission or a correction places a hold of this name")
        return hold

    @model_validator(mode="after")
    def holds_something(self) -> Self:
        if not self.cases and self.person is None:
            raise PydanticCustomError("hold_of_nothing", "a hold names cases or a person")
        return self


class HoldLifted(Fact):
    """The authority that placed a hold lifted it. On another stream, or by another authority, it has no effect."""

    speaks_for: ClassVar[tuple[str, ...]] = ("authority",)

    hold: HoldId
    reason: Prose
    authority: Party


class Original(Term):
    """The event that a correction names, by its identity and type."""

    source: Annotated[str, Field(min_length=1, max_length=200)]
    id: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=200)]


class Replacement(Term):
    """What the corrected event should have said. `data` is judged as the data of the type that is corrected."""

    time: Annotated[str, Field(max_length=40)]
    zone: Zone | None = None
    offset: Offset | None = None
    precision: Precision | None = None
    data: dict[str, JsonValue]


class RecordCorrected(Fact):
    """An earlier event did not occur, or said the wrong thing. Both stay readable; the last in world order stands.

    It is said by a role that may say the type that it corrects.
    """

    corrects: Original
    reason: Literal["did_not_occur", "incorrect_data"]
    explanation: Prose | None = None
    replacement: Replacement | None = None

    @model_validator(mode="after")
    def replaces_what_was_incorrect(self) -> Self:
        if (self.replacement is not None) != (self.reason == "incorrect_data"):
            raise PydanticCustomError("replacement", "incorrect_data carries a replacement, did_not_occur carries none")
        return self
