"""The JSON-LD contexts of a document: what its prefixes stand for. Nothing is ever fetched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.intake.doors.epcis.vocabulary import CBV

ROSETTE: Final = "urn:rosette:epcis:"
"""The namespace of what our facts need and EPCIS lacks (docs/epcis.md)."""

STANDARD: Final = {
    "cbv": CBV,
    "epcis": "https://ref.gs1.org/epcis/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rosette": ROSETTE,
}


@dataclass(frozen=True, slots=True)
class Context:
    """Prefixes by their names. What a document declares stands over what is there without it."""

    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, *declared: Any) -> "Context":
        """From the values of `@context`, the outermost first; each a URI, an object, or a list of these."""
        prefixes = dict(STANDARD)
        for each in declared:
            prefixes.update(prefixes_in(each))
        return cls(prefixes)

    def expand(self, name: str) -> str:
        """A prefixed name as its full URI; anything else as it is."""
        prefix, colon, local = name.partition(":")
        namespace = self.prefixes.get(prefix) if colon and not local.startswith("//") else None
        return name if namespace is None else namespace + local


def prefixes_in(declared: Any) -> Iterator[tuple[str, str]]:
    for each in declared if isinstance(declared, list) else [declared]:
        if isinstance(each, dict):
            for name, meant in each.items():
                uri = meant.get("@id") if isinstance(meant, dict) else meant
                if isinstance(uri, str) and not name.startswith("@"):
                    yield name, uri
