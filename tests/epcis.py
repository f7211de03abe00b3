"""EPCIS 2.0 as a logistics system would send it: valid events and documents, of which a test spells out what it is about."""

from typing import Any, Final

Json = dict[str, Any]

CONTEXT: Final = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"rosette": "urn:rosette:epcis:"},
]
ABSENT: Final = object()
"""The value of a member that a test wants left out."""

GRANT: Final = """
[sources.epcis]
source = "{source}"
cases = ["urn:example:case:{{case}}"]
parties = ["urn:example:party:{{party}}"]
places = ["urn:example:place:{{place}}"]
transfers = ["urn:example:transfer:{{transfer}}"]
turnovers = ["urn:example:turnover:{{turnover}}"]
"""


def case(number: str = "K55-01") -> str:
    return f"urn:example:case:{number}"


def event(type: str = "ObjectEvent", /, **given: Any) -> Json:
    """Members of the `rosette` namespace are given as `rosette_<name>`."""
    members: Json = {
        "type": type,
        "eventTime": "2018-07-27T05:55:00+09:00",
        "eventTimeZoneOffset": "+09:00",
        "readPoint": {"id": "urn:example:place:Osan%20Air%20Base"},
    }
    if type != "TransformationEvent":
        members["action"] = "OBSERVE"
    for name, value in given.items():
        members[name.replace("rosette_", "rosette:")] = value
    return {name: value for name, value in members.items() if value is not ABSENT}


def accepting(*cases: str, by: str = "unc", to: str = "usaf", **given: Any) -> Json:
    """A hand-over as one event: who had them, and who answers for them now."""
    defaults: Json = {
        "epcList": [case(each) for each in cases or ("K55-01",)],
        "bizStep": "accepting",
        "bizTransactionList": [{"type": "bol", "bizTransaction": "urn:example:transfer:T-1"}],
        "sourceList": [{"type": "possessing_party", "source": f"urn:example:party:{by}"}],
        "destinationList": [{"type": "possessing_party", "destination": f"urn:example:party:{to}"}],
        "rosette_purpose": "onward movement",
        "rosette_seals": [],
        "rosette_condition": "intact",
    }
    return event("ObjectEvent", **defaults | given)


def document(*events: Json, **given: Any) -> Json:
    members: Json = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2018-07-27T09:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return {name: value for name, value in (members | given).items() if value is not ABSENT}
