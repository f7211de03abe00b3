"""Whose credential this is: a key of the sources file, or a token of an issuer that the file believes."""

from dataclasses import dataclass

from services.intake.denials import Denied
from services.intake.grants import Source
from services.intake.sources import Register
from shared.clock import Now, machine_now
from shared.key_sets import KeySets, Unreachable
from shared.tokens import Untrue, check, claimed, looks_like_a_token


@dataclass(frozen=True, slots=True)
class Undecided:
    """The issuer's keys cannot be had: nobody knows whether the token is genuine. Ask the same again."""


Holder = Source | Denied | Undecided


@dataclass(frozen=True, slots=True)
class Credentials:
    register: Register
    key_sets: KeySets
    machine: Now = machine_now

    async def holder(self, credential: str) -> Holder:
        """The source behind a credential. A key first: no key of ours looks like a token, and one of somebody's might."""
        found = self.register.holder(credential)
        if isinstance(found, Source) or not looks_like_a_token(credential):
            return found
        return await self._holder_of_token(credential)

    async def _holder_of_token(self, token: str) -> Holder:
        said = claimed(token)
        if isinstance(said, Untrue):
            return Denied(said.rule)
        issuer = self.register.issuer(said.issuer)
        if issuer is None:
            return Denied("token_issuer")
        if said.algorithm not in issuer.algorithms:
            return Denied("token_algorithm")
        try:
            key = await self.key_sets.key(issuer, said.kid)
        except Unreachable:
            return Undecided()
        if key is None:
            return Denied("token_key")
        found = check(token, issuer, key, self.machine())
        if isinstance(found, Untrue):
            return Denied(found.rule)
        subject = found.claims.get("sub")
        return self.register.subject(found.issuer, subject) if isinstance(subject, str) else Denied("unknown_subject")
