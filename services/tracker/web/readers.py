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

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from services.tracker.model.view import Reader
from shared.clock import Now, machine_now
from shared.key_sets import KeySets, Unreachable
from shared.tokens import Issuer, Text, TokenRule, Untrue, check, claimed, looks_like_a_token

ROLES: Final[frozenset[str]] = frozenset(get_args(Reader))
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
ReaderRule = Literal["no_credential", "unknown_token", "expired_token", "no_role", "no_liaison"] | TokenRule


@dataclass(frozen=True, slots=True)
class Denied:
    """A credential that opens nothing, and by which rule."""

    rule: ReaderRule


@dataclass(frozen=True, slots=True)
class Undecided:
    """The issuer's keys cannot be had: nobody knows whether the token is genuine."""


class BadReaders(ValueError):
    """The file cannot be read as readers. Says where, never what stands there."""


class Token(BaseModel):
    """A bearer token by its hash; it ends by itself where `expires` says when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    expires: AwareDatetime | None = None


def hash_alone(given: Any) -> Any:
    return {"hash": given} if isinstance(given, str) else given


class Entry(BaseModel):
    """One reader as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    role: Reader
    liaison: Text | None = None
    tokens: Annotated[tuple[Annotated[Token, BeforeValidator(hash_alone)], ...], Field(min_length=1)]

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
    try:
        return File.model_validate(tomllib.loads(path.read_text()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadReaders(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise BadReaders(f"{path}: not TOML in UTF-8: {type(error).__name__}") from None


@dataclass(slots=True)
class Readers:
    """The readers as the file says now. A file that cannot be read changes nothing; `on_change` hears of it.

    Raises:
        BadReaders, OSError: at the start, the file cannot be read.
    """

    path: Path
    key_sets: KeySets = field(default_factory=KeySets)
    machine: Now = machine_now
    on_change: Callable[[str | None], None] = lambda _: None
    _stamp: tuple[int, int, int] | None = None
    _by_hash: Mapping[str, tuple[Token, Who]] = field(default_factory=dict)
    _issuers: Mapping[str, Provider] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._load()

    async def who(self, credential: str) -> Who | Denied | Undecided:
        """Whose credential this is, by the file of this moment."""
        self._refresh()
        found = self._by_hash.get(hash_of(credential))
        if found is not None:
            token, who = found
            ended = token.expires is not None and token.expires <= self.machine()
            return Denied("expired_token") if ended else who
        return await self._of_issuer(credential) if looks_like_a_token(credential) else Denied("unknown_token")

    async def _of_issuer(self, token: str) -> Who | Denied | Undecided:
        said = claimed(token)
        if isinstance(said, Untrue):
            return Denied(said.rule)
        provider = self._issuers.get(said.issuer)
        if provider is None:
            return Denied("token_issuer")
        if said.algorithm not in provider.algorithms:
            return Denied("token_algorithm")
        try:
            key = await self.key_sets.key(provider, said.kid)
        except Unreachable:
            return Undecided()
        if key is None:
            return Denied("token_key")
        found = check(token, provider, key, self.machine())
        return Denied(found.rule) if isinstance(found, Untrue) else who_of(found.claims, provider)

    def _refresh(self) -> None:
        try:
            if stamp(self.path) != self._stamp:
                self._load()
                self.on_change(None)
        except BadReaders as error:
            self.on_change(str(error))
        except OSError as error:
            self._stamp = None
            self.on_change(str(error))

    def _load(self) -> None:
        self._stamp = stamp(self.path)
        file = read(self.path)
        self._by_hash = {token.hash: (token, each.who()) for each in file.readers for token in each.tokens}
        self._issuers = {each.issuer: each for each in file.issuers}


def who_of(claims: Mapping[str, Any], provider: Provider) -> Who | Denied:
    """Whom genuine claims are about. Of two roles none is chosen: a person who has both asks for a token with one."""
    given = claims.get(provider.role_claim)
    roles = {each for each in (given if isinstance(given, list) else [given]) if isinstance(each, str)} & ROLES
    subject, liaison = claims.get("sub"), claims.get(provider.liaison_claim)
    if len(roles) != 1 or not isinstance(subject, str) or not subject:
        return Denied("no_role")
    [role] = roles
    if role != "liaison":
        return Who(f"{provider.issuer} {subject}", role)  # type: ignore[arg-type]
    if not isinstance(liaison, str) or not liaison:
        return Denied("no_liaison")
    return Who(f"{provider.issuer} {subject}", "liaison", liaison)


def stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def hash_of(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
