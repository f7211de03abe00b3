"""Publications: what the public is told, by class, each approved by two people. Public affairs says all of it."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events.base import said_by
from shared.events.common import TwoPeople
from shared.events.family import FamilyFact
from shared.terms import Count, PersonReference, Prose, PublicationClass, Reference, Role, TurnoverId


class Publication(FamilyFact):
    """A person by name, or how many of a turnover in a period: an aggregate, which names nobody."""

    roles: ClassVar[frozenset[Role]] = said_by("public_affairs")

    person: PersonReference | None = None
    scope: TurnoverId | None = None
    period: Reference | None = None
    count: Count | None = None
    publication_class: Annotated[PublicationClass, Field(alias="class")]
    approvers: TwoPeople

    @model_validator(mode="after")
    def is_of_a_person_or_a_number(self) -> Self:
        counted = [each is not None for each in (self.scope, self.period, self.count)]
        if self.publication_class == "aggregate":
            fits = all(counted) and self.person is None
        else:
            fits = not any(counted) and self.person is not None
        if not fits:
            raise PydanticCustomError("publication", "an aggregate names scope, period and count; any other class a person")
        return self


class PublicationApproved(Publication):
    """Two people approved a publication. Whether its gate is open is the record's to say; nothing is public yet."""

    name: ClassVar[str] = "publication.approved"


class PublicationPublished(Publication):
    """It is public, and cannot be taken back."""

    name: ClassVar[str] = "publication.published"


class PublicationCorrected(Publication):
    """What had been published was corrected in public, and why."""

    name: ClassVar[str] = "publication.corrected"

    reason: Prose
