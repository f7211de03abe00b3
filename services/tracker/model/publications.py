"""What the public is told of one person, class by class.

A class is embargoed until its gate opens (embargo.py), then eligible; approved by two people; published; and corrected where it
turned out untrue. What is published stays so: nothing takes it back but a correction in public.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, assert_never

from services.tracker.model.corrections import Identity
from services.tracker.model.reasons import Reason
from shared.events import PublicationApproved, PublicationCorrected, PublicationPublished
from shared.terms import PublicationClass

NAMED: Final[tuple[PublicationClass, ...]] = ("name", "full", "funeral")
"""The classes that say a name; an aggregate names nobody, and is of a turnover."""
PublicationState = Literal["embargoed", "eligible", "approved", "published", "corrected"]
Stage = Literal["approved", "published", "corrected"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What was said of one class: the last event of each kind, in world order. `stated` is the last of all."""

    approved: Identity | None = None
    published: Identity | None = None
    corrected: Identity | None = None
    stated: Stage | None = None


@dataclass(frozen=True, slots=True)
class Publications:
    said: Mapping[PublicationClass, Publication] = field(default_factory=dict)

    @property
    def named(self) -> bool:
        """The person's name is public, in whatever class, and no correction took it back."""
        return any(self.is_public(each) for each in NAMED)

    def of(self, of: PublicationClass) -> Publication:
        return self.said.get(of, Publication())

    def is_public(self, of: PublicationClass) -> bool:
        return self.of(of).stated == "published"

    def state(self, of: PublicationClass, reasons: Collection[Reason]) -> PublicationState:
        """Where a class stands while `reasons` keep its gate closed; an approval alone opens none."""
        return state_of(self.of(of).stated, reasons)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How many of a turnover, in a period: what was last said of it, and by which event."""

    stage: Stage
    period: str
    count: int
    event: Identity

    @property
    def published(self) -> bool:
        """The public has heard a number; a correction in public states another and takes none back."""
        return self.stage != "approved"


def state_of(last: Stage | None, reasons: Collection[Reason]) -> PublicationState:
    """Where something stands of which `last` was said last, while `reasons` keep its gate closed."""
    if last in ("published", "corrected"):
        return last
    return "embargoed" if reasons else last or "eligible"


def stated(
    before: Publications, event: Identity, data: PublicationApproved | PublicationPublished | PublicationCorrected
) -> Publications:
    """`before` and one statement more, which is later in world order."""
    of = data.publication_class
    stage = stage_of(data)
    return Publications({**before.said, of: replace(before.of(of), **{stage: event}, stated=stage)})


def stage_of(data: PublicationApproved | PublicationPublished | PublicationCorrected) -> Stage:
    match data:
        case PublicationApproved():
            return "approved"
        case PublicationPublished():
            return "published"
        case PublicationCorrected():
            return "corrected"
        case _:
            assert_never(data)
