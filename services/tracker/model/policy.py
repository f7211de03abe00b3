"""Policy as data: what differs by service and country and changes without a release (decision 7)."""

import tomllib
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.terms import ClockTime, OpeningTime, Service

Window = tuple[OpeningTime, ClockTime]
"""A daily window, local to whom it binds: from, to. An end before its start runs over midnight."""


class Policy(BaseModel):
    """The policy in force. The record keeps its text with its digest and history; nothing reads the file at run time.

    Units are in the names. `blocking_discrepancies` are the kinds of gate 6; `contact_hours` the services' own hours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock_tolerance_s: Annotated[int, Field(ge=0, le=86_400)] = 300
    settling_s: Annotated[int, Field(ge=0, le=86_400)] = 30
    blocking_discrepancies: frozenset[str] = frozenset({"identity", "count", "seal", "id_used_twice"})
    contact_hours: dict[Service, Window] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """The policy that a TOML text states.

        Raises:
            ValueError: not TOML, an unknown key, or an impossible value; the message names it.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ValueError(f"policy: {where}: {first['msg']}") from None

    @property
    def clock_tolerance(self) -> timedelta:
        return timedelta(seconds=self.clock_tolerance_s)

    @property
    def settling(self) -> timedelta:
        return timedelta(seconds=self.settling_s)


def policy_digest(text: str) -> str:
    """SHA-256 (hex) of a policy's text, by which the record and a file can be told apart."""
    return sha256(text.encode()).hexdigest()
