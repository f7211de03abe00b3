"""What a producer needs to write to its inbox: a user of the server that may do that and nothing else, and how to write."""

import secrets
from hashlib import sha256
from typing import Final

from shared.streams import inbox_key, refused_key

PASSWORD_BYTES: Final = 32


def new_password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def user_of(slug: str) -> str:
    return f"inbox-{slug}"


def acl_line(slug: str, password: str) -> str:
    """A line of the server's ACL file: this user appends to its own inbox, sees what still waits there, and what was refused.

    Only the password's SHA-256 stands in it. It starts from nothing, so that it is the whole of what the user may do.
    """
    may = f"%RW~{inbox_key(slug)} %R~{refused_key(slug)} -@all +xadd +xlen +xrange +xread +ping"
    return f"user {user_of(slug)} reset on #{sha256(password.encode()).hexdigest()} {may}"


def recipe(slug: str) -> str:
    """Two commands for the producer; the password is asked for."""
    client = f"redis-cli --user {user_of(slug)} --askpass"
    return f"{client} XADD '{inbox_key(slug)}' '*' event \"$(cat event.json)\"\n{client} XRANGE '{refused_key(slug)}' - +"
