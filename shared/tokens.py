"""Bearer tokens of an identity provider (OIDC, JWT): whether one is genuine, meant for us, and of now. Pure.

Both services check them alike; whom a token then is, each says in a file of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""All sign with a key that verifies nothing but itself: with a shared secret, whoever can check a token could make one."""

PublicKey = RSAKey | ECKey | OKPKey
LONGEST_TOKEN: Final = 8192
"""Characters. Real ones have one or two thousand; what is longer is not parsed."""
NOT_YET: Final = "The token is not yet valid"
FROM_THE_FUTURE: Final = "The token was issued in the future"

TokenRule = Literal[
    "token_malformed",
    "token_issuer",
    "token_algorithm",
    "token_key",
    "token_signature",
    "token_audience",
    "token_expired",
    "token_not_yet",
    "token_claim",
]
"""Why a token is not believed."""


def safe_url(url: str) -> str:
    """Keys that come over an open network are anybody's keys."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return url
    raise ValueError("keys are fetched by https, or from this machine")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Issuer(BaseModel):
    """An identity provider that is believed.

    `issuer` and `audience` are compared as they are; `jwks_url` has its keys. `leeway_s`: how far its clock may be off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Text
    audience: Text
    jwks_url: Annotated[Text, AfterValidator(safe_url)]
    algorithms: Annotated[frozenset[Algorithm], Field(min_length=1)] = frozenset({"RS256", "ES256"})
    leeway_s: Annotated[int, Field(ge=0, le=120)] = 30


@dataclass(frozen=True, slots=True)
class Genuine:
    """The issuer says these claims, for us, and now."""

    issuer: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Untrue:
    """Not believed."""

    rule: TokenRule


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token says of itself, before anything of it is believed: enough to find the key."""

    issuer: str
    algorithm: str
    kid: str


def looks_like_a_token(credential: str) -> bool:
    return credential.count(".") == 2


def claimed(token: str) -> Claimed | Untrue:
    """The issuer, algorithm and key that a token names. All three are needed, so that no key is ever tried at random."""
    if len(token) > LONGEST_TOKEN:
        return Untrue("token_malformed")
    try:
        header, claims, _ = (part.encode("ascii") for part in token.split("."))
        said, about = json.loads(urlsafe_b64decode(header)), json.loads(urlsafe_b64decode(claims))
    except (ValueError, RecursionError):
        return Untrue("token_malformed")
    match said, about:
        case {"alg": str(algorithm), "kid": str(kid)}, {"iss": str(issuer)}:
            return Claimed(issuer, algorithm, kid)
        case {"alg": str()}, {"iss": str()}:
            return Untrue("token_key")
        case _:
            return Untrue("token_malformed")


def check(token: str, issuer: Issuer, key: PublicKey, at: datetime) -> Genuine | Untrue:
    """Believe a token, or say which rule it breaks. `at` is the machine's clock.

    Source: RFC 8725 (best practices for JWT): the algorithm is the list's to choose and must be one of the key's own kind.
    """
    try:
        decoded = jwt.decode(token, key, algorithms=issuer.algorithms)
    except (JoseError, ValueError, TypeError):
        return Untrue("token_signature")
    rules = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=issuer.leeway_s,
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
    )
    try:
        rules.validate(decoded.claims)
    except ExpiredTokenError:
        return Untrue("token_expired")
    except (InvalidClaimError, MissingClaimError) as error:
        return Untrue(rule_of(error))
    except (JoseError, ValueError, TypeError, OverflowError):
        return Untrue("token_claim")
    return Genuine(issuer.issuer, decoded.claims)


def rule_of(error: InvalidClaimError | MissingClaimError) -> TokenRule:
    said = str(error)
    if NOT_YET in said or FROM_THE_FUTURE in said:
        return "token_not_yet"
    return "token_audience" if "aud" in said else "token_claim"
