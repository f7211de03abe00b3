"""Whose credential this is: a key of the sources file, or a token of an issuer that the file believes."""

from dataclasses import dataclass

from services.intake.denials import Denied
from services.intake.grants import Source
from services.intake.sources import Register
from shared.clock import Now, machine_now
from shared.key_sets import KeySets, Unreachable
from shared.tokens import Untrue, looks_like_a_token


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
        try:
            found = await self.key_sets.judge(token, self.register.issuer, self.machine)
        except Unreachable:
            return Undecided()
        if isinstance(found, Untrue):
            return Denied(found.rule)
        subject = found.claims.get("sub")
        return self.register.subject(found.issuer, subject) if isinstance(subject, str) else Denied("unknown_subject")
