"""Facts as an upstream system would send them: valid CloudEvents, of which a test spells out only what it is about.

Every builder takes the fields of its `data` by name, and beside them `id`, `at` (the CloudEvents `time`), `source`,
`role` and `ref` (the actor), `zone`, `offset` and `precision`. A field given as `ABSENT` is left out. Where nothing is
said an event has a fresh id, the instant of the hand-over at Wonsan, and the source that says such things here.

All persons, kin and liaisons are synthetic references.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

import orjson

from shared import wire
from shared.events import (
    BY_WIRE_NAME,
    custody,
    determinations,
    family,
    identification,
    lineage,
    movements,
    publications,
    reports,
    returns,
)
from shared.events.base import Fact
from shared.events.event import Event
from shared.terms import STREAMS, Role, Stream

CloudEvent = dict[str, Any]
ABSENT: Final = object()
"""The value of a field that a test wants left out."""

AT: Final = "2018-07-27T05:55:00+09:00"
RECORDED: Final = "2018-07-27T00:00:00Z"
EPOCH: Final = "00000000000000e1"

SOURCES: Final[dict[Role, str]] = {
    "custodian": "urn:example:unc",
    "laboratory": "urn:example:laboratory",
    "medical_examiner": "urn:example:examiner",
    "casualty_office": "urn:example:casualty",
    "liaison": "urn:example:liaisons",
    "public_affairs": "urn:example:public-affairs",
    "operator": "urn:example:operators",
}
ATTRIBUTES: Final = ("id", "at", "source", "role", "ref")
_numbers = count(1)


# --------------------------------------------------------------------------------------------------------------- shapes
def said(fact: type[Fact], role: Role, defaults: Mapping[str, Any], given: Mapping[str, Any]) -> CloudEvent:
    """One statement: the defaults of its builder, with what the test gave in their place."""
    role = given.get("role", role)
    data = {"actor": {"role": role, "ref": given.get("ref", "desk-1")}, **defaults}
    data |= {name: value for name, value in given.items() if name not in ATTRIBUTES}
    return {
        "specversion": "1.0",
        "id": given.get("id") or f"E-{next(_numbers)}",
        "source": given.get("source") or SOURCES[role],
        "type": fact.wire_name(),
        "time": given.get("at", AT),
        "data": {name: value for name, value in data.items() if value is not ABSENT},
    }


def event(statement: CloudEvent) -> Event:
    """The event that a statement makes, as both services read it."""
    return wire.read(statement)


def admitted(statement: CloudEvent, recorded: str = RECORDED, submitter: str = "test") -> CloudEvent:
    """A statement with what intake adds when it admits one."""
    return statement | {
        "recordedtime": recorded,
        "receivedvia": "http",
        "submitter": submitter,
        "submitterrole": statement["data"]["actor"]["role"],
    }


def entry(statement: CloudEvent, seq: int = 1, epoch: str = EPOCH, recorded: str = RECORDED) -> dict[bytes, bytes]:
    """The fields that accept writes to a stream for a statement."""
    return {
        b"epoch": epoch.encode(),
        b"seq": str(seq).encode(),
        b"digest": wire.digest_of(wire.canonical(statement)).encode(),
        b"event": orjson.dumps(admitted(statement, recorded)),
    }


def directory(addresses: Mapping[str, str], *, zone: str = "UTC", hours: tuple[str, str] = ("00:00", "24:00")) -> str:
    """The text of a directory: the default office, and liaisons of the army with their addresses, on duty in `hours`."""
    office = '[offices."default"]\naddress = "duty@rosette.example.org"\nzone = "UTC"\n'
    times = f'zone = "{zone}"\nduty_hours = [["{hours[0]}", "{hours[1]}"]]\n'
    liaisons = (f'[liaisons."{ref}"]\nservice = "army"\naddress = "{address}"\n{times}' for ref, address in addresses.items())
    return "".join((*liaisons, office))


# -------------------------------------------------------------------------------------------------------------- custody
def turnover(turnover: str = "TO-2018", expected_cases: int | list[str] = 55, **given: Any) -> CloudEvent:
    defaults = {
        "turnover": turnover,
        "kind": "unilateral",
        "from_party": "kpa",
        "to_party": "unc",
        "place": "Wonsan",
        "expected_cases": expected_cases,
    }
    return said(custody.TurnoverDeclared, "custodian", defaults, given)


def registered(case: str = "K55-01", custodian: str = "unc", **given: Any) -> CloudEvent:
    defaults = {
        "case": case,
        "kind": "transfer_case",
        "custodian": custodian,
        "label": f"Case {case}",
        "declared_contents": "remains, undeclared number",
    }
    return said(custody.CaseRegistered, "custodian", defaults, given)


def sealed(case: str = "K55-01", seal: str = "S-1", **given: Any) -> CloudEvent:
    defaults = {"case": case, "seals": [{"number": seal, "position": "lid"}]}
    return said(custody.CaseSealed, "custodian", defaults, given)


def released(case: str = "K55-01", transfer: str = "T-1", **given: Any) -> CloudEvent:
    defaults = {
        "transfer": transfer,
        "cases": [case],
        "released_by": "unc",
        "released_to": "usaf",
        "place": "Osan Air Base",
        "purpose": "onward movement",
        "seals": [],
        "condition": "intact",
    }
    return said(custody.CustodyReleased, "custodian", defaults, given)


def accepted(case: str = "K55-01", transfer: str = "T-1", **given: Any) -> CloudEvent:
    defaults = {
        "transfer": transfer,
        "cases": [case],
        "accepted_by": "usaf",
        "place": "Osan Air Base",
        "seals_seen": [],
        "condition": "intact",
    }
    return said(custody.CustodyAccepted, "custodian", defaults, given)


def refused(case: str = "K55-01", transfer: str = "T-1", **given: Any) -> CloudEvent:
    defaults = {"transfer": transfer, "cases": [case], "reason": "a seal is broken"}
    return said(custody.CustodyRefused, "custodian", defaults, given)


def declared(case: str = "K55-01", custodian: str = "unc", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "custodian": custodian, "place": "Osan Air Base", "basis": "received at the turnover"}
    return said(custody.CustodyDeclared, "custodian", defaults, given)


def departed(case: str = "K55-01", place: str = "Osan Air Base", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "carrier": "usaf", "mission": "RCH-501", "place": place}
    return said(movements.TransportDeparted, "custodian", defaults, given)


def arrived(case: str = "K55-01", place: str = "Joint Base Pearl Harbor-Hickam", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "carrier": "usaf", "mission": "RCH-501", "place": place}
    return said(movements.TransportArrived, "custodian", defaults, given)


def ceremony(case: str = "K55-01", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "kind": "repatriation", "place": "Osan Air Base"}
    return said(movements.CeremonyHeld, "custodian", defaults, given)


def storage_moved(case: str = "K55-01", place: str = "Vault 2", **given: Any) -> CloudEvent:
    return said(movements.StorageMoved, "custodian", {"cases": [case], "place": place}, given)


def missing(case: str = "K55-01", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "circumstances": "not on its shelf at the count"}
    return said(movements.CaseMissingReported, "custodian", defaults, given)


def found(case: str = "K55-01", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "circumstances": "on another shelf, seals whole"}
    return said(movements.CaseFound, "custodian", defaults, given)


def transferred_abroad(case: str = "K55-01", nation: str = "KOR", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "nation": nation, "receiver": "makri"}
    return said(movements.CustodyTransferredAbroad, "custodian", defaults, given)


# ------------------------------------------------------------------------------------------------- once a stream
_EACH: Final[dict[str, dict[Stream, tuple[type[Fact], Role]]]] = {
    "discrepancy.reported": {
        "custody": (custody.CustodyDiscrepancyReported, "custodian"),
        "identification": (identification.IdentificationDiscrepancyReported, "laboratory"),
        "family": (family.FamilyDiscrepancyReported, "casualty_office"),
    },
    "discrepancy.resolved": {
        "custody": (custody.CustodyDiscrepancyResolved, "operator"),
        "identification": (identification.IdentificationDiscrepancyResolved, "operator"),
        "family": (family.FamilyDiscrepancyResolved, "operator"),
    },
    "hold.placed": {
        "custody": (custody.CustodyHoldPlaced, "custodian"),
        "identification": (identification.IdentificationHoldPlaced, "laboratory"),
        "family": (family.FamilyHoldPlaced, "casualty_office"),
    },
    "hold.lifted": {
        "custody": (custody.CustodyHoldLifted, "custodian"),
        "identification": (identification.IdentificationHoldLifted, "laboratory"),
        "family": (family.FamilyHoldLifted, "casualty_office"),
    },
    "record.corrected": {
        "custody": (custody.CustodyRecordCorrected, "custodian"),
        "identification": (identification.IdentificationRecordCorrected, "laboratory"),
        "family": (family.FamilyRecordCorrected, "casualty_office"),
    },
}


def discrepancy_reported(case: str = "K55-01", stream: Stream = "custody", **given: Any) -> CloudEvent:
    fact, role = _EACH["discrepancy.reported"][stream]
    defaults = {"subject": {"kind": "case", "ref": case}, "kind": "count", "expected": "1", "observed": "2"}
    return said(fact, role, defaults, given)


def discrepancy_resolved(discrepancy: str, stream: Stream = "custody", **given: Any) -> CloudEvent:
    fact, role = _EACH["discrepancy.resolved"][stream]
    defaults = {
        "discrepancy": discrepancy,
        "resolution": "counted again",
        "settled": {"expected": "1", "observed": "2"},
    }
    return said(fact, role, defaults, given)


def hold_placed(hold: str = "H-1", case: str = "K55-01", stream: Stream = "custody", **given: Any) -> CloudEvent:
    fact, role = _EACH["hold.placed"][stream]
    defaults = {"hold": hold, "cases": [case], "scope": ["notify"], "reason": "under review", "authority": "desk-1"}
    return said(fact, role, defaults, given)


def hold_lifted(hold: str = "H-1", stream: Stream = "custody", **given: Any) -> CloudEvent:
    fact, role = _EACH["hold.lifted"][stream]
    return said(fact, role, {"hold": hold, "reason": "review done", "authority": "desk-1"}, given)


def corrected(original: CloudEvent, restated: CloudEvent | None = None, **given: Any) -> CloudEvent:
    """A correction of `original`: that it did not occur or, with `restated`, that it should have said this."""
    fact_said = BY_WIRE_NAME[original["type"]]
    fact, _ = _EACH["record.corrected"][fact_said.stream]
    defaults: dict[str, Any] = {
        "corrects": {name: original[name] for name in ("source", "id", "type")},
        "reason": "did_not_occur" if restated is None else "incorrect_data",
    }
    if restated is not None:
        defaults["replacement"] = {"time": restated["time"], "data": restated["data"]}
    given = {"source": original["source"], **given}
    return said(fact, original["data"]["actor"]["role"], defaults, given)


# ------------------------------------------------------------------------------------------------------- identification
def reviewed(case: str = "K55-01", **given: Any) -> CloudEvent:
    return said(identification.FieldReviewCompleted, "laboratory", {"cases": [case], "human": True}, given)


def accessioned(case: str = "K55-01", **given: Any) -> CloudEvent:
    defaults = {"cases": [case], "accession_number": "2018-201", "laboratory": "dpaa-lab"}
    return said(identification.AccessionCreated, "laboratory", defaults, given)


def opened(case: str = "K55-01", **given: Any) -> CloudEvent:
    defaults = {"case": case, "seals_removed": [], "opened_by": ["analyst-1", "analyst-2"]}
    return said(identification.CaseOpened, "laboratory", defaults, given)


def listed(case: str, **given: Any) -> dict[str, Any]:
    """One thing found in a case, as an inventory lists it."""
    return {"case": case, "kind": "remains", "element": "femur", "side": "left", "completeness": "partial"} | given


def inventoried(parent: str = "K55-01", *cases: str, **given: Any) -> CloudEvent:
    """What was found in a case: one element, `<parent>-A`, unless others are named."""
    defaults = {"parent": parent, "cases": [listed(case) for case in cases or (f"{parent}-A",)]}
    return said(lineage.CaseInventoried, "laboratory", defaults, given)


def mni(scope: str = "TO-2018", value: int = 250, **given: Any) -> CloudEvent:
    defaults = {"scope": scope, "value": value, "method": "most repeated element"}
    return said(identification.MniEstimated, "laboratory", defaults, given)


def split(parent: str = "K55-01", *children: str, **given: Any) -> CloudEvent:
    """One case divided: into `<parent>-A` and `<parent>-B`, unless others are named."""
    defaults = {"parents": [parent], "children": list(children or (f"{parent}-A", f"{parent}-B")), "reason": "commingled"}
    return said(lineage.CaseSplit, "laboratory", defaults, given)


def merged(child: str = "K55-M", *parents: str, **given: Any) -> CloudEvent:
    """Cases joined into one: `K55-01` and `K55-02`, unless others are named."""
    defaults = {"parents": list(parents or ("K55-01", "K55-02")), "children": [child], "reason": "fragments that refit"}
    return said(lineage.CaseMerged, "laboratory", defaults, given)


def sample_cut(parent: str = "K55-01", sample: str = "K55-01-S1", **given: Any) -> CloudEvent:
    defaults = {"parent": parent, "sample": sample, "mass_mg": 800, "remaining_mg": 40_000, "authorised_by": "manager-1"}
    return said(lineage.SampleCut, "laboratory", defaults, given)


def sample_reported(sample: str = "K55-01-S1", status: str = "profile", **given: Any) -> CloudEvent:
    defaults = {"sample": sample, "status": status, "report": "R-1"}
    return said(lineage.SampleReported, "laboratory", defaults, given)


def associated(case: str = "K55-01", individual: str = "2018-201:I-01", **given: Any) -> CloudEvent:
    defaults = {"case": case, "individual": individual, "reason": "consistent elements"}
    return said(identification.CaseAssociated, "laboratory", defaults, given)


def dissociated(case: str = "K55-01", individual: str = "2018-201:I-01", **given: Any) -> CloudEvent:
    defaults = {"case": case, "individual": individual, "reason": "inconsistent elements"}
    return said(identification.CaseDissociated, "laboratory", defaults, given)


def evidence(individual: str = "2018-201:I-01", person: str = "P-0001", **given: Any) -> CloudEvent:
    defaults = {
        "individual": individual,
        "person": person,
        "kind": "mtdna",
        "strength": "supports",
        "author": "analyst-1",
        "reviewer": "analyst-2",
    }
    return said(identification.EvidenceAdded, "laboratory", defaults, given)


def excluded(individual: str = "2018-201:I-01", person: str = "P-0001", **given: Any) -> CloudEvent:
    defaults = {"individual": individual, "person": person, "basis": "sequence differs"}
    return said(identification.ExclusionRecorded, "laboratory", defaults, given)


def exclusion_withdrawn(individual: str = "2018-201:I-01", person: str = "P-0001", **given: Any) -> CloudEvent:
    defaults = {"individual": individual, "person": person, "basis": "reference sample was mislabelled"}
    return said(identification.ExclusionWithdrawn, "laboratory", defaults, given)


def attributed(individual: str = "2018-201:I-01", nation: str = "KOR", **given: Any) -> CloudEvent:
    defaults = {"individuals": [individual], "cases": [], "nation": nation, "basis": "isotopes and equipment"}
    return said(determinations.AttributionDetermined, "laboratory", defaults, given)


def determined(case: str = "K55-01", person: str = "P-0001", determination: str = "D-1", **given: Any) -> CloudEvent:
    defaults = {
        "determination": determination,
        "persons": [person],
        "cases": [case],
        "kind": "initial",
        "lines": ["mtdna", "anthropology"],
        "signed_by": "examiner-1",
    }
    return said(determinations.IdentificationDetermined, "medical_examiner", defaults, given)


def amended(determination: str = "D-1", amendment: str = "A-1", **given: Any) -> CloudEvent:
    """An amendment that adds case `K55-02`, unless `added` or `removed` is given."""
    defaults: dict[str, Any] = {"determination": determination, "amendment": amendment, "reason": "a later portion"}
    if "added" not in given and "removed" not in given:
        defaults["added"] = {"cases": ["K55-02"]}
    return said(determinations.IdentificationAmended, "medical_examiner", defaults, given)


def project_closed(scope: str = "TO-2018", **given: Any) -> CloudEvent:
    return said(identification.ProjectClosed, "laboratory", {"scope": scope}, given)


def rescinded(determination: str = "D-1", **given: Any) -> CloudEvent:
    defaults = {"determination": determination, "reason": "re-examination"}
    return said(determinations.IdentificationRescinded, "medical_examiner", defaults, given)


# --------------------------------------------------------------------------------------------------------------- family
def kin(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    defaults = {
        "person": person,
        "kin": kin,
        "relation": "daughter",
        "basis": "first_degree",
        "zone": "America/Chicago",
        "required": True,
    }
    return said(family.KinRegistered, "casualty_office", defaults, given)


def pnok(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    return said(family.PnokDesignated, "casualty_office", {"person": person, "kin": kin, "basis": "eldest child"}, given)


def padd(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    return said(family.PaddDesignated, "casualty_office", {"person": person, "kin": kin, "basis": "eldest child"}, given)


def kin_updated(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    """A kin who moved to another zone, unless what changed is given."""
    changed = {"relation", "basis", "zone", "contact_hours", "required"} & given.keys()
    defaults = {"person": person, "kin": kin} | ({} if changed else {"zone": "Pacific/Honolulu"})
    return said(family.KinUpdated, "casualty_office", defaults, given)


def kin_deceased(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    return said(family.KinDeceased, "casualty_office", {"person": person, "kin": kin}, given)


def liaison(person: str = "P-0001", liaison: str = "L-1", **given: Any) -> CloudEvent:
    at = given.get("at", AT)
    defaults = {"person": person, "liaison": liaison, "service": "army", "from": at}
    return said(family.LiaisonAssigned, "casualty_office", defaults, given)


def relieved(person: str = "P-0001", liaison: str = "L-1", **given: Any) -> CloudEvent:
    defaults = {"person": person, "liaison": liaison, "service": "army", "from": given.get("at", AT)}
    return said(family.LiaisonRelieved, "casualty_office", defaults, given)


def election(person: str = "P-0001", choice: str = "each_time", **given: Any) -> CloudEvent:
    defaults = {
        "person": person,
        "choice": choice,
        "signed_by": "KIN-1",
        "witness": "officer-1",
        "effective_from": given.get("at", AT),
    }
    return said(family.ElectionRecorded, "casualty_office", defaults, given)


def information(person: str = "P-0001", reference: str = "INF-1", **given: Any) -> CloudEvent:
    defaults = {"person": person, "reference": reference, "approvers": ["officer-1", "officer-2"]}
    return said(family.InformationRecorded, "casualty_office", defaults, given)


def _report(fact: type[Fact], defaults: dict[str, Any], given: dict[str, Any], happened: Any) -> CloudEvent:
    """A report also says in its data when the contact was: at the time of the event, unless `happened` differs."""
    return said(fact, "liaison", defaults | {"at": given.get("at", AT) if happened is None else happened}, given)


def attempted(person: str = "P-0001", kin: str = "KIN-1", happened: Any = None, **given: Any) -> CloudEvent:
    defaults = {"person": person, "kin": kin, "channel": "telephone"} | _named(given)
    return _report(reports.NotificationAttempted, defaults, given, happened)


def delivered(person: str = "P-0001", kin: str = "KIN-1", happened: Any = None, **given: Any) -> CloudEvent:
    """The kin was told: of notice `N-1`, unless `notice`, or `line` and `says`, are given."""
    defaults = {"person": person, "kin": kin, "channel": "in_person"} | _named(given)
    return _report(reports.NotificationDelivered, defaults, given, happened)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {} if "line" in given else {"notice": "N-1"}


def acknowledged(notice: str = "N-1", person: str = "P-0001", happened: Any = None, **given: Any) -> CloudEvent:
    defaults = {"person": person, "kin": "KIN-1", "notice": notice}
    return _report(reports.NotificationAcknowledged, defaults, given, happened)


def unreachable(person: str = "P-0001", kin: str = "KIN-1", happened: Any = None, **given: Any) -> CloudEvent:
    return _report(reports.NotificationUnreachable, {"person": person, "kin": kin, "attempts": 3}, given, happened)


def override(person: str = "P-0001", kin: str = "KIN-1", **given: Any) -> CloudEvent:
    defaults = {
        "person": person,
        "kin": kin,
        "of": "unreachable",
        "authorized_by": ["officer-1", "officer-2"],
        "reason": "three attempts failed",
        "at": given.get("at", AT),
    }
    return said(reports.NotificationOverrideAuthorized, "casualty_office", defaults, given)


def briefed(person: str = "P-0001", determination: str = "D-1", happened: Any = None, **given: Any) -> CloudEvent:
    defaults = {"person": person, "kin": "KIN-1", "determination": determination}
    return _report(reports.BriefingCompleted, defaults, given, happened)


def briefing_declined(person: str = "P-0001", determination: str = "D-1", happened: Any = None, **given: Any) -> CloudEvent:
    defaults = {"person": person, "kin": "KIN-1", "determination": determination}
    return _report(reports.BriefingDeclined, defaults, given, happened)


def directed(person: str = "P-0001", option: str = "burial", **given: Any) -> CloudEvent:
    defaults = {"person": person, "option": option, "place": "a cemetery of the family's choice"}
    return said(returns.DispositionDirected, "casualty_office", defaults, given)


def returned(case: str = "K55-01", to: str = "KIN-1", **given: Any) -> CloudEvent:
    defaults = {"persons": ["P-0001"], "cases": [case], "to": to, "receipt": "RC-1"}
    return said(returns.RemainsReturned, "casualty_office", defaults, given)


def _published(fact: type[Fact], person: str, given: dict[str, Any], **more: Any) -> CloudEvent:
    """A person by name or, where `scope` is given, how many of it in a period: one each, unless the test says otherwise."""
    defaults: dict[str, Any] = {"approvers": ["officer-1", "officer-2"], **more}
    if "scope" in given:
        defaults |= {"class": "aggregate", "period": "2018-09", "count": 2}
    else:
        defaults |= {"class": "name", "person": person}
    return said(fact, "public_affairs", defaults, given)


def publication_approved(person: str = "P-0001", **given: Any) -> CloudEvent:
    return _published(publications.PublicationApproved, person, given)


def published(person: str = "P-0001", **given: Any) -> CloudEvent:
    return _published(publications.PublicationPublished, person, given)


def publication_corrected(person: str = "P-0001", **given: Any) -> CloudEvent:
    return _published(publications.PublicationCorrected, person, given, reason="the identification was rescinded")


def interred(person: str = "P-0001", **given: Any) -> CloudEvent:
    defaults = {"person": person, "place": "a national cemetery"}
    return said(returns.IntermentCompleted, "casualty_office", defaults, given)


def rosette(person: str = "P-0001", **given: Any) -> CloudEvent:
    defaults = {"person": person, "place": "Honolulu Memorial"}
    return said(returns.RosettePlaced, "casualty_office", defaults, given)


def accounted_for(person: str = "P-0001", **given: Any) -> CloudEvent:
    return said(returns.StatusAccountedFor, "casualty_office", {"person": person, "date": "2018-09-20"}, given)


# ------------------------------------------------------------------------------------------------- one of each type
def _of(build: Callable[..., CloudEvent], stream: Stream, *args: Any) -> Callable[..., CloudEvent]:
    return lambda **given: build(*args, stream=stream, **given)


_BUILDERS: Final[tuple[Callable[..., CloudEvent], ...]] = (
    turnover, registered, sealed, released, accepted, refused, declared, departed, arrived, ceremony, storage_moved,
    missing, found, transferred_abroad, reviewed, accessioned, opened, inventoried, mni, split, merged, associated,
    dissociated, sample_cut, sample_reported, evidence, excluded, exclusion_withdrawn, attributed, determined, amended,
    rescinded, project_closed, kin, kin_updated, kin_deceased, pnok, padd, liaison, relieved, election, attempted,
    delivered, acknowledged, unreachable, override, briefed, briefing_declined, information, directed, returned,
    accounted_for, publication_approved, published, publication_corrected, interred, rosette,
    *(_of(build, stream) for build in (discrepancy_reported, hold_placed, hold_lifted) for stream in STREAMS),
    *(_of(discrepancy_resolved, stream, "case:K55-01/count/T-1") for stream in STREAMS),
    lambda **given: corrected(released(), **given),
    lambda **given: corrected(evidence(), **given),
    lambda **given: corrected(pnok(), **given),
)  # fmt: skip
EVERY: Final[dict[str, Callable[..., CloudEvent]]] = {build()["type"]: build for build in _BUILDERS}
"""Wire name -> builder, one for every type of the catalogue."""
