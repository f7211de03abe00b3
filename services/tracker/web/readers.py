"""The readers by their credentials, as the readers file says at this moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from services.tracker.model.view import Reader
from services.tracker.web.readers_file import BadReaders, Provider, Who, read
from shared.clock import Now, machine_now
from shared.credential_files import Hashed, hash_of, stamp
from shared.key_sets import KeySets, Unreachable
from shared.tokens import TokenRule, Untrue, looks_like_a_token

ROLES: Final[frozenset[str]] = frozenset(get_args(Reader))
ReaderRule = Literal["no_credential", "unknown_token", "expired_token", "no_role", "no_liaison"] | TokenRule


@dataclass(frozen=True, slots=True)
class Denied:
    """A credential that opens nothing, and by which rule."""

    rule: ReaderRule


@dataclass(frozen=True, slots=True)
class Undecided:
    """The issuer's keys cannot be had: nobody knows whether the token is genuine."""


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
    _by_hash: Mapping[str, tuple[Hashed, Who]] = field(default_factory=dict)
    _issuers: Mapping[str, Provider] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._load()

    async def who(self, credential: str) -> Who | Denied | Undecided:
        """Whose credential this is, by the file of this moment."""
        self._refresh()
        found = self._by_hash.get(hash_of(credential))
        if found is not None:
            token, who = found
            return Denied("expired_token") if token.ended(self.machine()) else who
        return await self._of_issuer(credential) if looks_like_a_token(credential) else Denied("unknown_token")

    async def _of_issuer(self, token: str) -> Who | Denied | Undecided:
        issuers = self._issuers  # as the file said when the token came, also if it changes while keys are fetched
        try:
            found = await self.key_sets.judge(token, issuers.get, self.machine)
        except Unreachable:
            return Undecided()
        return Denied(found.rule) if isinstance(found, Untrue) else who_of(found.claims, issuers[found.issuer])

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
