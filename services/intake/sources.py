"""The sources file: who may say what, by the hashes of their keys or the subjects of their tokens.

It is read again when it changes, and edited by the command line.

```toml
[[sources]]
slug = "unc-custody"
keys = [                                   # the keys themselves are shown once, when they are made
    {hash = "<SHA-256 of the key, hex>", expires = 2027-07-27T00:00:00Z},
]                                          # a hash alone, as a text, is a key without an end
uris = ["urn:example:unc"]                 # prefixes of the CloudEvents source
roles = ["custodian"]
types = ["custody.*", "case.registered"]   # catalogue or wire names, `*` for any part
parties = ["unc"]                          # in whose name it may hand over, and place and lift holds; `*` for all
may_correct = []                           # prefixes of sources whose statements it may correct besides its own
case_prefixes = ["K55-"]                   # how the numbers of its cases begin; `*`, or no such line, for all
tokens = [{issuer = "https://id.example", subject = "unc-custody"}]       # whose tokens (JWT) are this source's
inbox = true                               # whatever stands in the stream {inbox}:unc-custody is this source's

[sources.epcis]                            # what the URIs of its EPCIS events stand for (docs/epcis.md)
source = "urn:example:unc"                 # the CloudEvents source of the facts that they make
cases = ["urn:example:case:{case}"]
parties = ["urn:example:party:{party}"]
places = ["urn:example:place:{place}"]
transfers = ["urn:example:transfer:{transfer}"]
turnovers = ["urn:example:turnover:{turnover}"]

[[issuers]]                                # an identity provider that is believed (shared/tokens.py)
issuer = "https://id.example"
audience = "rosette-intake"
jwks_url = "https://id.example/jwks"
```
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from services.intake.denials import Denied
from services.intake.epcis_grant import EpcisGrant
from services.intake.grants import ANY, Source, types_named
from shared.clock import Now, machine_now
from shared.credential_files import Hashed, hash_alone, hash_of, read_file, stamp
from shared.terms import Role
from shared.tokens import Issuer, Text
from shared.wire import SLUG

Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$")]
KEY_ID_CHARACTERS: Final = 8


class BadSources(ValueError):
    """The file cannot be read as sources. Says where, never what stands there."""


class Key(Hashed):
    """A source's key."""

    @property
    def id(self) -> str:
        """By which people name it: the beginning of its hash, which tells nothing about 256 random bits."""
        return self.hash[:KEY_ID_CHARACTERS]


class Subject(BaseModel):
    """Whom an issuer's token must be about (its claim `sub`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Text
    subject: Text


class Entry(BaseModel):
    """One source as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Slug
    keys: tuple[Annotated[Key, BeforeValidator(hash_alone)], ...] = ()
    tokens: tuple[Subject, ...] = ()
    uris: Annotated[tuple[Text, ...], Field(min_length=1)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    types: Annotated[tuple[Text, ...], Field(min_length=1)]
    parties: tuple[Text, ...] = ()
    may_correct: tuple[Text, ...] = ()
    case_prefixes: tuple[Text, ...] = (ANY,)
    inbox: bool = False
    epcis: EpcisGrant | None = None

    def source(self) -> Source:
        return Source(
            self.slug,
            self.uris,
            frozenset(self.roles),
            types_named(self.types),
            frozenset(self.parties),
            self.may_correct,
            self.case_prefixes,
            self.epcis,
        )


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[Entry, ...] = ()
    issuers: tuple[Issuer, ...] = ()

    @model_validator(mode="after")
    def nothing_is_named_twice(self) -> "File":
        slugs: list[object] = [each.slug for each in self.sources]
        keys: list[object] = [key.hash for each in self.sources for key in each.keys]
        subjects: list[object] = [subject for each in self.sources for subject in each.tokens]
        for what in (slugs, keys, subjects, [each.issuer for each in self.issuers]):
            if len(set(what)) != len(what):
                raise ValueError("a slug, a key, a subject or an issuer stands there twice")
        return self

    @model_validator(mode="after")
    def tokens_are_of_issuers_that_are_believed(self) -> "File":
        believed = {each.issuer for each in self.issuers}
        if any(token.issuer not in believed for each in self.sources for token in each.tokens):
            raise ValueError("a token is of an issuer that does not stand there")
        return self


def read(path: Path) -> File:
    """What the file says. Raises BadSources, or OSError."""
    return read_file(path, File, BadSources)


@dataclass(frozen=True, slots=True)
class Known:
    """What a file says, by what a credential is found with."""

    by_hash: Mapping[str, tuple[Key, Source]]
    by_subject: Mapping[tuple[str, str], Source]
    issuers: Mapping[str, Issuer]
    inboxes: Sequence[Source] = ()
    epcis: Sequence[Source] = ()

    @classmethod
    def of(cls, file: File) -> "Known":
        entries = [(entry, entry.source()) for entry in file.sources]
        return cls(
            {key.hash: (key, source) for entry, source in entries for key in entry.keys},
            {(token.issuer, token.subject): source for entry, source in entries for token in entry.tokens},
            {each.issuer: each for each in file.issuers},
            [source for entry, source in entries if entry.inbox],
            [source for _, source in entries if source.epcis is not None],
        )


class Register:
    """The sources by their credentials, as the file says now: a look at its stamp on each use costs two microseconds.

    A file that cannot be read changes nothing: the sources stay as they were, and `broken` says so until it is mended or back.
    """

    def __init__(
        self, path: Path, *, on_change: Callable[[str | None], None] = lambda _: None, machine: Now = machine_now
    ) -> None:
        self._path = path
        self._machine = machine
        self._on_change = on_change
        self._stamp: tuple[int, int, int] | None = stamp(path)
        self._known = Known.of(read(path))
        self.broken: str | None = None

    def holder(self, key: str) -> Source | Denied:
        """Whose key this is. Found by its hash, so that the time taken tells nothing about any key."""
        self.refresh()
        found = self._known.by_hash.get(hash_of(key))
        if found is None:
            return Denied("unknown_key")
        kept, source = found
        if kept.ended(self._machine()):
            return Denied("expired_key", source.slug)
        return source

    def issuer(self, name: str) -> Issuer | None:
        self.refresh()
        return self._known.issuers.get(name)

    def subject(self, issuer: str, subject: str) -> Source | Denied:
        """Whose tokens these are."""
        return self._known.by_subject.get((issuer, subject)) or Denied("unknown_subject")

    def inboxes(self) -> Sequence[Source]:
        """The sources whose inboxes are read. Who may write to one is the server's to say (its ACL)."""
        self.refresh()
        return self._known.inboxes

    def epcis(self) -> Sequence[Source]:
        """The sources that may hand in EPCIS, whose jobs are done."""
        self.refresh()
        return self._known.epcis

    def refresh(self) -> None:
        try:
            if (now := stamp(self._path)) == self._stamp:
                return
            self._stamp = now
            self._known = Known.of(read(self._path))
            broken = None
        except BadSources as error:
            broken = str(error)
        except OSError as error:
            self._stamp = None  # the same file may come back, or may be read again: nothing of its stamp tells
            broken = str(error)
        if broken is None or broken != self.broken:
            self.broken = broken
            self._on_change(broken)
