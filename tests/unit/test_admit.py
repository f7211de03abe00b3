"""Admission: the same statement by the same source is judged alike, and a grant covers what it names and nothing near it."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.intake.admit import LARGEST_EVENT_BYTES, SMALL_EVENT_BYTES, Admitted, Submission, admit
from services.intake.grants import Source, covered, types_named
from services.intake.problems import ERRORS_SHOWN, ProblemType, Refused
from services.intake.strict_json import DEPTH, MEMBERS, Parsed, flaw, parse
from shared.events import BY_WIRE_NAME
from shared.terms import ROLES
from shared.wire import Problem
from tests import facts

RECORDED = "2018-07-27T00:00:00Z"


def source(**given: Any) -> Source:
    """A source that may say everything, but for what a test narrows."""
    fields: dict[str, Any] = {
        "slug": "test",
        "uris": ("urn:example",),
        "roles": frozenset(ROLES),
        "types": types_named(["*"]),
        "parties": frozenset({"*"}),
    }
    return Source(**fields | given)


def judged(statement: Any, by: Source | None = None) -> Admitted | Refused:
    return admit(Submission(statement, "http", RECORDED), by or source())


def refusal(statement: Any, by: Source | None = None) -> Refused:
    found = judged(statement, by)
    assert isinstance(found, Refused)
    return found


# ------------------------------------------------------------------------------------------------- admitted
def test_an_admitted_statement_carries_what_intake_adds_and_all_that_was_said() -> None:
    statement = facts.released() | {"traceparent": "00-1-2-03", "extension": "kept"}
    admitted = judged(statement)
    assert isinstance(admitted, Admitted)
    assert orjson.loads(admitted.body) == facts.admitted(statement, RECORDED, "test") | {"receivedvia": "http"}
    assert admitted.event == facts.event(statement)


def test_what_contradicts_the_record_is_the_trackers_to_flag() -> None:
    assert isinstance(judged(facts.accepted(transfer="T-never-released")), Admitted)
    assert isinstance(judged(facts.rescinded(determination="D-never-made")), Admitted)


def test_forty_levels_are_looked_at_and_one_more_is_refused() -> None:
    value: Any = "leaf"
    for _ in range(DEPTH - 2):
        value = [value]
    assert refusal({"data": value}).type is ProblemType.UNKNOWN_TYPE
    assert refusal({"data": [value, value]}).type is ProblemType.UNKNOWN_TYPE
    assert refusal({"data": [value, [value]]}).type is ProblemType.TOO_DEEP


def test_an_event_is_measured_without_its_white_space_and_without_what_intake_adds() -> None:
    def seals(padding: int) -> dict[str, Any]:
        most = [{"number": f"S-{n:04}", "position": "lid"} for n in range(1755)]
        return facts.released(id="E-1", seals=most, purpose="x" * padding)

    room = LARGEST_EVENT_BYTES - len(orjson.dumps(seals(0)))
    assert 0 < room < 500
    assert isinstance(judged(seals(room)), Admitted)
    assert refusal(seals(room + 1)).type is ProblemType.EVENT_TOO_LARGE


# ------------------------------------------------------------------------------------------------- grants
@pytest.mark.parametrize(
    ("uri", "prefix", "covers"),
    [
        ("urn:example:unc", "urn:example:unc", True),
        ("urn:example:unc:osan", "urn:example:unc", True),
        ("https://unc.example/osan", "https://unc.example/", True),
        ("urn:example:uncle", "urn:example:unc", False),
        ("urn:example", "urn:example:unc", False),
        ("https://unc.example.org/", "https://unc.example", False),
    ],
)
def test_a_prefix_ends_where_a_part_of_the_uri_ends(uri: str, prefix: str, *, covers: bool) -> None:
    assert covered(uri, (prefix,)) is covers


def test_types_are_named_by_catalogue_or_wire_name_with_a_star_for_any_part() -> None:
    assert types_named(["*"]) == BY_WIRE_NAME.keys()
    assert types_named(["custody.released"]) == types_named(["org.rosette.custody.released.v1"])
    assert types_named(["custody.released"]) == {"org.rosette.custody.released.v1"}
    assert types_named(["custody.lost"]) == set()


def test_a_source_corrects_its_own_statements_and_those_its_grant_names() -> None:
    original = facts.released(source="urn:elsewhere:a")
    correction = facts.corrected(original, source="urn:example:unc")
    assert refusal(correction).rule == "may_correct"
    assert isinstance(judged(correction, source(may_correct=("urn:elsewhere",))), Admitted)


def test_a_correction_needs_the_grant_for_the_type_that_it_corrects() -> None:
    correction = facts.corrected(facts.released())
    narrow = source(types=types_named(["*.record.corrected"]))
    assert (refusal(correction, narrow).rule, refusal(correction, narrow).pointer) == ("type", "/data/corrects/type")


def test_a_role_of_the_grant_still_says_only_what_that_role_may_say() -> None:
    found = refusal(facts.determined(role="laboratory"))
    assert (found.rule, found.pointer) == ("role_of_type", "/data/actor/role")


# ------------------------------------------------------------------------------------------------- problems
def test_a_refusal_lists_all_that_is_wrong_up_to_a_bound() -> None:
    found = refusal(facts.released(condition="unheard of", place=facts.ABSENT))
    assert {error.pointer for error in found.errors} == {"/data/condition", "/data/place"}
    many = Refused(ProblemType.INVALID_EVENT, "many", errors=(Problem("/a", "b", "c"),) * (ERRORS_SHOWN + 1))
    assert len(many.document()["errors"]) == ERRORS_SHOWN


def test_a_wrong_attribute_hides_nothing_that_is_wrong_with_the_data() -> None:
    found = refusal(facts.released(id="E 1", at="2018-07-27", condition="unheard of") | {"specversion": "0.3"})
    assert [error.pointer for error in found.errors] == ["/specversion", "/id", "/time", "/data/condition"]
    found = refusal(facts.released(at="2018-07-27", condition="unheard of", place=facts.ABSENT))
    assert {error.pointer for error in found.errors} == {"/time", "/data/condition", "/data/place"}
    assert "unheard of" not in str(found.document())
    many = facts.released(id="E 1") | {"data": {f"field{n}": n for n in range(ERRORS_SHOWN * 2)}}
    assert len(refusal(many).document()["errors"]) == ERRORS_SHOWN


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("custody.released", "org.rosette.custody.released.v1"),
        ("org.rosette.custody.release.v1", "org.rosette.custody.released.v1"),
        ("CaseRegistered", "org.rosette.case.registered.v1"),
        ("org.rosette.case.registered", "org.rosette.case.registered.v1"),
        ("Zx81", None),
        ("custody.released" * 60, None),
        (7, None),
        (facts.ABSENT, None),
    ],
)
def test_of_an_unknown_type_the_nearest_is_named_and_where_the_others_are(named: Any, meant: str | None) -> None:
    said = facts.released()
    found = refusal({name: value for name, value in (said | {"type": named}).items() if value is not facts.ABSENT})
    assert (found.type, found.pointer) == (ProblemType.UNKNOWN_TYPE, "/type")
    assert re.findall(r"org\.rosette\S+v1", found.detail) == ([meant] if meant else [])
    assert "docs/events/" in found.detail
    assert "Zx81" not in str(found.document())


def test_the_type_that_a_correction_names_is_led_on_from_too() -> None:
    corrects = {"source": "urn:example:unc", "id": "E-0", "type": "org.rosette.custody.release.v1"}
    found = refusal(facts.corrected(facts.released(), corrects=corrects))
    assert (found.type, found.pointer) == (ProblemType.UNKNOWN_TYPE, "/data/corrects/type")
    assert "org.rosette.custody.released.v1" in found.detail


def test_the_table_in_the_docs_is_the_catalogue() -> None:
    documented = [line for line in Path("docs/problems.md").read_text().splitlines() if line.startswith("| `")]
    assert documented == [f"| `{kind.slug}` | {kind.status} | {kind.title} | `{kind.then.value}` |" for kind in ProblemType]


def test_an_attribute_of_more_than_1024_characters_is_refused_with_its_name() -> None:
    assert isinstance(judged(facts.released() | {"extension": "x" * 1024}), Admitted)
    found = refusal(facts.released() | {"extension": "x" * 1025})
    assert (found.type, found.pointer) == (ProblemType.TOO_LONG, "/extension")


def test_levels_that_the_parser_did_not_count_are_refused_as_too_many_and_not_as_an_error() -> None:
    value: Any = "leaf"
    for _ in range(300):
        value = [value]
    found = admit(Submission(facts.released() | {"extension": value}, "http", RECORDED, suspect=False), source())
    assert isinstance(found, Refused)
    assert found.type is ProblemType.TOO_DEEP


def not_suspected(statement: Any) -> Admitted | Refused:
    return admit(Submission(statement, "http", RECORDED, suspect=False), source())


def many(members: int, length: int = 1) -> dict[str, str]:
    return {f"x{n}": "x" * length for n in range(members)}


def test_members_that_the_parser_did_not_count_are_counted_where_an_event_would_have_them() -> None:
    statement = facts.released()
    assert isinstance(not_suspected(statement | many(MEMBERS - len(statement))), Admitted)
    crowded = (
        statement | many(MEMBERS - len(statement) + 1),
        statement | {"data": statement["data"] | many(MEMBERS)},
        statement | {"data": statement["data"] | many(MEMBERS + 1, LARGEST_EVENT_BYTES // MEMBERS)},
    )
    for each in crowded:
        found = not_suspected(each)
        assert isinstance(found, Refused)
        assert found.type is ProblemType.TOO_MANY_MEMBERS


def test_an_event_far_beyond_the_usual_size_is_searched_and_one_beyond_the_limit_is_too_large() -> None:
    statement = facts.released()
    large = statement | {f"x{n}": "x" * 1000 for n in range(SMALL_EVENT_BYTES // 1000 + 1)}
    assert isinstance(not_suspected(large), Admitted)
    found = not_suspected(statement | {f"x{n}": "x" * 1000 for n in range(LARGEST_EVENT_BYTES // 1000 + 1)})
    assert isinstance(found, Refused)
    assert found.type is ProblemType.EVENT_TOO_LARGE


# ------------------------------------------------------------------------------------------------- strict JSON
def parsed(body: bytes) -> Parsed:
    found = parse(body)
    assert isinstance(found, Parsed)
    return found


def test_a_member_that_stands_there_twice_is_found_wherever_it_is() -> None:
    found = flaw(parsed(b'[{"a": {"b/c": [{"x": 1, "y": 2, "x": 1}]}}]').value)
    assert found == Refused(ProblemType.DUPLICATE_KEY, "the same member twice", "/0/a/b~1c/0/x")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 1}',
        b'{"": 1, "": 1}',
        b'{"a": "\\"", "b": 1, "a": "\\"\\""}',
        b'{"a": 1, "a": "\\u0022\\u0022"}',
        b'{"a": 1, "a": ":\\u0022,\\u0022"}',
        b"[1.0]",
        b"[1e400]",
        b"[NaN]",
        b"[-Infinity]",
        b"[9007199254740992]",
        b"[-9007199254740992]",
        b"[-" + b"9" * 5000 + b"]",
        b'["\\u00e9", ' + b"9" * 5000 + b"]",
        b'["\\u0000"]',
        b'["\\uDEAD"]',
        b'{"\\ud800": 1}',
    ],
)
def test_whatever_no_event_may_hold_is_suspect_and_then_found(body: bytes) -> None:
    assert parsed(body).suspect
    assert flaw(parsed(body).value) is not None


@pytest.mark.parametrize("body", [b'{"a": [1, -1, true, null, "Osan \\u00e9"]}', b"[9007199254740991]"])
def test_what_an_event_may_hold_is_not_suspect(body: bytes) -> None:
    assert not parsed(body).suspect


def test_a_pair_of_surrogates_is_suspect_and_no_flaw() -> None:
    emoji = parsed(b'{"place": "\\ud83d\\ude00"}')
    assert emoji.suspect
    assert flaw(emoji.value) is None
