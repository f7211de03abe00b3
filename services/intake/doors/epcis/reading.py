"""A valid event as its source means it: URIs read by the templates of the grant, each value with the place where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.intake.doors.epcis.context import ROSETTE, Context
from services.intake.doors.epcis.hashed import hash_id
from services.intake.doors.epcis.vocabulary import WORDS, bare
from services.intake.epcis_grant import EpcisGrant, Templates, named
from services.intake.strict_json import step

ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Told:
    """A value of a fact and its place in the event, or where it should stand. `missing` says what is missed there;
    `items` are the places of a list's items where they are not in one list of the event."""

    value: Any
    pointer: str
    missing: str = "needed, and not there"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An event of a document, with the context that holds for it and the grant of its source."""

    event: dict[str, Any]
    context: Context
    grant: EpcisGrant

    @property
    def id(self) -> str:
        """Its `eventID`, or the CBV hash id where it has none."""
        given = self.event.get("eventID")
        return given if isinstance(given, str) else hash_id(self.event, self.context)

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def bizstep(self) -> str:
        return self.word("bizStep", self.event.get("bizStep", ""))

    @property
    def dispositions(self) -> frozenset[str]:
        """What holds after the event, and what was found to hold."""
        found = [self.event["disposition"]] if "disposition" in self.event else []
        found += self.event.get("persistentDisposition", {}).get("set", [])
        return frozenset(self.word("disposition", each) for each in found)

    def word(self, kind: str, written: str) -> str:
        """A word of the vocabulary, bare; one that is not the standard's as the URI that it is."""
        return bare(kind, self.context.expand(written))

    def unknown_words(self) -> Iterator[str]:
        """Where words stand that the standard does not know: valid, and without a meaning here."""
        for kind in ("bizStep", "disposition"):
            if kind in self.event and self.word(kind, self.event[kind]) not in WORDS[kind]:
                yield f"/{kind}"
        for at, kind in (("bizTransactionList", "transaction"), ("sourceList", "end"), ("destinationList", "end")):
            for n, each in enumerate(self.event.get(at, ())):
                if "type" in each and self.word(kind, each["type"]) not in WORDS[kind]:
                    yield f"/{at}/{n}/type"

    # -------------------------------------------------------------------------------------------- what our facts need
    def extension(self, name: str, default: Any = ABSENT) -> Told:
        """A member of the `rosette` namespace, under whatever prefix it is written."""
        for written, value in self.event.items():
            if self.context.expand(written) == ROSETTE + name:
                return Told(value, step(written))
        return Told(default, f"/rosette:{name}")

    def party(self, at: str) -> Told:
        """The possessing party of `sourceList` or `destinationList`."""
        member = at.removesuffix("List")
        for n, each in enumerate(self.event.get(at, ())):
            if self.word("end", each["type"]) == "possessing_party":
                return self.by_template(each[member], self.grant.parties, f"/{at}/{n}/{member}", "party")
        return Told(ABSENT, f"/{at}", "a possessing_party is needed")

    def place(self) -> Told:
        """Where it happened. A place that no template names is called by its URI."""
        for at in ("readPoint", "bizLocation"):
            if at in self.event:
                uri = self.event[at]["id"]
                return Told(named(uri, self.grant.places) or uri, f"/{at}/id")
        return Told(ABSENT, "/readPoint", "a readPoint is needed")

    def bound_for(self) -> Told:
        for n, each in enumerate(self.event.get("destinationList", ())):
            if self.word("end", each["type"]) == "location":
                uri = each["destination"]
                return Told(named(uri, self.grant.places) or uri, f"/destinationList/{n}/destination")
        return Told(ABSENT, "/destinationList")

    def transaction(self, templates: Templates, extension: str) -> Told:
        """The business transaction that a template reads, unless the extension says it."""
        said = self.extension(extension)
        if said.value is not ABSENT:
            return said
        for n, each in enumerate(self.event.get("bizTransactionList", ())):
            if (found := named(each["bizTransaction"], templates)) is not None:
                return Told(found, f"/bizTransactionList/{n}/bizTransaction")
        return said

    def has_transaction(self, word: str) -> bool:
        given = self.event.get("bizTransactionList", ())
        return any(self.word("transaction", each.get("type", "")) == word for each in given)

    def by_template(self, uri: str, templates: Templates, pointer: str, what: str) -> Told:
        found = named(uri, templates)
        return Told(ABSENT if found is None else found, pointer, f"no {what} by the templates of the grant")

    def cases(self, at: str) -> Told:
        """The cases of a list, in order, or none. Among cases anything else is wrong: one that is misspelt is not left out."""
        uris = self.event.get(at, ())
        read = sorted((number, n) for n, uri in enumerate(uris) if (number := named(uri, self.grant.cases)) is not None)
        if not read:
            return Told((), f"/{at}", "no case by the templates of the grant")
        if len(read) < len(uris):
            known = {n for _, n in read}
            stranger = next(n for n in range(len(uris)) if n not in known)
            return Told(ABSENT, f"/{at}/{stranger}", "no case by the templates of the grant, among others that are")
        return Told([number for number, _ in read], f"/{at}", items=tuple(f"/{at}/{n}" for _, n in read))

    def subjects(self) -> Told:
        """The cases that it is about: those listed, or the parent where only that is one."""
        for at in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
            if (listed := self.cases(at)).value:
                return listed
        if (parent := self.parent()).value is not ABSENT:
            return Told([parent.value], parent.pointer, items=(parent.pointer,))
        return Told((), "", "no case by the templates of the grant")

    def parent(self) -> Told:
        uri = self.event.get("parentID")
        if uri is None:
            return Told(ABSENT, "/parentID", "a parent is needed")
        return self.by_template(uri, self.grant.cases, "/parentID", "case")


def single(listed: Told) -> Sequence[Told]:
    """The items of a list, each with its place."""
    if listed.value is ABSENT:
        return [listed]
    return [Told(value, at) for value, at in zip(listed.value, listed.items, strict=True)]
