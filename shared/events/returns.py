"""The way home: what the family directed, that the remains were returned, and the last facts of a person's account."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from shared.events.common import Cases, nothing_twice
from shared.events.family import FamilyFact
from shared.terms import Disposition, KinReference, PersonReference, Place, Reference


class DispositionDirected(FamilyFact):
    """The PADD directed where and how a person is laid to rest."""

    name: ClassVar[str] = "disposition.directed"

    person: PersonReference
    option: Disposition
    place: Place


class RemainsReturned(FamilyFact):
    """Cases left our custody for the family's, against a receipt. `persons` are those whose remains they are."""

    name: ClassVar[str] = "remains.returned"

    persons: Annotated[tuple[PersonReference, ...], Field(min_length=1, max_length=50)]
    cases: Cases
    to: KinReference
    receipt: Reference

    _nothing_twice = field_validator("persons")(nothing_twice)


class StatusAccountedFor(FamilyFact):
    """The person is accounted for: the statistic, which follows the family's being told."""

    name: ClassVar[str] = "status.accounted_for"

    person: PersonReference
    date: date


class LastFact(FamilyFact):
    """What is done at a place for a person who is accounted for."""

    person: PersonReference
    place: Place


class IntermentCompleted(LastFact):
    """The person was laid to rest."""

    name: ClassVar[str] = "interment.completed"


class RosettePlaced(LastFact):
    """The rosette was placed beside the person's name on the Walls of the Missing."""

    name: ClassVar[str] = "rosette.placed"
