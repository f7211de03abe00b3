"""The readers file: who may look, as which role, by the hash of a token or by what an identity provider says of them.

```toml
[[readers]]
name = "watch-desk"                        # by which their acts stand in the record
role = "operator"                          # telling.md: operator, laboratory, liaison, public_affairs, auditor, administrator
tokens = [{hash = "<SHA-256 of the token, hex>", expires = 2027-07-27T00:00:00Z}]

[[readers]]
name = "liaison-1"
role = "liaison"
liaison = "L-1"                            # whose families are their own
tokens = ["<SHA-256, hex>"]                # without an end

[[issuers]]                                # an identity provider that is believed (shared/tokens.py)
issuer = "https://id.example"
audience = "rosette-tracker"
jwks_url = "https://id.example/jwks"
role_claim = "rosette_role"                # a text, or a list in which just one is a role of ours
liaison_claim = "rosette_liaison"          # needed where the role is liaison
```
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.tracker.model.view import Reader
from shared.credential_files import Hashed, hash_alone, read_file
from shared.tokens import Issuer, Text

KEEPER: Final = "keeper"


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever is at the door. `role` None: the keeper of this machine, who reads what the commands on the record show.

    `liaison`: whose families are their own, where they are a liaison.
    """

    name: str
    role: Reader | None
    liaison: str | None = None


THE_KEEPER: Final = Who(KEEPER, None)


class BadReaders(ValueError):
    """The file cannot be read as readers. Says where, never what stands there."""


class Entry(BaseModel):
    """One reader as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    role: Reader
    liaison: Text | None = None
    tokens: Annotated[tuple[Annotated[Hashed, BeforeValidator(hash_alone)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def a_liaison_is_somebody(self) -> Self:
        if (self.role == "liaison") != (self.liaison is not None) or self.name == KEEPER:
            raise ValueError("a liaison, and nobody else, names the liaison that they are; nobody is called keeper")
        return self

    def who(self) -> Who:
        return Who(self.name, self.role, self.liaison)


class Provider(Issuer):
    """An identity provider, and the claims in which it says who somebody is to us."""

    role_claim: Text = "rosette_role"
    liaison_claim: Text = "rosette_liaison"


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    readers: tuple[Entry, ...] = ()
    issuers: tuple[Provider, ...] = ()

    @model_validator(mode="after")
    def nothing_is_named_twice(self) -> Self:
        tokens = [token.hash for each in self.readers for token in each.tokens]
        for what in ([each.name for each in self.readers], tokens, [each.issuer for each in self.issuers]):
            if len(set(what)) != len(what):
                raise ValueError("a name, a token or an issuer stands there twice")
        return self


def read(path: Path) -> File:
    """What the file says. Raises BadReaders, or OSError."""
    return read_file(path, File, BadReaders)
