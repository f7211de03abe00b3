"""Bearer tokens: what is believed, and every trick that is not."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import urlsafe_b64encode
from pydantic import ValidationError

from shared.key_sets import ASK_EVERY_S, FRESH_S, KEPT_S, KeySets, Unreachable, public_keys
from shared.tokens import Claimed, Genuine, Issuer, PublicKey, Untrue, check, claimed, looks_like_a_token

NOW: Final = datetime(2026, 7, 27, 12, tzinfo=UTC)
ISSUER: Final = Issuer(issuer="https://id.example", audience="rosette", jwks_url="https://id.example/jwks")
KEY: Final = RSAKey.generate_key(2048, {"kid": "one"})
OTHER: Final = RSAKey.generate_key(2048, {"kid": "one"})
CURVE: Final = ECKey.generate_key("P-256", {"kid": "curve"})


def token(key: Any = KEY, algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {"iss": ISSUER.issuer, "aud": ISSUER.audience, "sub": "unc", "exp": at(60)} | claims
    named = {"alg": algorithm, "kid": "one"} | (header or {})
    return jwt.encode(named, {name: value for name, value in said.items() if value is not None}, key, algorithms=[algorithm])


def at(seconds: int) -> int:
    return int((NOW + timedelta(seconds=seconds)).timestamp())


def part(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode()


def judged(given: str, issuer: Issuer = ISSUER, key: PublicKey = KEY) -> str:
    found = check(given, issuer, key, NOW)
    return "genuine" if isinstance(found, Genuine) else found.rule


def test_a_genuine_token_says_its_claims() -> None:
    found = check(token(), ISSUER, KEY, NOW)
    assert isinstance(found, Genuine)
    assert (found.issuer, found.claims["sub"]) == ("https://id.example", "unc")
    assert judged(token(CURVE, "ES256"), key=CURVE) == "genuine"
    assert judged(token(aud=["another", "rosette"])) == "genuine"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"exp": at(-31)}, "token_expired"),
        ({"exp": at(-29)}, "genuine"),
        ({"exp": None}, "token_claim"),
        ({"exp": "tomorrow"}, "token_claim"),
        ({"exp": True}, "token_claim"),
        ({"nbf": at(31)}, "token_not_yet"),
        ({"nbf": at(29)}, "genuine"),
        ({"iat": at(31)}, "token_not_yet"),
        ({"aud": "another"}, "token_audience"),
        ({"aud": "rosette-tracker"}, "token_audience"),
        ({"aud": ["another"]}, "token_audience"),
        ({"aud": None}, "token_audience"),
        ({"iss": "https://id.example.evil"}, "token_claim"),
    ],
)
def test_claims_are_judged_one_by_one_and_clocks_may_differ_by_the_leeway(changed: dict[str, Any], rule: str) -> None:
    assert judged(token(**changed)) == rule


def test_a_token_without_a_signature_is_not_believed() -> None:
    _, claims, signature = token().split(".")
    for name in ("none", "None", "NONE"):
        for rest in ("", signature):
            assert judged(f"{part({'alg': name, 'kid': 'one'})}.{claims}.{rest}") == "token_signature"


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    """Key confusion: HS256 signed with the text of the public key, which everybody has."""
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{token().split('.')[1]}"
    for secret in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        forged = hmac.digest(secret, signed.encode(), "sha256")
        assert judged(f"{signed}.{urlsafe_b64encode(forged).decode()}") == "token_signature"
    with pytest.raises(ValidationError):
        Issuer.model_validate(ISSUER.model_dump() | {"algorithms": {"HS256"}})


def test_an_algorithm_outside_the_list_is_not_believed_though_the_signature_is_right() -> None:
    assert judged(token(algorithm="RS512")) == "token_signature"
    assert judged(token(algorithm="PS256")) == "token_signature"
    assert judged(token(CURVE, "ES256"), ISSUER.model_copy(update={"algorithms": frozenset({"RS256"})}), CURVE) == (
        "token_signature"
    )


def test_another_signature_or_changed_claims_are_not_believed() -> None:
    header, _, signature = token().split(".")
    assert judged(token(OTHER)) == "token_signature"
    assert judged(f"{header}.{part({'iss': ISSUER.issuer, 'aud': 'rosette', 'exp': at(60)})}.{signature}") == "token_signature"
    assert judged(token(CURVE, "ES256")) == "token_signature"


def test_a_header_that_asks_for_more_than_we_know_is_not_believed() -> None:
    """A key that the token itself brings, and an extension that we would have to understand."""
    assert judged(token(OTHER, header={"jwk": OTHER.as_dict(private=False)})) == "token_signature"
    header, claims = part({"alg": "RS256", "kid": "one", "crit": ["exp"], "exp": 1}), token().split(".")[1]
    assert judged(f"{header}.{claims}.{token().split('.')[2]}") == "token_signature"


@pytest.mark.parametrize(
    "given",
    ["..", "a.b.c", "é.é.é", "e30.e30.", "bnVsbA.bnVsbA.", f"{part([])}.{part({})}.", "x" * 9000 + "..", "W1tbW1tb." * 2],
)
def test_what_is_no_token_is_malformed(given: str) -> None:
    assert claimed(given) == Untrue("token_malformed")


def test_a_token_must_name_its_key() -> None:
    assert claimed(token()) == Claimed("https://id.example", "RS256", "one")
    assert claimed(f"{part({'alg': 'RS256'})}.{part({'iss': 'i'})}.x") == Untrue("token_key")
    assert looks_like_a_token(token())
    assert not looks_like_a_token("an-api-key_without-dots")


@pytest.mark.parametrize("url", ["http://id.example/jwks", "ftp://id.example/jwks", "file:///etc/keys", "jwks"])
def test_keys_are_fetched_by_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(ValidationError):
        Issuer(issuer="i", audience="a", jwks_url=url)
    for near in ("http://127.0.0.1:8080/jwks", "http://localhost/jwks"):
        assert Issuer(issuer="i", audience="a", jwks_url=near).jwks_url == near


def test_the_leeway_is_bounded() -> None:
    with pytest.raises(ValidationError):
        Issuer(issuer="i", audience="a", jwks_url="https://id.example", leeway_s=121)


# ------------------------------------------------------------------------------------------------- key sets
class Provider:
    """An issuer's keys, as it would answer; and how often it was asked."""

    def __init__(self, *keys: Any) -> None:
        self.keys, self.asked, self.down, self.now = keys, 0, False, 1000.0

    async def fetch(self, url: str) -> bytes:
        self.asked += 1
        if self.down:
            raise ValueError("answered 503")
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()

    def sets(self) -> KeySets:
        return KeySets(self.fetch, lambda: self.now)


async def test_keys_are_fetched_once_and_again_when_they_are_old() -> None:
    provider = Provider(KEY)
    sets = provider.sets()
    for _ in range(5):
        assert await sets.key(ISSUER, "one") is not None
    assert provider.asked == 1
    provider.now += FRESH_S + 1
    assert await sets.key(ISSUER, "one") is not None
    assert provider.asked == 2


async def test_an_unknown_key_makes_us_ask_again_but_not_at_every_request() -> None:
    provider = Provider(KEY)
    sets = provider.sets()
    assert await sets.key(ISSUER, "one") is not None
    provider.keys = (KEY, CURVE)
    provider.now += ASK_EVERY_S + 1
    assert await sets.key(ISSUER, "curve") is not None
    for n in range(50):
        assert await sets.key(ISSUER, f"made-up-{n}") is None
    assert provider.asked == 2


async def test_a_withdrawn_key_is_not_believed_any_more() -> None:
    """A stale `kid`: the issuer rotated it away."""
    provider = Provider(KEY)
    sets = provider.sets()
    assert await sets.key(ISSUER, "one") is not None
    provider.keys = (CURVE,)
    provider.now += FRESH_S + 1
    assert await sets.key(ISSUER, "one") is None


async def test_an_issuer_that_does_not_answer_is_given_an_hour() -> None:
    provider = Provider(KEY)
    sets = provider.sets()
    assert await sets.key(ISSUER, "one") is not None
    provider.down = True
    provider.now += FRESH_S + 1
    assert await sets.key(ISSUER, "one") is not None
    provider.now += KEPT_S
    with pytest.raises(Unreachable):
        await sets.key(ISSUER, "one")
    asked = provider.asked
    with pytest.raises(Unreachable):
        await sets.key(ISSUER, "one")
    assert provider.asked == asked


def test_of_a_key_set_only_what_verifies_signatures_is_used() -> None:
    encryption = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}
    nameless = RSAKey.generate_key(2048).as_dict(private=False)
    odd = {"kty": "RSA", "kid": "odd", "n": "!", "e": 3}
    given = [KEY.as_dict(private=False), encryption.as_dict(private=False), secret, nameless, odd, {"kty": "new"}, 7]
    given.append(CURVE.as_dict(private=False) | {"kid": "new", "crv": "P-512"})
    assert set(public_keys(json.dumps({"keys": given}).encode())) == {"one"}
    for document in (b"[]", b"{}", b'{"keys": 1}', b"<html>"):
        with pytest.raises(ValueError):
            public_keys(document)
