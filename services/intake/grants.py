"""Who may say what: a source and what its grant covers. Values only; the file they come from is `sources.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from services.intake.epcis_grant import EpcisGrant
from shared.events import BY_WIRE_NAME
from shared.terms import Role

ANY: Final = "*"
BOUNDARIES: Final = "/:#?"
"""A prefix ends where a part of the URI ends, so that `urn:example:unc` does not cover `urn:example:uncle`."""


@dataclass(frozen=True, slots=True)
class Source:
    """An upstream system that holds a credential, with its grant.

    `uris` are prefixes of the CloudEvents `source` it may use, `may_correct` those whose statements it may correct besides
    its own; `types` are wire names; `parties` are the parties in whose name it may speak, `*` for all.
    `case_prefixes` are how the numbers begin of the cases that it may speak of (`K55-`), `*` for all. `epcis` says what the
    URIs of its EPCIS events stand for; without it the source has no EPCIS door.
    """

    slug: str
    uris: tuple[str, ...]
    roles: frozenset[Role]
    types: frozenset[str]
    parties: frozenset[str]
    may_correct: tuple[str, ...] = ()
    case_prefixes: tuple[str, ...] = (ANY,)
    epcis: EpcisGrant | None = None

    def speaks_as(self, uri: str) -> bool:
        return covered(uri, self.uris)

    def speaks_for(self, party: str) -> bool:
        return ANY in self.parties or party in self.parties

    @property
    def speaks_of_all(self) -> bool:
        return ANY in self.case_prefixes

    def speaks_of(self, number: str) -> bool:
        return self.speaks_of_all or number.startswith(self.case_prefixes)

    def corrects(self, uri: str) -> bool:
        return covered(uri, self.uris) or covered(uri, self.may_correct)


@lru_cache(maxsize=4096)
def covered(uri: str, prefixes: tuple[str, ...]) -> bool:
    """Remembered, because a system says thousands of events under one URI."""
    return any(
        uri == prefix or (uri.startswith(prefix) and (prefix[-1] in BOUNDARIES or uri[len(prefix)] in BOUNDARIES))
        for prefix in prefixes
    )


def types_named(patterns: Iterable[str]) -> frozenset[str]:
    """The wire names that patterns cover. A pattern is a wire name or a catalogue name, with `*` for any part.

    >>> sorted(types_named(["custody.re*"]))
    ['org.rosette.custody.refused.v1', 'org.rosette.custody.released.v1']
    """
    return frozenset(
        wire_name
        for wire_name, fact in BY_WIRE_NAME.items()
        if any(fnmatchcase(wire_name, pattern) or fnmatchcase(fact.name, pattern) for pattern in patterns)
    )
