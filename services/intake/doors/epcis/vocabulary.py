"""The words of the standard (EPCIS 2.0, CBV 2.0) that its JSON schema closes, and what else may stand in their place."""

import re
from typing import Final

CBV: Final = "https://ref.gs1.org/cbv/"

BIZ_STEPS: Final = frozenset(
    {
        "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning", "creating_class_instance",
        "cycle_counting", "decommissioning", "departing", "destroying", "disassembling", "dispensing", "encoding",
        "entering_exiting", "holding", "inspecting", "installing", "killing", "loading", "other", "packing", "picking",
        "receiving", "removing", "repackaging", "repairing", "replacing", "reserving", "retail_selling", "sampling",
        "sensor_reporting", "shipping", "staging_outbound", "stock_taking", "stocking", "storing", "transporting",
        "unloading", "unpacking", "void_shipping",
    }
)  # fmt: skip
DISPOSITIONS: Final = frozenset(
    {
        "active", "available", "completeness_inferred", "completeness_verified", "conformant", "container_closed",
        "container_open", "damaged", "destroyed", "dispensed", "disposed", "encoded", "expired", "in_progress", "in_transit",
        "inactive", "mismatch_class", "mismatch_instance", "mismatch_quantity", "needs_replacement", "no_pedigree_match",
        "non_conformant", "non_sellable_other", "partially_dispensed", "recalled", "reserved", "retail_sold", "returned",
        "sellable_accessible", "sellable_not_accessible", "stolen", "unavailable", "unknown",
    }
)  # fmt: skip
TRANSACTIONS: Final = frozenset(
    {
        "bol", "cert", "desadv", "inv", "pedigree", "po", "poc", "prodorder", "recadv", "rma", "testprd", "testres", "upevt",
    }
)  # fmt: skip
ENDS: Final = frozenset({"owning_party", "possessing_party", "location"})
ERRORS: Final = frozenset({"did_not_occur", "incorrect_data"})

FIRST_PART: Final = {"bizStep": "BizStep-", "disposition": "Disp-", "transaction": "BTT-", "end": "SDT-", "error": "ER-"}
"""How the words of each kind begin in the web vocabulary: `https://ref.gs1.org/cbv/BizStep-accepting`."""

WORDS: Final = {
    "bizStep": BIZ_STEPS,
    "disposition": DISPOSITIONS,
    "transaction": TRANSACTIONS,
    "end": ENDS,
    "error": ERRORS,
}

_PLAIN: Final = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})"
URI: Final = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:{_PLAIN}*(?:\?(?:{_PLAIN}|\?)*)?(?:#(?:{_PLAIN}|\?)*)?")
"""RFC 3986, without IP literals in brackets, which name no thing."""

OLD_CBV: Final = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
"""How EPCIS 1.x wrote its vocabulary. The JSON of 2.0 does not take it."""


def is_uri(text: str) -> bool:
    return URI.fullmatch(text) is not None


def is_word(kind: str, text: str) -> bool:
    """Whether a value may stand where a word of this kind belongs: a bare word of the standard, or any other URI."""
    return text in WORDS[kind] or (is_uri(text) and OLD_CBV.match(text) is None)


def bare(kind: str, uri: str) -> str:
    """The word of the standard that a full URI names; what is no such word stays as it is.

    >>> bare("bizStep", "https://ref.gs1.org/cbv/BizStep-accepting")
    'accepting'
    """
    word = uri.removeprefix(CBV + FIRST_PART[kind])
    return word if word in WORDS[kind] else uri
