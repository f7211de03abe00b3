"""A source as commands show it: its grant, and its credentials by what people may know of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.intake.sources import Entry, Key
from shared.streams import inbox_key
from shared.terms import instant_text


def document_of(entry: Entry) -> dict[str, Any]:
    """For programs. No hash: it opens nothing, and still has no business in a terminal's history."""
    keys = [{"id": key.id, "expires": key.expires and instant_text(key.expires)} for key in entry.keys]
    return entry.model_dump(mode="json", exclude={"keys"}) | {"keys": keys}


def lines_of(entry: Entry, now: datetime) -> Iterator[str]:
    """For people: the slug, then a line for each part of the grant, then one for each credential."""
    opens = bool(entry.tokens) or entry.inbox or any(key.expires is None or key.expires > now for key in entry.keys)
    yield entry.slug if opens else f"{entry.slug}  {'expired' if entry.keys else 'revoked'}"
    for part, values in entry.model_dump(exclude={"slug", "keys", "tokens", "inbox", "epcis"}).items():
        yield line(part, ", ".join(values) or "-")
    if entry.epcis is not None:
        yield line("epcis", f"as {entry.epcis.source}, actor {entry.epcis.actor}")
        for part, templates in entry.epcis.model_dump(exclude={"source", "actor"}).items():
            yield line(f"  {part}", ", ".join(templates) or "-")
    for key in entry.keys:
        yield line("key", f"{key.id}  {end_of(key, now)}")
    for token in entry.tokens:
        yield line("token", f"{token.subject} of {token.issuer}")
    if entry.inbox:
        yield line("inbox", inbox_key(entry.slug))


def line(part: str, value: str) -> str:
    return f"  {part.replace('_', ' '):<15}{value}"


def end_of(key: Key, now: datetime) -> str:
    if key.expires is None:
        return "without an end"
    return f"{'ended' if key.expires <= now else 'until'} {instant_text(key.expires)}"
