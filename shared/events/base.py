"""What every fact has in common, and the registry that the modules of the three streams fill."""

from typing import Any, ClassVar, Final

from pydantic import Field

from shared.terms import Actor, Offset, Precision, Role, Stream, Term, Zone

PREFIX: Final = "org.rosette."
VERSION: Final = "v1"


class Fact(Term):
    """A statement of something that happened in the world: the `data` of a CloudEvent.

    Shape: `actor` {role, ref}; `zone` (IANA) or `offset` where people's local time matters; `precision` says whether the
    event's `time` is an instant or only a day or a year. Personal data: none, references only.
    """

    name: ClassVar[str] = ""
    """Catalogue name, `custody.released`; on the wire `org.rosette.custody.released.v1`. Empty for a shared ancestor."""
    stream: ClassVar[Stream]
    roles: ClassVar[frozenset[Role]]
    """Who may say it."""
    speaks_for: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a party in whose name the statement is made: the source's grant must list it."""

    actor: Actor
    zone: Zone | None = None
    offset: Offset | None = None
    precision: Precision = Field(default="instant")

    @classmethod
    def wire_name(cls) -> str:
        """The CloudEvents `type`."""
        return f"{PREFIX}{cls.name}.{VERSION}"

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            CATALOGUE[cls.wire_name()] = cls


CATALOGUE: dict[str, type[Fact]] = {}
"""Wire name -> fact, in the order of definition within a module; `shared.events` sorts it into catalogue order."""


def said_by(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)
