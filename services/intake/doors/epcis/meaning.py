"""What an event of EPCIS means: the table of docs/epcis.md. Pure; physical facts only, never kin, identification or notice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.intake.doors.epcis.reading import ABSENT, Reading, Told, single
from services.intake.grants import Source
from shared.events import custody, identification, lineage, movements
from shared.events.base import Fact


@dataclass(frozen=True, slots=True)
class Meant:
    """One fact of an event. `number` is the same whoever sends the event and however its lists are ordered."""

    number: int
    fact: type[Fact]
    fields: Mapping[str, Told]


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Valid, and nothing of ours: no fact is made of it, and it is no error."""

    reason: str


Facts = Iterator[Meant]


def meaning(reading: Reading, source: Source) -> Sequence[Meant] | NotApplicable:
    """The facts that an event states, or why it states none."""
    if reading.subjects().value == ():
        return NotApplicable("it names no case by the templates of the grant")
    told = teller(reading)
    if isinstance(told, NotApplicable):
        return told
    return list(told(reading, source))


def teller(reading: Reading) -> Callable[[Reading, Source], Facts] | NotApplicable:
    """Who tells the facts of this event: by its transaction, its business step, its disposition, its type, in this order."""
    step, dispositions = reading.bizstep, reading.dispositions
    takes_back = reading.event.get("action") == "DELETE" and reading.type in ("ObjectEvent", "TransactionEvent")
    if takes_back and step != "holding":
        return NotApplicable(
            "action DELETE ends a link or a thing; to take back what was said, send it with an errorDeclaration"
        )
    if reading.type == "TransactionEvent" and reading.has_transaction("desadv") and not reading.has_transaction("recadv"):
        return declared
    if reading.type == "TransactionEvent" and reading.has_transaction("recadv"):
        return received
    if step in BY_STEP:
        return BY_STEP[step]
    if "container_closed" in dispositions:
        return sealed
    if "container_open" in dispositions:
        return opened
    if step in MEANS_LESS:
        return NotApplicable(MEANS_LESS[step])
    if reading.type == "TransformationEvent":
        return regrouped(reading)
    return NotApplicable("neither its business step nor its disposition says anything of the custody of a case")


# ------------------------------------------------------------------------------------------------- manifest and receipt
def declared(reading: Reading, _: Source) -> Facts:
    yield Meant(
        1,
        custody.TurnoverDeclared,
        {
            "turnover": reading.transaction(reading.grant.turnovers, "turnover"),
            "kind": reading.extension("kind"),
            "from_party": reading.party("sourceList"),
            "to_party": reading.party("destinationList"),
            "place": reading.place(),
            "expected_cases": reading.subjects(),
            "containers_sent": reading.extension("containers_sent"),
        },
    )


def received(reading: Reading, _: Source) -> Facts:
    for number, case in enumerate(single(reading.subjects()), 1):
        yield Meant(
            number,
            custody.CaseRegistered,
            {
                "case": case,
                "kind": reading.extension("kind", "transfer_case"),
                "custodian": reading.party("destinationList"),
                "turnover": reading.transaction(reading.grant.turnovers, "turnover"),
                "label": reading.extension("label", uri_at(reading, case)),
                "declared_contents": reading.extension("declared_contents"),
                "place": reading.place(),
            },
        )


def uri_at(reading: Reading, case: Told) -> Any:
    """What its sender calls it."""
    value: Any = reading.event
    for part in case.pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


# ------------------------------------------------------------------------------------------------- custody and transport
def handed_over(reading: Reading, source: Source) -> Facts:
    """The halves that the sender may speak for: where it may speak for one party only, the other half waits for the other."""
    by, to = reading.party("sourceList"), reading.party("destinationList")
    releases = by.value is not ABSENT and source.speaks_for(by.value)
    accepts = to.value is not ABSENT and source.speaks_for(to.value)
    if releases:
        yield from released(reading, source)
    if accepts or not releases:
        from_whom = {"accepted_from": by} if by.value is not ABSENT else {}
        yield Meant(
            2,
            custody.CustodyAccepted,
            {
                "transfer": reading.transaction(reading.grant.transfers, "transfer"),
                "cases": reading.subjects(),
                **from_whom,
                "accepted_by": to,
                "place": reading.place(),
                "seals_seen": reading.extension("seals"),
                "condition": reading.extension("condition"),
            },
        )


def released(reading: Reading, _: Source) -> Facts:
    yield Meant(
        1,
        custody.CustodyReleased,
        {
            "transfer": reading.transaction(reading.grant.transfers, "transfer"),
            "cases": reading.subjects(),
            "released_by": reading.party("sourceList"),
            "released_to": reading.party("destinationList"),
            "place": reading.place(),
            "purpose": reading.extension("purpose"),
            "seals": reading.extension("seals"),
            "condition": reading.extension("condition"),
        },
    )


def departed(reading: Reading, _: Source) -> Facts:
    yield Meant(1, movements.TransportDeparted, {**journey(reading), "bound_for": reading.bound_for()})


def arrived(reading: Reading, _: Source) -> Facts:
    yield Meant(1, movements.TransportArrived, journey(reading))


def journey(reading: Reading) -> dict[str, Told]:
    return {
        "cases": reading.subjects(),
        "carrier": reading.extension("carrier"),
        "mission": reading.extension("mission"),
        "place": reading.place(),
    }


def sealed(reading: Reading, _: Source) -> Facts:
    for number, case in enumerate(containers(reading), 1):
        yield Meant(number, custody.CaseSealed, {"case": case, "seals": reading.extension("seals")})


def held(reading: Reading, _: Source) -> Facts:
    hold = {name: reading.extension(name) for name in ("hold", "reason", "authority")}
    if reading.event.get("action") == "DELETE":
        yield Meant(2, custody.CustodyHoldLifted, hold)
    else:
        yield Meant(1, custody.CustodyHoldPlaced, hold | {"cases": reading.subjects(), "scope": reading.extension("scope")})


# ------------------------------------------------------------------------------------------------- in the laboratory
MISMATCHES: Final = {"mismatch_quantity": "count", "mismatch_instance": "identity"}


def opened(reading: Reading, _: Source) -> Facts:
    """Opened; and where what it held is not what was expected, a discrepancy beside it."""
    for n, case in enumerate(containers(reading)):
        yield Meant(
            2 * n + 1,
            identification.CaseOpened,
            {"case": case, "seals_removed": reading.extension("seals"), "opened_by": reading.extension("opened_by")},
        )
        if found := sorted(MISMATCHES.keys() & reading.dispositions):
            yield Meant(
                2 * n + 2,
                identification.IdentificationDiscrepancyReported,
                {
                    "subject": case if case.value is ABSENT else Told({"kind": "case", "ref": case.value}, case.pointer),
                    "kind": Told(MISMATCHES[found[0]], "/disposition"),
                    "expected": reading.extension("expected"),
                    "observed": reading.extension("observed"),
                },
            )


def containers(reading: Reading) -> Sequence[Told]:
    """What is opened or closed: the parent where it is a case, else each case that is listed."""
    parent = reading.parent()
    return [parent] if parent.value is not ABSENT else single(reading.subjects())


def reviewed(reading: Reading, _: Source) -> Facts:
    others = {name: reading.extension(name) for name in ("turnover", "human", "mni")}
    yield Meant(1, identification.FieldReviewCompleted, {"cases": reading.subjects(), **others})


def sampled(reading: Reading, _: Source) -> Facts:
    """One parent and one sample: as parent and child, or as what went in and what came out."""
    if reading.type == "TransformationEvent":
        parent, sample = only(reading.cases("inputEPCList")), only(reading.cases("outputEPCList"))
    else:
        parent, sample = reading.parent(), only(reading.cases("childEPCs"))
    others = {name: reading.extension(name) for name in ("mass_mg", "remaining_mg", "authorised_by")}
    yield Meant(1, lineage.SampleCut, {"parent": parent, "sample": sample, **others})


def only(listed: Told) -> Told:
    if listed.value is ABSENT or len(listed.value) == 1:
        return single(listed)[0]
    return Told(ABSENT, listed.pointer, "exactly one case is needed")


def regrouped(reading: Reading) -> Callable[[Reading, Source], Facts] | NotApplicable:
    before, after = reading.cases("inputEPCList"), reading.cases("outputEPCList")
    if not before.value or not after.value:
        return NotApplicable("cases become cases: one side names none")
    merged = after.value is not ABSENT and len(after.value) == 1
    if merged and before.value is not ABSENT and len(before.value) == 1:
        return NotApplicable("one case became one case: neither a split nor a merge")
    fact: type[Fact] = lineage.CaseMerged if merged else lineage.CaseSplit
    fields = {"parents": before, "children": after, "reason": reading.extension("reason")}
    return lambda _, __: iter([Meant(1, fact, fields)])


BY_STEP: Final[Mapping[str, Callable[[Reading, Source], Facts]]] = {
    "accepting": handed_over,
    "departing": departed,
    "transporting": departed,
    "arriving": arrived,
    "unpacking": opened,
    "inspecting": reviewed,
    "sampling": sampled,
    "holding": held,
}
MEANS_LESS: Final = {
    "receiving": "receiving says that something came in, not who answers for it now: that is accepting",
    "shipping": "shipping says that something went out, not who answers for it now: that is accepting",
}
