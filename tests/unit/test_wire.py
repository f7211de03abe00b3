"""The wire form: one digest for one statement however it is sent, and entries that are read or answered for."""

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared import wire
from tests import facts

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


# ------------------------------------------------------------------------------------------------- canonical form
@given(data=st.dictionaries(NAMES, VALUES, max_size=6), subject=TEXT)
def test_the_canonical_form_is_that_of_rfc_8785(data: dict[str, object], subject: str) -> None:
    said = facts.released(id="E-1") | {"data": data, "subject": subject}
    spelled_out = said | {"datacontenttype": "application/json", "time": "2018-07-26T20:55:00Z"}
    assert wire.canonical(said) == rfc8785.dumps(spelled_out)


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2018-07-26T20:55:00Z"},
        {"time": "2018-07-26t20:55:00.000z"},
        {"time": "2018-07-26T15:55:00-05:00"},
        {"datacontenttype": "application/json"},
        {"traceparent": "00-1-2-03", "tracestate": "a=b"},
        {"recordedtime": "2018-07-27T00:00:00Z", "receivedvia": "http", "submitter": "s", "submitterrole": "r"},
    ],
)
def test_what_does_not_change_the_statement_does_not_change_its_digest(change: dict[str, str]) -> None:
    said = facts.released(id="E-1")
    assert wire.read(said | change).digest == wire.read(said).digest


@pytest.mark.parametrize("change", [{"id": "E-2"}, {"time": "2018-07-26T20:55:01Z"}, {"subject": "s"}, {"extension": "e"}])
def test_what_changes_the_statement_changes_its_digest(change: dict[str, str]) -> None:
    said = facts.released(id="E-1")
    assert wire.read(said | change).digest != wire.read(said).digest


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (-7, "-7")])
def test_an_attribute_is_its_cloudevents_string_in_every_mode(value: object, text: str) -> None:
    said = facts.released(id="E-1")
    assert wire.canonical(said | {"extension": value}) == wire.canonical(said | {"extension": text})


# ------------------------------------------------------------------------------------------------- entries
def test_an_entry_reads_as_the_event_that_was_accepted() -> None:
    statement = facts.released()
    decoded = wire.decode("custody", facts.entry(statement, seq=7))
    assert isinstance(decoded, wire.Decoded)
    assert decoded.position == wire.Position(facts.EPOCH, 7)
    assert decoded.event.key == (statement["source"], statement["id"])
    again = wire.reread(decoded.body, decoded.event.digest)
    assert again == decoded.event


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({b"seq": b"0"}, "no_position"),
        ({b"seq": b"007"}, "no_position"),
        ({b"epoch": b"first"}, "no_position"),
        ({b"event": b"\xff"}, "not_json"),
        ({b"event": b"[]"}, "not_json"),
        ({b"event": b'{"id": "E-1", "source": "urn:x"}'}, "invalid"),
        ({b"event": b'{"specversion": "1.0", "extension": ' + b"[" * 300 + b"]" * 300 + b"}"}, "invalid"),
        ({b"digest": b"0" * 64}, "digest_differs"),
    ],
)
def test_an_entry_that_cannot_be_filed_is_answered_with_its_reason(change: dict[bytes, bytes], reason: str) -> None:
    found = wire.decode("custody", facts.entry(facts.released()) | change)
    assert isinstance(found, wire.Unreadable)
    assert found.reason == reason


def test_data_nested_past_the_canonical_form_is_unreadable_and_raises_nothing() -> None:
    deep = b"[" * 300 + b"]" * 300
    body = orjson.dumps(facts.admitted(facts.released()) | {"data": {"deep": 0}}).replace(b'"deep":0', b'"deep":' + deep)
    found = wire.decode("custody", facts.entry(facts.released()) | {b"event": body})
    assert isinstance(found, wire.Unreadable)
    assert found.reason == "invalid"


@pytest.mark.parametrize(
    "said",
    [
        facts.released(place="Wonsan\0"),
        facts.released() | {"comment": "\0"},
    ],
    ids=["in prose", "in an attribute"],
)
def test_an_entry_that_holds_what_postgresql_cannot_is_unreadable_though_its_digest_is_right(said: wire.CloudEvent) -> None:
    found = wire.decode("custody", facts.entry(said))
    assert isinstance(found, wire.Unreadable)
    assert (found.reason, found.id) == ("invalid", said["id"])


def test_an_entry_with_half_a_character_is_unreadable() -> None:
    fields = facts.entry(facts.released(place="Wonsan"))
    found = wire.decode("custody", fields | {b"event": fields[b"event"].replace(b"Wonsan", b"Wons\\ud83dan")})
    assert isinstance(found, wire.Unreadable)


def test_the_letters_of_an_escape_are_letters() -> None:
    assert isinstance(wire.decode("custody", facts.entry(facts.released(place="\\u0000"))), wire.Decoded)


def test_an_entry_on_the_stream_of_others_or_without_what_intake_adds_is_unreadable() -> None:
    fields = facts.entry(facts.released())
    assert isinstance(wrong := wire.decode("family", fields), wire.Unreadable)
    assert wrong.reason == "wrong_stream"
    raw = fields | {b"event": orjson.dumps(facts.released(id="E-raw"))}
    raw[b"digest"] = wire.digest_of(wire.canonical(orjson.loads(raw[b"event"]))).encode()
    assert isinstance(bare := wire.decode("custody", raw), wire.Unreadable)
    assert bare.reason == "not_admitted"


@pytest.mark.parametrize(
    "forged",
    [
        {"submitter": 7},
        {"submitter": "Not a slug"},
        {"submitter": "s" * 41},
        {"submitter": "unc\n"},
        {"submitterrole": "emperor"},
        {"submitterrole": True},
        {"receivedvia": "window"},
        {"receivedvia": 1},
    ],
    ids=str,
)
def test_an_entry_whose_admission_has_another_form_than_intake_gives_it_is_unreadable(forged: dict[str, object]) -> None:
    statement = facts.released(id="E-forged")
    found = wire.decode("custody", facts.entry(statement) | {b"event": orjson.dumps(facts.admitted(statement) | forged)})
    assert isinstance(found, wire.Unreadable)
    assert (found.reason, found.id) == ("not_admitted", "E-forged")


@given(fields=st.dictionaries(st.sampled_from([b"epoch", b"seq", b"digest", b"event"]), st.binary(max_size=80)))
def test_whatever_stands_in_an_entry_is_an_answer(fields: dict[bytes, bytes]) -> None:
    assert isinstance(wire.decode("custody", fields), wire.Unreadable)


# ------------------------------------------------------------------------------------------------- corrections
def test_a_correction_carries_what_it_restates_as_the_type_that_it_corrects() -> None:
    original = facts.released()
    event = facts.event(facts.corrected(original, facts.released(place="Wonsan", at="2018-07-27T06:00:00+09:00")))
    assert event.restated is not None
    assert event.restated.data == facts.event(facts.released(place="Wonsan")).data
    assert event.restated.occurred_at.isoformat() == "2018-07-26T21:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"corrects": {"source": "urn:x", "id": "E-0", "type": "org.rosette.custody.lost.v1"}}, "/data/corrects/type"),
        ({"replacement": {"time": "yesterday", "data": facts.released()["data"]}}, "/data/replacement/time"),
        ({"replacement": {"time": facts.AT, "data": {}}}, "/data/replacement/data/actor"),
    ],
)
def test_a_correction_that_does_not_fit_is_invalid_at_its_place(change: dict[str, object], pointer: str) -> None:
    with pytest.raises(wire.Invalid) as raised:
        facts.event(facts.corrected(facts.released(), facts.released(), **change))
    assert raised.value.problems[0].pointer == pointer


def test_a_correction_of_a_correction_withdraws_it_and_never_restates_it() -> None:
    correction = facts.corrected(facts.released())
    assert facts.event(facts.corrected(correction)).restated is None
    with pytest.raises(wire.Invalid):
        facts.event(facts.corrected(correction, correction))
