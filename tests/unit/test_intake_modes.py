"""The three modes of CloudEvents over HTTP say one thing: the same statement has the same digest through each."""

from typing import Any, Final
from urllib.parse import quote

import orjson
import pytest
from cloudevents.core.bindings import http as sdk
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from fastapi import Request
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.admit import Admitted, Submission, admit
from services.intake.doors.binary import attributes
from services.intake.doors.requests import BATCH, BINARY, STRUCTURED, mode_of, statements
from services.intake.grants import Source
from services.intake.problems import ProblemType, Refused
from shared.events import BY_WIRE_NAME
from shared.terms import ROLES
from shared.wire import KNOWN_ATTRIBUTES
from tests import facts

EVERYTHING: Final = Source("test", ("urn:example",), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({"*"}))
UNRESERVED: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
EXTENSIONS: Final = st.dictionaries(
    st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True).filter(lambda name: name not in KNOWN_ATTRIBUTES),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
    | st.integers(-(2**31), 2**31 - 1)
    | st.booleans(),
    max_size=4,
)


def request(headers: dict[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/v1/events", "headers": raw})


def digest(headers: dict[str, str], body: bytes) -> str:
    """Of the one event that a request states, as admission reads it."""
    asked = request(headers)
    mode = mode_of(asked)
    assert isinstance(mode, str)
    said = statements(asked, body, mode, facts.RECORDED)
    assert not isinstance(said, Refused), said
    admitted = admit(said[0], EVERYTHING)
    assert isinstance(admitted, Admitted), admitted
    return admitted.event.digest


def binary(statement: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """As the HTTP binding writes it, by its own words."""
    words = {True: "true", False: "false"}
    said = {
        name: words[value] if isinstance(value, bool) else str(value) for name, value in statement.items() if name != "data"
    }
    headers = {f"ce-{name}": quote(value, safe=UNRESERVED) for name, value in said.items()}
    return headers | {"content-type": BINARY}, orjson.dumps(statement["data"])


@settings(max_examples=300)
@given(build=st.sampled_from(list(facts.EVERY.values())), extensions=EXTENSIONS)
def test_structured_binary_and_batch_give_one_statement_one_digest(build: Any, extensions: dict[str, Any]) -> None:
    statement = build() | extensions
    structured = digest({"content-type": STRUCTURED}, orjson.dumps(statement))
    assert digest({"content-type": BATCH}, orjson.dumps([statement])) == structured
    assert digest(*binary(statement)) == structured


@settings(max_examples=100)
@given(subject=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30))
def test_the_official_sdk_writes_what_intake_reads_in_both_of_its_modes(subject: str) -> None:
    statement = facts.released() | {"subject": subject}
    said = {name: value for name, value in statement.items() if name not in ("data", "time")}
    event = CloudEvent(said | {"time": facts.event(statement).occurred_at}, statement["data"])
    expected = digest({"content-type": STRUCTURED}, orjson.dumps(statement))
    for message in (sdk.to_binary(event, JSONFormat()), sdk.to_structured(event, JSONFormat())):
        assert digest(message.headers, message.body) == expected


# ------------------------------------------------------------------------------------------------- refused
@pytest.mark.parametrize(
    ("headers", "pointer"),
    [
        ([(b"ce-id", b"E-1"), (b"ce-id", b"E-2")], "/id"),
        ([(b"ce-subject", b"100%")], "/subject"),
        ([(b"ce-subject", b"%C3%28")], "/subject"),
        ([(b"ce-subject", "Osan €".encode())], "/subject"),
        ([(b"ce-subject", b"a\tb")], "/subject"),
        ([(b"ce-data", b"{}")], ""),
        ([(b"ce-datacontenttype", b"application/json")], ""),
        ([(b"ce-", b"x")], ""),
        ([(b"ce-not_a_name", b"x")], ""),
    ],
)
def test_a_header_that_two_readers_could_read_differently_is_refused(headers: list[tuple[bytes, bytes]], pointer: str) -> None:
    refused = attributes(headers)
    assert isinstance(refused, Refused)
    assert (refused.type, refused.pointer) == (ProblemType.HEADER, pointer)


def test_a_quoted_value_is_what_stands_between_the_quotes() -> None:
    assert attributes([(b"ce-subject", rb'"a \"b\" %C3%A9"')]) == {"subject": 'a "b" é'}


def test_u0000_does_not_come_in_percent_encoded() -> None:
    headers, body = binary(facts.released() | {"subject": "x"})
    said = statements(request(headers | {"ce-subject": "%00"}), body, BINARY, facts.RECORDED)
    assert isinstance(said, list)
    refused = admit(said[0], EVERYTHING)
    assert isinstance(refused, Refused)
    assert (refused.type, refused.pointer) == (ProblemType.CHARACTER, "/subject")


def test_what_only_intake_writes_is_refused_as_a_header_too() -> None:
    headers, body = binary(facts.released() | {"submitter": "somebody"})
    [submission] = statements(request(headers), body, BINARY, facts.RECORDED)  # type: ignore[misc]
    assert isinstance(submission, Submission)
    refused = admit(submission, EVERYTHING)
    assert isinstance(refused, Refused)
    assert (refused.type, refused.pointer) == (ProblemType.RESERVED_ATTRIBUTE, "/submitter")


def test_json_without_the_headers_of_an_event_is_no_mode() -> None:
    refused = mode_of(request({"content-type": BINARY}))
    assert isinstance(refused, Refused)
    assert refused.type is ProblemType.MEDIA_TYPE
