"""Who may look: the readers file, and what an identity provider says of somebody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.tracker.web.readers import Denied, Readers, Undecided
from services.tracker.web.readers_file import BadReaders, Who, read
from shared.credential_files import hash_of
from shared.key_sets import KeySets

NOW: Final = datetime(2026, 7, 27, 12, tzinfo=UTC)
KEY: Final = RSAKey.generate_key(2048, {"kid": "now"})
ISSUER: Final = """
[[issuers]]
issuer = "https://id.example"
audience = "rosette-tracker"
jwks_url = "https://id.example/jwks"
"""
DESK: Final = f"""
[[readers]]
name = "watch-desk"
role = "operator"
tokens = [{{hash = "{hash_of("desk")}", expires = 2026-07-27T12:00:00Z}}, "{hash_of("desk without an end")}"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "readers.toml").write_text(text)
        return tmp_path / "readers.toml"

    return write


def readers(path: Path, at: datetime = NOW, *, answers: bool = True) -> Readers:
    async def fetch(_url: str) -> bytes:
        if not answers:
            raise ValueError
        return json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()

    return Readers(path, KeySets(fetch), lambda: at)


def token(**claims: Any) -> str:
    said = {"iss": "https://id.example", "aud": "rosette-tracker", "sub": "anna", "exp": int(NOW.timestamp()) + 60} | claims
    return jwt.encode({"alg": "RS256", "kid": "now"}, said, KEY)


async def test_a_token_is_somebody_until_it_ends(file: Callable[[str], Path]) -> None:
    path = file(DESK)
    before = readers(path, NOW - timedelta(seconds=1))
    assert await before.who("desk") == Who("watch-desk", "operator")
    assert await readers(path).who("desk") == Denied("expired_token")
    assert await readers(path).who("desk without an end") == Who("watch-desk", "operator")
    assert await readers(path).who(hash_of("desk")) == Denied("unknown_token")


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"rosette_role": "auditor"}, Who("https://id.example anna", "auditor")),
        ({"rosette_role": ["staff", "auditor"]}, Who("https://id.example anna", "auditor")),
        ({"rosette_role": "liaison", "rosette_liaison": "L-1"}, Who("https://id.example anna", "liaison", "L-1")),
        ({"rosette_role": "liaison"}, Denied("no_liaison")),
        ({"rosette_role": "liaison", "rosette_liaison": ["L-1", "L-2"]}, Denied("no_liaison")),
        ({"rosette_role": "keeper"}, Denied("no_role")),
        ({"rosette_role": ["auditor", "operator"]}, Denied("no_role")),
        ({"rosette_role": None}, Denied("no_role")),
        ({"rosette_role": {"auditor": True}}, Denied("no_role")),
        ({"role": "auditor"}, Denied("no_role")),
        ({"rosette_role": "auditor", "sub": ""}, Denied("no_role")),
        ({"rosette_role": "auditor", "aud": "rosette-intake"}, Denied("token_audience")),
        ({"rosette_role": "auditor", "exp": 0}, Denied("token_expired")),
        ({"rosette_role": "auditor", "iss": "https://another.example"}, Denied("token_issuer")),
    ],
)
async def test_a_genuine_token_is_of_one_role_or_of_nobody(
    file: Callable[[str], Path], claims: dict[str, Any], who: Who | Denied
) -> None:
    assert await readers(file(ISSUER)).who(token(**claims)) == who


async def test_where_the_issuer_does_not_answer_nobody_knows(file: Callable[[str], Path]) -> None:
    silent = readers(file(DESK + ISSUER), answers=False)
    assert await silent.who(token(rosette_role="auditor")) == Undecided()
    assert await silent.who("desk without an end") == Who("watch-desk", "operator")


async def test_a_file_that_cannot_be_read_changes_nothing_and_is_reported(file: Callable[[str], Path]) -> None:
    told: list[str | None] = []
    known = readers(file(DESK))
    known.on_change = told.append
    path = file('[[readers]]\nname = "Zx81"\n')
    assert await known.who("desk without an end") == Who("watch-desk", "operator")
    assert told[0] is not None
    assert "Zx81" not in told[0]
    path.unlink()
    assert await known.who("desk without an end") == Who("watch-desk", "operator")


@pytest.mark.parametrize(
    "changed",
    [
        ('role = "operator"', 'role = "emperor"'),
        ('role = "operator"', 'role = "liaison"'),
        ('role = "operator"', 'role = "operator"\nliaison = "L-1"'),
        ('name = "watch-desk"', 'name = "keeper"'),
        ("12:00:00Z", "12:00:00"),
        (hash_of("desk"), "desk"),
        (hash_of("desk"), hash_of("desk without an end")),
        ("tokens", "token"),
    ],
)
def test_a_file_that_could_mean_somebody_else_is_refused(file: Callable[[str], Path], changed: tuple[str, str]) -> None:
    with pytest.raises(BadReaders, match=r"readers\.toml"):
        read(file(DESK.replace(*changed)))
