"""Every denial leaves a line in the log and a count: the rule that denied, and of whom it is known, never the credential."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import structlog

from services.intake import metrics
from services.intake.problems import ProblemType, Refused
from shared.tokens import TokenRule

log = structlog.get_logger()

CredentialRule = Literal["no_credential", "unknown_key", "expired_key", "unknown_subject"] | TokenRule
"""Why a credential opens nothing. A revoked key is an unknown one: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A credential that opens nothing. `source` is whose it was, where that is known."""

    rule: CredentialRule
    source: str | None = None


def unauthenticated(denied: Denied, door: str) -> Refused:
    """What the sender hears: the same whatever was wrong, so that a guess learns nothing from the answer."""
    note(denied.rule, denied.source, door)
    return Refused(ProblemType.UNAUTHENTICATED, "a valid key or token is needed: Authorization: Bearer <it>")


def note_outside_grant(verdicts: Iterable[object], source: str, door: str) -> None:
    """A line for each rule and place of the events that the grant did not cover, with how many they were."""
    refused = (each for each in verdicts if isinstance(each, Refused) and each.type is ProblemType.NOT_GRANTED)
    for (rule, pointer), events in Counter((each.rule or "", each.pointer) for each in refused).items():
        note(rule, source, door, pointer, events)


def note(rule: str, source: str | None, door: str, pointer: str = "", events: int = 1) -> None:
    metrics.DENIALS.labels(rule, door).inc(events)
    log.warning("denied", rule=rule, source=source, door=door, pointer=pointer, events=events)
