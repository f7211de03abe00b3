"""Policy as data: what differs by service and country and changes without a release (decision 7).

Every value is [law] a statute, [doc] published practice, [practice] what is done as far as we know, or [ours] a choice of this
project. Here stands what a value means and what it is where a policy says nothing; where it comes from stands in the policy's
own text, which `policy_text` reads.
"""

import tomllib
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared.terms import ClockTime, OpeningTime, Service

Window = tuple[OpeningTime, ClockTime]
"""A daily window, local to whom it binds: from, to. An end before its start runs over midnight."""

Hours = Annotated[int, Field(ge=0, le=24 * 365)]
Overdue = Annotated[int, Field(ge=1, le=24 * 365)]
"""Hours after which somebody is told that a thing has not happened: none at all would tell of everything."""

Relation = Literal["spouse", "children", "parents", "siblings"]
EscalationStep = Literal["supervisor", "duty_officer"]
"""A desk of the service, as the directory names it after the service: `army/supervisor`."""

NO_MORE: Final = frozenset({"determining"})
"""What a policy in the record may still state and no rule ever read (decision 22); one that is applied now may not."""


def _opens(window: tuple[str, str]) -> tuple[str, str]:
    if window[0] == window[1]:
        raise ValueError("a window that ends when it opens is never open")
    return window


class Policy(BaseModel):
    """The policy in force. The record keeps its text with its digest and history; nothing reads the file at run time.

    Units are in the names: `_s` seconds, `_h` hours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock_tolerance_s: Annotated[int, Field(ge=0, le=86_400)] = 300
    settling_s: Annotated[int, Field(ge=0, le=86_400)] = 30
    blocking_discrepancies: frozenset[str] = frozenset({"identity", "count", "seal", "id_used_twice"})
    """The kinds of gate 6."""

    contact_hours: dict[Service, Annotated[Window, AfterValidator(_opens)]] = {}
    """The services' own hours, local to the recipient; a service that is left out binds nobody."""
    succession: Annotated[tuple[Relation, ...], Field(min_length=1)] = ("spouse", "children", "parents", "siblings")
    """The order in which kin are proposed after a death. It appoints nobody."""

    name_release_after_h: Hours = 24
    """From the last required kin's being told to the first mention of a name in public."""
    aggregate_threshold: Annotated[int, Field(ge=1, le=1_000)] = 3
    """So few persons, not public by name, can be made out in a count (telling, section 8)."""

    hand_over_overdue_h: Overdue = 24
    """From either half of a hand-over to its notice, where the other half does not come."""
    source_silent_h: Overdue = 24
    """From a source's last event to the notice that it is silent."""
    source_silent_of_h: dict[str, Overdue] = {}
    """The same for sources that speak seldom, by their URI."""

    acknowledge_within_h: Overdue = 4
    """From a notice's leaving to its first escalation, where its liaison has not acknowledged it."""
    deliver_within_h: Overdue = 72
    """From a notice's leaving to its first escalation, where it is acknowledged and the family has not been told."""
    escalate_every_h: Overdue = 4
    """From one step of an escalation to the next."""
    escalation_steps: tuple[EscalationStep, ...] = ("supervisor", "duty_officer")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The policy that a TOML text states, wherever its values come from; as the record keeps it, which is older than code.

        Raises:
            ValueError: not TOML, an unknown key, or an impossible value; the message names it.
        """
        try:
            stated = tomllib.loads(text)
            return cls.model_validate({key: value for key, value in stated.items() if key not in NO_MORE})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ValueError(f"policy: {'.'.join(str(step) for step in first['loc'])}: {first['msg']}") from None

    @property
    def clock_tolerance(self) -> timedelta:
        return timedelta(seconds=self.clock_tolerance_s)

    @property
    def settling(self) -> timedelta:
        return timedelta(seconds=self.settling_s)

    @property
    def name_release_after(self) -> timedelta:
        return timedelta(hours=self.name_release_after_h)

    @property
    def hand_over_overdue(self) -> timedelta:
        return timedelta(hours=self.hand_over_overdue_h)

    @property
    def acknowledge_within(self) -> timedelta:
        return timedelta(hours=self.acknowledge_within_h)

    @property
    def deliver_within(self) -> timedelta:
        return timedelta(hours=self.deliver_within_h)

    @property
    def escalate_every(self) -> timedelta:
        return timedelta(hours=self.escalate_every_h)

    def source_silent(self, source: str) -> timedelta:
        """After how long a source counts as silent."""
        return timedelta(hours=self.source_silent_of_h.get(source, self.source_silent_h))


def policy_digest(text: str) -> str:
    """SHA-256 (hex) of a policy's text, by which the record and a file can be told apart."""
    return sha256(text.encode()).hexdigest()
