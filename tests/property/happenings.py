"""What may happen in a story, by matter. Each says one thing, or does nothing where nothing fits."""

from typing import Any, Final

from services.tracker.model.holds import removed, rescinded
from tests import facts
from tests.facts import ABSENT
from tests.property.stories import CASES, INDIVIDUALS, PARTIES, PERSONS, Teller

TRANSFERS: Final = {"T-1": ("unc", "usaf"), "T-2": ("usaf", "dpaa-lab"), "T-3": ("unc", "dpaa-lab")}
"""Each with who lets go and who is to take: an id has one use."""


# ------------------------------------------------------------------------------------------------------------- custody
def registered(tell: Teller) -> None:
    """Each case once: two registrations are a question of identity."""
    number = tell.one_of(CASES)
    if not any(each["data"]["case"] == number for each in tell.known("case.registered")):
        tell.say(facts.registered, number, tell.one_of(PARTIES))


def all_registered(tell: Teller) -> None:
    for number in CASES:
        tell.say(facts.registered, number, "unc", turnover="TO-1")


def released(tell: Teller) -> None:
    transfer = tell.one_of(tuple(TRANSFERS))
    giver, taker = TRANSFERS[transfer]
    tell.say(facts.released, "", transfer, cases=_some(tell, CASES), released_by=giver, released_to=taker)


def accepted(tell: Teller) -> None:
    transfer = tell.one_of(tuple(TRANSFERS))
    taker = TRANSFERS[transfer][1] if not tell.chance() else tell.one_of(PARTIES)
    tell.say(facts.accepted, "", transfer, cases=_some(tell, CASES), accepted_by=taker)


def refused(tell: Teller) -> None:
    tell.say(facts.refused, "", tell.one_of(tuple(TRANSFERS)), cases=_some(tell, CASES))


def declared(tell: Teller) -> None:
    tell.say(facts.declared, tell.one_of(CASES), tell.one_of(PARTIES))


def moved(tell: Teller) -> None:
    tell.say(tell.one_of((facts.departed, facts.arrived, facts.storage_moved)), tell.one_of(CASES))


CUSTODY: Final = (released, released, accepted, accepted, refused, declared, moved)


# ------------------------------------------------------------------------------------------------------------- lineage
def numbers(tell: Teller) -> tuple[str, ...]:
    """Every case so far, those that came out of others included."""
    found = [*CASES]
    for each in tell.said:
        data = each["data"]
        found += data.get("children", ()) if "parents" in data else [data["sample"]] if "remaining_mg" in data else ()
        found += [one["case"] for one in data["cases"]] if each["type"].endswith("inventoried.v1") else ()
    return tuple(dict.fromkeys(found))


def inventoried(tell: Teller) -> None:
    parent = tell.one_of(numbers(tell))
    tell.say(facts.inventoried, parent, tell.next(f"{parent}-i"))


def split(tell: Teller) -> None:
    parent = tell.one_of(numbers(tell))
    tell.say(facts.split, parent, tell.next(f"{parent}-a"), tell.next(f"{parent}-b"))


def merged(tell: Teller) -> None:
    first = tell.one_of(numbers(tell))
    second = tell.one_of([one for one in numbers(tell) if one != first])
    tell.say(facts.merged, tell.next("K-m"), first, second)


def sampled(tell: Teller) -> None:
    parent = tell.one_of(numbers(tell))
    masses = {"mass_mg": tell.one_of((100, 500)), "remaining_mg": tell.one_of((0, 100, 450, 900))}
    tell.say(facts.sample_cut, parent, tell.next(f"{parent}-s"), **masses)


def descended_from_known(tell: Teller) -> None:
    """A case is said to come out of one that may have come out of it: this can close a circle."""
    child = tell.one_of(numbers(tell))
    parent = tell.one_of([one for one in numbers(tell) if one != child])
    tell.say(facts.inventoried, parent, child)


def reported(tell: Teller) -> None:
    if known := tell.known("sample.cut"):
        sample = tell.one_of(known)["data"]["sample"]
        tell.say(facts.sample_reported, sample, tell.one_of(("profile", "consumed")))


LINEAGE: Final = (inventoried, split, merged, sampled)


# ------------------------------------------------------------------------------------------------- leaving our custody
def returned(tell: Teller) -> None:
    tell.say(facts.returned, tell.one_of(CASES))


def transferred_abroad(tell: Teller) -> None:
    tell.say(facts.transferred_abroad, tell.one_of(CASES))


def went_missing(tell: Teller) -> None:
    tell.say(facts.missing, tell.one_of(CASES))


def found(tell: Teller) -> None:
    tell.say(facts.found, tell.one_of(CASES))


LEAVING: Final = (returned, transferred_abroad, went_missing, found, found)


# ------------------------------------------------------------------------------------------------------ the laboratory
def associated(tell: Teller) -> None:
    tell.say(facts.associated, tell.one_of(CASES), tell.one_of(INDIVIDUALS))


def dissociated(tell: Teller) -> None:
    if known := tell.known("case.associated"):
        data = tell.one_of(known)["data"]
        tell.say(facts.dissociated, data["case"], data["individual"])


def excluded(tell: Teller) -> None:
    tell.say(facts.excluded, person=tell.one_of(PERSONS), **_subject(tell))


def excluded_case(tell: Teller) -> None:
    """Any case, a sample or another part of one included."""
    tell.say(facts.excluded, person=tell.one_of(PERSONS), individual=ABSENT, case=tell.one_of(numbers(tell)))


def exclusion_withdrawn(tell: Teller) -> None:
    if known := tell.known("exclusion.recorded"):
        data = tell.one_of(known)["data"]
        subject = {"individual": data.get("individual", ABSENT), "case": data.get("case", ABSENT)}
        tell.say(facts.exclusion_withdrawn, person=data["person"], **subject)


def attributed(tell: Teller) -> None:
    named = {"individuals": [tell.one_of(INDIVIDUALS)]} if tell.chance() else {"individuals": [], "cases": [tell.one_of(CASES)]}
    tell.say(facts.attributed, **named)


def estimated(tell: Teller) -> None:
    tell.say(facts.mni, "TO-1", tell.one_of((0, 1, 2, 3, 5)))


# -------------------------------------------------------------------------------------------------------- the examiner
def determined(tell: Teller) -> None:
    tell.say(facts.determined, person=tell.one_of(PERSONS), determination=tell.next("D"), **_remains(tell))


def determined_by_name(tell: Teller) -> None:
    """Of cases alone, through no individual."""
    person, id = tell.one_of(PERSONS), tell.next("D")
    tell.say(facts.determined, person=person, determination=id, cases=_some(tell, CASES))


def rescinded_(tell: Teller) -> None:
    if known := tell.known("identification.determined"):
        tell.say(facts.rescinded, tell.one_of(known)["data"]["determination"])


def restated(tell: Teller) -> None:
    """The examiner corrects of which remains a determination was."""
    if known := tell.known("identification.determined"):
        original = tell.one_of(known)
        data = original["data"]
        named = {"person": data["persons"][0], "determination": data["determination"], "at": original["time"]}
        instead = facts.determined(id="never-sent", **named, **_remains(tell))
        tell.say(facts.corrected, original, instead)


def corrected_by_the_laboratory(tell: Teller) -> None:
    """What only the examiner may take back."""
    if known := tell.known("identification.determined") + tell.known("identification.rescinded"):
        tell.say(facts.corrected, tell.one_of(known), role="laboratory")


def did_not_occur(tell: Teller) -> None:
    """Something was said that did not happen; it may have been a correction."""
    if tell.said:
        tell.say(facts.corrected, tell.one_of(tell.said))


def redated(tell: Teller) -> None:
    """Something happened at another time than was said."""
    originals = [each for each in tell.said if "record.corrected" not in each["type"]]
    if originals:
        original = tell.one_of(originals)
        tell.say(facts.corrected, original, original | {"time": tell.now.isoformat()})


CORRECTIONS: Final = (did_not_occur, redated)


# --------------------------------------------------------------------------------------------- holds and discrepancies
def held(tell: Teller) -> None:
    on_person = tell.chance()
    remains: dict[str, Any] = {"cases": (), "person": tell.one_of(PERSONS)} if on_person else {"cases": [tell.one_of(CASES)]}
    stream = "family" if on_person else tell.one_of(("custody", "identification"))
    scope = tell.one_of((["notify"], ["notify", "move"], ["return"]))
    tell.say(facts.hold_placed, tell.next("H"), stream=stream, scope=scope, **remains)


def lifted(tell: Teller) -> None:
    placed = [each for each in tell.said if each["type"].endswith("hold.placed.v1")]
    if placed:
        hold = tell.one_of(placed)
        tell.say(facts.hold_lifted, hold["data"]["hold"], stream=hold["type"].split(".")[2])


def examiner_lifted(tell: Teller) -> None:
    """The hold that came of taking a determination back."""
    if known := tell.known("identification.determined"):
        hold = tell.one_of((removed, rescinded))(tell.one_of(known)["data"]["determination"])
        tell.say(facts.hold_lifted, hold, stream="identification", role="medical_examiner")


def disagreed(tell: Teller) -> None:
    kind = tell.one_of(("count", "seal", "condition"))
    tell.say(facts.discrepancy_reported, tell.one_of(CASES), kind=kind, anchor=tell.next("A"))


def settled(tell: Teller) -> None:
    if known := tell.known("custody.discrepancy.reported"):
        data = tell.one_of(known)["data"]
        tell.say(facts.discrepancy_resolved, f"case:{data['subject']['ref']}/{data['kind']}/{data['anchor']}")


# ---------------------------------------------------------------------------------------------------------- the family
def kin_of(person: str) -> tuple[str, str]:
    """The primary next of kin at first, and another who must be told."""
    return f"KIN-{person[-1]}A", f"KIN-{person[-1]}B"


def families(tell: Teller) -> None:
    """Two families, each with a primary next of kin, another kin and a liaison."""
    for person in PERSONS:
        for kin in kin_of(person):
            tell.say(facts.kin, person, kin)
        tell.say(facts.pnok, person, kin_of(person)[0])
        tell.say(facts.liaison, person, "L-1")


def designated(tell: Teller) -> None:
    person = tell.one_of(PERSONS)
    tell.say(facts.pnok, person, tell.one_of(kin_of(person)))


def assigned(tell: Teller) -> None:
    person = tell.one_of(PERSONS)
    tell.say(facts.liaison, person, tell.one_of(("L-1", "L-2", "L-3")), kin=tell.one_of((*kin_of(person), ABSENT)))


def overridden(tell: Teller) -> None:
    person = tell.one_of(PERSONS)
    kin = kin_of(person)[0]
    tell.say(facts.unreachable, person, kin)
    tell.say(facts.override, person, kin)


def padd(tell: Teller) -> None:
    """Of each family the primary next of kin also directs disposition."""
    for person in PERSONS:
        tell.say(facts.padd, person, kin_of(person)[0])


def briefed(tell: Teller) -> None:
    if known := tell.known("identification.determined"):
        data = tell.one_of(known)["data"]
        person = data["persons"][0]
        build = tell.one_of((facts.briefed, facts.briefing_declined))
        tell.say(build, person, data["determination"], kin=kin_of(person)[0])


def published(tell: Teller) -> None:
    of = tell.one_of(("name", "full"))
    tell.say(tell.one_of((facts.publication_approved, facts.published)), tell.one_of(PERSONS), **{"class": of})


def elected(tell: Teller) -> None:
    person = tell.one_of(PERSONS)
    signer = kin_of(person)[1 if tell.chance() else 0]
    tell.say(facts.election, person, tell.one_of(("each_time", "never", "at_end", "ask_me_first")), signed_by=signer)


def closed(tell: Teller) -> None:
    tell.say(facts.project_closed, "TO-1")


def _some(tell: Teller, things: tuple[str, ...]) -> list[str]:
    """One of them, or several."""
    return [*things[:2]] if tell.chance() else [tell.one_of(things)]


def _subject(tell: Teller) -> dict[str, Any]:
    return {"individual": tell.one_of(INDIVIDUALS)} if tell.chance() else {"individual": ABSENT, "case": tell.one_of(CASES)}


def _remains(tell: Teller) -> dict[str, Any]:
    return {"cases": [], "individuals": [tell.one_of(INDIVIDUALS)]} if tell.chance() else {"cases": _some(tell, CASES)}
