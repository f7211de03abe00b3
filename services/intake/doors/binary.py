"""CloudEvents binary mode: the attributes of an event are headers (`ce-id: E-1`), its data is the body.

The official Python SDK reads this form too, and cannot refuse what a digest must not guess about: it is given one value a
header, lets a broken percent-encoding stand, and turns `time` into another text (docs/decisions/0017).
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_to_bytes

from services.intake.problems import ProblemType, Refused
from shared.wire import ATTRIBUTE_NAME

PREFIX: Final = b"ce-"
NOT_HEADERS: Final = frozenset({"data", "datacontenttype"})
"""What the body and `Content-Type` say in this mode."""

PRINTABLE: Final = re.compile(rb"[ -~]*")
QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
ESCAPE: Final = re.compile(rb"\\(.)")
BROKEN_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def attributes(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str] | Refused:
    """The context attributes that the headers say, each a string; names in lower case, values as they came.

    >>> attributes([(b"ce-id", b"E-1"), (b"ce-subject", b"Osan%20%E2%82%AC"), (b"host", b"intake")])
    {'id': 'E-1', 'subject': 'Osan €'}
    """
    found: dict[str, str] = {}
    for header, raw in headers:
        if not header.startswith(PREFIX):
            continue
        name = header[len(PREFIX) :].decode("latin-1")
        if not ATTRIBUTE_NAME.fullmatch(name) or name in NOT_HEADERS:
            return Refused(ProblemType.HEADER, "a ce- header is not the name of an attribute")
        if name in found:
            return Refused(ProblemType.HEADER, "the same header twice", f"/{name}")
        value = decoded(raw)
        if value is None:
            return Refused(ProblemType.HEADER, "printable ASCII is needed, all else percent-encoded as UTF-8", f"/{name}")
        found[name] = value
    return found


def decoded(raw: bytes) -> str | None:
    """A header's value as its text: unquoted, then percent-decoded once. None where it could be read in two ways."""
    if not PRINTABLE.fullmatch(raw):
        return None
    plain = ESCAPE.sub(rb"\1", raw[1:-1]) if QUOTED.fullmatch(raw) else raw
    if b"%" not in plain:
        return plain.decode()
    if BROKEN_PERCENT.search(plain):
        return None
    try:
        return unquote_to_bytes(plain).decode()
    except UnicodeDecodeError:
        return None
