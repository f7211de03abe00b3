"""What events of EPCIS mean, with no server: the table of docs/epcis.md, row by row."""

from typing import Any

import pytest

from services.intake.admit import Admitted, Submission, admit
from services.intake.doors.epcis.capturing import Judged, judged
from services.intake.doors.epcis.context import Context
from services.intake.doors.epcis.document import Stated
from services.intake.doors.epcis.meaning import NotApplicable
from services.intake.doors.epcis.statements import in_the_event
from services.intake.epcis_grant import EpcisGrant, named
from services.intake.grants import Source, types_named
from services.intake.problems import Refused
from shared.terms import Role
from tests.epcis import ABSENT, CONTEXT, Json, accepting, case, event

URI = "urn:example:unc"
GRANT = EpcisGrant(
    source=URI,
    cases=("urn:example:case:{case}",),
    parties=("urn:example:party:{party}",),
    places=("urn:example:place:{place}",),
    transfers=("urn:example:transfer:{transfer}",),
    turnovers=("urn:example:turnover:{turnover}",),
)
ROLES: tuple[Role, ...] = ("custodian", "laboratory")
SEALS = [{"number": "S-1", "position": "lid"}]


def source(*parties: str) -> Source:
    return Source("unc", (URI,), frozenset(ROLES), types_named(["*"]), frozenset(parties or ("*",)), epcis=GRANT)


def judge(said: Json, *parties: str, context: Any = CONTEXT) -> Judged:
    return judged(Stated(said, "", Context.of(context)), source(*parties), GRANT)


def facts(said: Json, *parties: str, context: Any = CONTEXT) -> list[Json]:
    """The facts of an event, every one of which admission takes."""
    found = judge(said, *parties, context=context)
    assert found.facts, found.means
    for fact in found.facts:
        answer = admit(Submission(fact.said, "epcis", "2018-07-27T00:00:00Z"), source(*parties))
        assert isinstance(answer, Admitted), answer
    return [fact.said for fact in found.facts]


def names(said: Json, *parties: str) -> list[str]:
    return [fact["type"].removeprefix("org.rosette.").removesuffix(".v1") for fact in facts(said, *parties)]


def refusal(said: Json, *parties: str) -> Refused:
    """Of the first fact that admission refuses, told in the places of the event."""
    found = judge(said, *parties)
    if isinstance(found.means, Refused):
        return found.means
    for fact in found.facts:
        answer = admit(Submission(fact.said, "epcis", "2018-07-27T00:00:00Z"), source(*parties))
        if isinstance(answer, Refused):
            return in_the_event(answer, fact)
    raise AssertionError(found)


# ------------------------------------------------------------------------------------------------- hand-overs
def test_accepting_closes_both_halves_when_the_sender_may_speak_for_both_parties() -> None:
    released, accepted = facts(accepting("K55-02", "K55-01", eventID="urn:example:event:1"))
    assert released["id"] == "urn:example:event:1#1"
    assert accepted["id"] == "urn:example:event:1#2"
    assert released["data"] == {
        "actor": {"role": "custodian", "ref": "epcis"},
        "offset": "+09:00",
        "transfer": "T-1",
        "cases": ["K55-01", "K55-02"],
        "released_by": "unc",
        "released_to": "usaf",
        "place": "Osan Air Base",
        "purpose": "onward movement",
        "seals": [],
        "condition": "intact",
    }
    assert accepted["data"]["accepted_from"] == "unc"
    assert accepted["data"]["accepted_by"] == "usaf"


@pytest.mark.parametrize(("party", "half", "number"), [("unc", "custody.released", "#1"), ("usaf", "custody.accepted", "#2")])
def test_who_may_speak_for_one_party_closes_one_half_with_the_same_id(party: str, half: str, number: str) -> None:
    assert names(accepting(), party) == [half]
    [fact] = facts(accepting(), party)
    assert fact["id"].endswith(number)


def test_who_may_speak_for_neither_party_is_refused_at_the_party() -> None:
    refused = refusal(accepting(), "nobody")
    assert (refused.rule, refused.pointer) == ("party", "/destinationList/0/destination")


def test_what_epcis_lacks_is_missed_where_the_extension_should_stand() -> None:
    assert refusal(accepting(rosette_purpose=ABSENT)).pointer == "/rosette:purpose"
    assert refusal(accepting(rosette_condition="unheard of")).pointer == "/rosette:condition"
    assert refusal(accepting(rosette_seals=[{"number": "S-1"}])).pointer == "/rosette:seals/0/position"


def test_a_party_that_no_template_reads_is_no_party() -> None:
    stranger = [{"type": "possessing_party", "destination": "urn:example:elsewhere:usaf"}]
    assert refusal(accepting(destinationList=stranger)).pointer == "/destinationList/0/destination"


def test_among_cases_an_identifier_that_is_none_is_wrong_and_not_left_out() -> None:
    said = accepting(epcList=[case("K55-01"), "urn:example:cse:K55-02"])
    assert refusal(said).pointer == "/epcList/1"


def test_a_case_number_that_cannot_be_one_is_refused_at_its_place() -> None:
    said = accepting(epcList=[case("K55-02"), case("-K55%20")])
    assert refusal(said).pointer == "/epcList/1"


# ------------------------------------------------------------------------------------------------- the table
JOURNEY: Json = {"epcList": [case()], "rosette_carrier": "usaf", "rosette_mission": "RCH-501"}
PARTIES: Json = {
    "sourceList": [{"type": "possessing_party", "source": "urn:example:party:kpa"}],
    "destinationList": [{"type": "possessing_party", "destination": "urn:example:party:unc"}],
}
OPENED: Json = {"parentID": case(), "rosette_seals": SEALS, "rosette_opened_by": ["P-1", "P-2"]}
HOLD: Json = {
    "epcList": [case()],
    "bizStep": "holding",
    "rosette_hold": "H-1",
    "rosette_reason": "count",
    "rosette_authority": "unc",
}
SAMPLE: Json = {"bizStep": "sampling", "rosette_mass_mg": 500, "rosette_remaining_mg": 9500, "rosette_authorised_by": "P-1"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (event(**JOURNEY, bizStep="departing"), ["transport.departed"]),
        (event(**JOURNEY, bizStep="transporting"), ["transport.departed"]),
        (event(**JOURNEY, bizStep="arriving"), ["transport.arrived"]),
        (event(epcList=[case()], bizStep="packing", disposition="container_closed", rosette_seals=SEALS), ["case.sealed"]),
        (event("AggregationEvent", **OPENED, childEPCs=["urn:example:bone:1"], disposition="container_open"), ["case.opened"]),
        (
            event(
                "TransactionEvent",
                **PARTIES,
                epcList=[case("K55-01"), case("K55-02")],
                bizTransactionList=[{"type": "desadv", "bizTransaction": "urn:example:turnover:TO-2018"}],
                rosette_kind="unilateral",
            ),
            ["turnover.declared"],
        ),
        (
            event(
                "TransactionEvent",
                **PARTIES,
                epcList=[case("K55-01"), case("K55-02")],
                bizTransactionList=[{"type": "recadv", "bizTransaction": "urn:example:turnover:TO-2018"}],
                rosette_declared_contents="remains, undeclared number",
            ),
            ["case.registered", "case.registered"],
        ),
        (
            event(
                "AggregationEvent",
                **OPENED,
                action="DELETE",
                bizStep="unpacking",
                persistentDisposition=ABSENT,
                disposition="mismatch_quantity",
                rosette_expected="1",
                rosette_observed="2",
            ),
            ["case.opened", "identification.discrepancy.reported"],
        ),
        (
            event(
                epcList=[case()],
                rosette_seals=[],
                rosette_opened_by=["P-1", "P-2"],
                bizStep="unpacking",
                persistentDisposition={"set": ["completeness_verified"]},
            ),
            ["case.opened"],
        ),
        (event(epcList=[case()], bizStep="inspecting", rosette_mni=3, rosette_human=True), ["field_review.completed"]),
        (event("AssociationEvent", parentID=case(), childEPCs=[case("K55-01.S1")], **SAMPLE), ["sample.cut"]),
        (event("TransformationEvent", inputEPCList=[case()], outputEPCList=[case("S1")], **SAMPLE), ["sample.cut"]),
        (
            event("TransformationEvent", inputEPCList=[case()], outputEPCList=[case("a"), case("b")], rosette_reason="two"),
            ["case.split"],
        ),
        (
            event("TransformationEvent", inputEPCList=[case("a"), case("b")], outputEPCList=[case("c")], rosette_reason="one"),
            ["case.merged"],
        ),
        (event(**HOLD, rosette_scope=["move"]), ["custody.hold.placed"]),
        (event(**HOLD, action="DELETE"), ["custody.hold.lifted"]),
    ],
)
def test_an_event_means(said: Json, expected: list[str]) -> None:
    assert names(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        event(epcList=["urn:epc:id:sgtin:4012345.011111.9876"], bizStep="accepting"),
        event(epcList=[case()], bizStep="receiving"),
        event(epcList=[case()], bizStep="commissioning"),
        accepting(action="DELETE"),
        event("TransformationEvent", inputEPCList=[case("a")], outputEPCList=[case("b")]),
        event("https://example.org/OurEvent"),
        accepting() | {"type": "https://example.org/OurEvent"},
        accepting(bizTransactionList=[7], sourceList=[{"type": 7}], bizStep=7, epcList=7) | {"type": "urn:example:our"},
    ],
)
def test_what_says_nothing_of_our_cases_is_not_applicable_with_its_reason(said: Json) -> None:
    means = judge(said).means
    assert isinstance(means, NotApplicable), means
    assert means.reason


# ------------------------------------------------------------------------------------------------- ids and words
def test_the_same_event_has_the_same_facts_in_bare_words_prefixes_and_full_uris() -> None:
    bare = accepting("K55-01", "K55-02")
    prefixed = accepting("K55-02", "K55-01", bizStep="cbv:BizStep-accepting") | {"ours:purpose": bare["rosette:purpose"]}
    full = accepting(bizStep="https://ref.gs1.org/cbv/BizStep-accepting", epcList=bare["epcList"])
    full |= {"urn:rosette:epcis:purpose": full.pop("rosette:purpose")}
    del prefixed["rosette:purpose"]
    said = facts(bare)
    assert said[0]["id"].startswith("ni:///sha-256;")
    assert facts(full) == said
    assert facts(prefixed, context=[*CONTEXT, {"ours": "urn:rosette:epcis:"}]) == said


def test_a_word_that_nobody_knows_here_is_a_warning() -> None:
    found = judge(accepting(disposition="https://example.org/Disp-waiting"))
    assert found.unknown == ("/disposition",)
    assert len(found.facts) == 2


def test_an_error_declaration_takes_back_each_fact_and_has_an_id_of_its_own() -> None:
    original = facts(accepting())
    declared = {"declarationTime": "2018-07-28T09:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": ["urn:example:2"]}
    said = accepting(errorDeclaration=declared)
    corrections = facts(said)
    assert [each["data"]["corrects"]["id"] for each in corrections] == [each["id"] for each in original]
    assert [each["data"]["corrects"]["type"] for each in corrections] == [each["type"] for each in original]
    assert all("#error-" in each["id"] for each in corrections)
    assert len({each["id"] for each in corrections}) == 2
    assert corrections[0]["time"] == "2018-07-28T09:00:00Z"
    assert facts(accepting(errorDeclaration=declared | {"reason": "did_not_occur"}))[0]["id"] != corrections[0]["id"]


def test_a_template_reads_one_part_of_a_uri_and_no_more() -> None:
    templates = ("https://id.example/case/{case}/box", "urn:example:case:{}")
    assert named("https://id.example/case/K55-01/box", templates) == "K55-01"
    assert named("https://id.example/case/K55-01/2/box", templates) is None
    assert named("urn:example:case:K55%2D01", templates) == "K55-01"
    assert named("urn:example:case:", templates) is None
    with pytest.raises(ValueError):
        EpcisGrant(source=URI, cases=("urn:example:case",))


# ------------------------------------------------------------------------------------------------- the CBV hash id
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {
                "type": "ObjectEvent",
                "eventTime": "2018-07-27T05:55:00.000+09:00",
                "eventTimeZoneOffset": "+09:00",
                "recordTime": "2018-07-27T09:00:00Z",
                "epcList": [case("K55-02"), case("K55-01")],
                "action": "OBSERVE",
                "bizStep": "accepting",
                "disposition": "in_progress",
                "persistentDisposition": {"set": ["completeness_verified"], "unset": ["completeness_inferred"]},
                "readPoint": {"id": "urn:example:place:osan"},
                "quantityList": [{"epcClass": "urn:example:class:a", "quantity": 2.50, "uom": "KGM"}],
                "rosette:purpose": "onward movement",
                "rosette:mni": 3,
                "rosette:opened_by": ["P-2", "P-1"],
                "rosette:seals": [{"number": "S-1", "position": "lid"}, {"number": "S-0", "position": "base"}],
            },
            "26799c18298844034e5b4e785ae102ab32754b8ffd17edb1245c7e6de22fc10f",
        ),
        (
            {
                "type": "TransformationEvent",
                "eventTime": "2018-07-27T05:55:00Z",
                "eventTimeZoneOffset": "+09:00",
                "inputEPCList": [case("K55-02")],
                "outputEPCList": [case("b"), case("a")],
                "bizLocation": {"id": "urn:example:place:laboratory"},
                "errorDeclaration": {"declarationTime": "2018-07-28T05:55:00Z"},
                "ilmd": {"rosette:z": "a", "rosette:k": "2"},
                "rosette:reason": "two people",
            },
            "940b0b2e829548a36aec263f1c2bc8b73710b95931eaa5f66336248fa2ebf3ca",
        ),
    ],
)
def test_an_event_without_an_id_has_the_one_of_the_reference_implementation(said: Json, expected: str) -> None:
    """As `epcis-event-hash-generator` 1.9.3, the reference implementation of the CBV, hashes them."""
    assert judge(said).id == f"ni:///sha-256;{expected}?ver=CBV2.0"
