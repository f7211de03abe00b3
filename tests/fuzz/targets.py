"""What is fuzzed: each target takes any bytes, and raises where something is true that must never be."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from services.intake import row_report
from services.intake.admit import Admitted, Submission, admit
from services.intake.conformance import ANYBODY, checked
from services.intake.doors.epcis.capturing import concluded, judged
from services.intake.doors.epcis.document import Stated, document_of, event_of
from services.intake.doors.files import Row
from services.intake.doors.imports import LINES, TABLE, ImportDoor
from services.intake.epcis_grant import EpcisGrant
from services.intake.problems import Refused
from services.intake.rehearsal import Rehearsed, compared
from services.intake.strict_json import Parsed, parse
from services.intake.submit import statements
from shared import wire
from shared.key_sets import public_keys
from shared.tokens import Genuine, Issuer, Untrue, check, claimed
from tests import facts
from tests.epcis import CONTEXT, accepting, case, document, event
from tests.unit.test_intake_files import AT, MAPPING

RECORDED: Final = "2018-07-28T00:00:00Z"


@dataclass(frozen=True)
class Target:
    """`seeds` are where the search begins, beside the corpus."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


# ------------------------------------------------------------------------------------------------- wire
def wire_(data: bytes) -> None:
    """Whatever is sent is refused with a document, or admitted; and what is admitted, the tracker reads as the same event."""
    parsed = parse(data)
    if isinstance(parsed, Refused):
        told(parsed)
        return
    assert not isinstance(wire.decode("custody", {b"epoch": b"0" * 16, b"seq": b"1", b"event": data}), wire.Decoded)
    said = parsed.value if isinstance(parsed.value, list) else [parsed.value]
    for each in said:
        decided = admit(Submission(each, "http", RECORDED, parsed.suspect), ANYBODY)
        if isinstance(decided, Refused):
            told(decided)
            continue
        kept(decided)
        assert wire.canonical(each) == wire.canonical(json.loads(decided.body))


def kept(admitted: Admitted) -> None:
    """An admitted statement as an entry of its stream, and as the tracker reads it there."""
    event = admitted.event
    fields = {b"epoch": b"0" * 16, b"seq": b"1", b"digest": event.digest.encode(), b"event": admitted.body}
    decoded = wire.decode(event.stream, fields)
    assert isinstance(decoded, wire.Decoded), decoded
    since = decoded.event
    assert since == replace(event, recorded_at=since.recorded_at, submitter=since.submitter)


def told(refused: Refused) -> None:
    """It can be sent, and has no line of a log in it."""
    text = orjson.dumps(refused.document())
    assert len(text) < 100_000
    assert "\n" not in refused.detail


def wire_seeds() -> Iterator[bytes]:
    yield from (orjson.dumps(build()) for build in facts.EVERY.values())
    yield orjson.dumps(facts.corrected(facts.released(), facts.released(purpose="burial")))
    yield b'[{"id": NaN, "id": "\\ud800"}, 1e999, "\\u0000"]'


# ------------------------------------------------------------------------------------------------- EPCIS
GRANT: Final = EpcisGrant(
    source="urn:example:unc",
    cases=("urn:example:case:{case}",),
    parties=("urn:example:party:{party}",),
    places=("urn:example:place:{place}",),
    transfers=("urn:example:transfer:{transfer}",),
    turnovers=("urn:example:turnover:{turnover}",),
)


def epcis(data: bytes) -> None:
    """Every event of a document ends in some way that can be told, and in the same way when it comes again."""
    found = document_of(data)
    single = event_of(data)
    for each in (found, single):
        if isinstance(each, Refused):
            told(each)
    stated = [*([] if isinstance(found, Refused) else found), *([single] if isinstance(single, Stated) else [])]
    for each in stated:
        assert ended(each) == ended(each)


def ended(stated: Stated) -> bytes:
    found = judged(stated, ANYBODY, GRANT)
    decided = [admit(Submission(fact.said, "epcis", RECORDED), ANYBODY) for fact in found.facts]
    for each in decided:
        if isinstance(each, Admitted):
            kept(each)
    return orjson.dumps(concluded(found, list(compared(decided, {}))).document())


def epcis_seeds() -> Iterator[bytes]:
    steps = ("departing", "arriving", "unpacking", "inspecting", "sampling", "holding", "accepting")
    events = [accepting(), accepting(eventID="urn:example:event:1")]
    events += [event(bizStep=step, epcList=[case()], rosette_seals=[], rosette_hold="H-1") for step in steps]
    events += [event("AggregationEvent", parentID=case(), childEPCs=[case("a")], disposition="container_closed")]
    events += [event("TransformationEvent", inputEPCList=[case("a")], outputEPCList=[case("b")], rosette_reason="sorted")]
    events += [event("TransactionEvent", bizTransactionList=[{"type": "recadv", "bizTransaction": "urn:example:turnover:T"}])]
    declared = {"declarationTime": "2018-07-28T00:00:00Z", "reason": "did_not_occur"}
    events.append(accepting(eventID="urn:example:event:1", errorDeclaration=declared))
    yield from (orjson.dumps(document(each)) for each in events)
    yield from (orjson.dumps({"@context": CONTEXT, **each}) for each in events[:2])
    yield orjson.dumps(document(*events))


# ------------------------------------------------------------------------------------------------- files
UNUSED: Final = cast("Any", None)
DOOR: Final = ImportDoor(UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, Path("/nonexistent"))
MEDIA_TYPES: Final = {b"t": TABLE, b"l": LINES}


def files(data: bytes) -> None:
    """Any table, by any mapping, and any lines: each row has an outcome, and no cell of the report is a formula.

    `t` a mapping, U+0000 and a table; `l` events line by line; `j` events one after the other.
    """
    kind, content = data[:1], data[1:]
    if kind == b"j":
        separate(content)
        return
    mapping, _, body = content.partition(b"\0") if kind == b"t" else (None, b"", content)
    given = None if mapping is None else mapping.decode(errors="replace")
    read = DOOR.read(body, MEDIA_TYPES.get(kind, LINES), given, ANYBODY)
    if isinstance(read, Refused):
        told(read)
        return
    outcomes = list(checked(read.rows, ANYBODY, RECORDED))
    report(outcomes)
    if read.used is not None:
        orjson.dumps([row.said.value for row in read.rows if isinstance(row.said, Parsed)])


def report(outcomes: Sequence[tuple[Row, Rehearsed | Refused]]) -> None:
    document = row_report.document(len(outcomes), list(outcomes), [])
    assert orjson.loads(orjson.dumps(document))["answered"] == len(outcomes)
    for row, each in outcomes:
        cells = [row_report.harmless(cell) for cell in row_report.cells(row, each)]
        assert not [cell for cell in cells if cell.startswith(row_report.FORMULA)]


def separate(content: bytes) -> None:
    try:
        texts = list(statements(content.decode()))
    except ValueError:
        return
    report(list(checked([Row(n, parse(each.encode())) for n, each in enumerate(texts, 1)], ANYBODY, RECORDED)))


def files_seeds() -> Iterator[bytes]:
    table = f'Box,At,Label\nK55-01,{AT},Box 1 of 55\nK55-02;,{AT},\n,yesterday,"x, y"\n'
    kinds = '"data.n:integer" = "Box"\n"data.b:boolean" = "At"\n"data.l:list" = "Label"\n[constants]'
    yield b"t" + f"{MAPPING}\0{table}".encode()
    yield b"t" + f"{MAPPING.replace('[constants]', kinds)}\0{table.replace(',', ';')}".encode()
    lines = [orjson.dumps(facts.released(id="E-1")), b'{"id": NaN}', b"{", orjson.dumps(facts.pnok())]
    yield b"l" + b"\n".join(lines)
    yield b"j[" + b",".join([lines[0], lines[3]]) + b"]"
    yield b"j" + lines[0]


# ------------------------------------------------------------------------------------------------- tokens
NOW: Final = datetime(2026, 7, 27, 12, tzinfo=UTC)
ISSUER: Final = Issuer(
    issuer="https://id.example", audience="rosette", jwks_url="https://id.example/jwks", algorithms=frozenset({"ES256"})
)
SIGNER: Final = ec.derive_private_key(2018, ec.SECP256R1())
"""Anybody's key, always the same, so that a token of the corpus has a signature that holds."""
KEY: Final = ECKey.import_key(SIGNER.public_key())
HALF: Final = 32


def tokens(data: bytes) -> None:
    """Nothing is believed but what the key has signed, with the claims that are needed, as another reading of them finds.

    `s` a header and, on the next line, claims, which are signed; `k` keys of an issuer; anything else is a token as it comes.
    """
    if data[:1] == b"k":
        try:
            public_keys(data[1:])
        except (ValueError, RecursionError):
            return
    elif data[:1] == b"s":
        judge(signed(*data[1:].partition(b"\n")[::2]))
    else:
        judge(data.decode("latin-1"))


def judge(token: str) -> None:
    said = claimed(token)
    if isinstance(said, Untrue):
        return
    found = check(token, ISSUER, KEY, NOW)
    if isinstance(found, Genuine):
        believed(token, found)


def believed(token: str, found: Genuine) -> None:
    head, _, signature = token.rpartition(".")
    header, claims = (json.loads(urlsafe_b64decode(part.encode())) for part in head.split("."))
    raw = urlsafe_b64decode(signature.encode())
    r, s = (int.from_bytes(half) for half in (raw[:HALF], raw[HALF:]))
    SIGNER.public_key().verify(encode_dss_signature(r, s), head.encode(), ec.ECDSA(SHA256()))
    assert header["alg"] == "ES256"
    assert found.claims == claims
    assert (found.issuer, claims["iss"]) == (ISSUER.issuer, ISSUER.issuer)
    assert ISSUER.audience in ([claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"])
    ends = claims["exp"]
    assert type(ends) in (int, float)
    assert ends > NOW.timestamp() - ISSUER.leeway_s
    for begins in ("nbf", "iat"):
        assert claims.get(begins, 0) <= NOW.timestamp() + ISSUER.leeway_s


def signed(header: bytes, claims: bytes) -> str:
    head = b".".join(urlsafe_b64encode(part) for part in (header, claims))
    r, s = decode_dss_signature(SIGNER.sign(head, ec.ECDSA(SHA256())))
    return b".".join((head, urlsafe_b64encode(r.to_bytes(HALF) + s.to_bytes(HALF)))).decode()


def tokens_seeds() -> Iterator[bytes]:
    header = {"alg": "ES256", "kid": "one", "typ": "JWT"}
    claims = {"iss": ISSUER.issuer, "aud": ISSUER.audience, "sub": "unc", "exp": int(NOW.timestamp()) + 60}
    for extra in ({}, {"nbf": 1, "iat": 1}, {"aud": ["another", "rosette"]}, {"exp": 1}, {"exp": None}, {"aud": "another"}):
        yield b"s" + orjson.dumps(header) + b"\n" + orjson.dumps(claims | extra)
    yield b"s" + orjson.dumps(header | {"crit": ["b64"], "b64": False}) + b"\n" + orjson.dumps(claims)
    yield b"s" + orjson.dumps(header | {"alg": "none"}) + b"\n" + orjson.dumps(claims)
    yield signed(orjson.dumps(header), orjson.dumps(claims)).encode()
    yield b"k" + orjson.dumps({"keys": [KEY.as_dict(private=False) | {"kid": "one", "use": "sig", "alg": "ES256"}]})


TARGETS: Final[Mapping[str, Target]] = {
    "wire": Target(wire_, wire_seeds),
    "epcis": Target(epcis, epcis_seeds),
    "files": Target(files, files_seeds),
    "tokens": Target(tokens, tokens_seeds),
}
CORPUS: Final = Path(__file__).parent / "corpus"


def corpus(name: str) -> Sequence[Path]:
    return sorted((CORPUS / name).iterdir())
