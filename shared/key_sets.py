"""The keys of identity providers (JWKS): fetched when they are needed, kept a while, and asked for again at an unknown one."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import structlog
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.clock import Now
from shared.tokens import Genuine, Issuer, PublicKey, Untrue, check, claimed

log = structlog.get_logger()

FRESH_S: Final = 300.0
"""A key that its issuer withdrew is believed no longer than this, as long as the issuer answers."""
KEPT_S: Final = 3600.0
"""An issuer that does not answer is given this long; then none of its tokens is believed."""
ASK_EVERY_S: Final = 10.0
"""An unknown key makes us ask, but not more often than this: whoever makes up key ids must not make us hammer the issuer."""
TIMEOUT_S: Final = 5.0
LARGEST_BYTES: Final = 256 * 1024
KINDS: Final[dict[str, type[PublicKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}

Fetch = Callable[[str], Awaitable[bytes]]


class Unreachable(Exception):
    """The issuer's keys cannot be had, so that nothing is known about its tokens."""


@dataclass(slots=True)
class Kept:
    """The keys of one issuer. Both times are of the monotonic clock; `asked` also counts what was not answered."""

    keys: dict[str, PublicKey] = field(default_factory=dict)
    fetched: float = float("-inf")
    asked: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


async def fetched(url: str) -> bytes:
    """The document at a URL. Redirects are not followed: they would lead to keys that nobody named.

    Raises:
        httpx2.HTTPError, ValueError: no answer, another answer than 200, or more than 256 KiB.
    """
    async with httpx2.AsyncClient(timeout=TIMEOUT_S) as client, client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise ValueError(f"answered {answer.status_code}")
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise ValueError("too large")
        return body


class KeySets:
    """The keys of every issuer that was asked about, in this process."""

    def __init__(self, fetch: Fetch = fetched, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._kept: dict[str, Kept] = {}

    async def key(self, issuer: Issuer, kid: str) -> PublicKey | None:
        """The issuer's key of that id; None where it has no such key now.

        Raises:
            Unreachable: it does not answer, and what was kept is too old.
        """
        kept = self._kept.setdefault(issuer.jwks_url, Kept())
        if self._stale(kept, kid):
            async with kept.lock:
                if self._stale(kept, kid):
                    await self._ask(issuer, kept)
        if self._monotonic() - kept.fetched > KEPT_S:
            raise Unreachable
        return kept.keys.get(kid)

    async def judge(self, token: str, believed: Callable[[str], Issuer | None], machine: Now) -> Genuine | Untrue:
        """Believe a token of an issuer that is believed, or say which rule it breaks.

        Raises:
            Unreachable: the issuer's keys cannot be had, so nobody knows whether the token is genuine.
        """
        said = claimed(token)
        if isinstance(said, Untrue):
            return said
        issuer = believed(said.issuer)
        if issuer is None:
            return Untrue("token_issuer")
        if said.algorithm not in issuer.algorithms:
            return Untrue("token_algorithm")
        key = await self.key(issuer, said.kid)
        return Untrue("token_key") if key is None else check(token, issuer, key, machine())

    def _stale(self, kept: Kept, kid: str) -> bool:
        now = self._monotonic()
        return (kid not in kept.keys or now - kept.fetched > FRESH_S) and now - kept.asked > ASK_EVERY_S

    async def _ask(self, issuer: Issuer, kept: Kept) -> None:
        try:
            kept.keys = public_keys(await self._fetch(issuer.jwks_url))
            kept.fetched = self._monotonic()
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            log.warning("issuer's keys cannot be had", issuer=issuer.issuer, reason=type(error).__name__)
        finally:
            kept.asked = self._monotonic()


def public_keys(document: bytes) -> dict[str, PublicKey]:
    """The keys of a JWKS document that can verify a signature, by id. What we do not understand is passed over.

    A shared secret is none of them: the kind of a key is what keeps a public key from being taken for one.

    Raises:
        ValueError: no JWKS document.
    """
    match json.loads(document):
        case {"keys": [*given]}:
            return {kid: key for each in given for kid, key in understood(each)}
        case _:
            raise ValueError("no JWKS document")


def understood(given: Any) -> list[tuple[str, PublicKey]]:
    match given:
        case {"kid": str(kid), "kty": str(kind)} if kind in KINDS and given.get("use", "sig") == "sig":
            try:
                return [(kid, KINDS[kind].import_key(given))]
            except Exception:  # noqa: BLE001 - a curve that the library does not know is a KeyError: whatever it is, it is passed over
                return []
        case _:
            return []
