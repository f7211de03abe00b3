"""Who may do what on Redis: `python -m deploy.acl` writes deploy/users.acl, the server's ACL file without its passwords.

A function runs with the rights of its caller, so a service has the function by its exact name, the commands that the function
runs, those that it calls itself, and its keys; nothing more. There is no default user. `python -m deploy.keys` makes of it the
file that the server reads, with the hash of a password for each user; a source with an inbox gets its line from `python -m
services.intake sources add --inbox`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from services.intake.accept import FUNCTION
from shared.terms import STREAMS

FILE: Final = Path(__file__).parent / "users.acl"


@dataclass(frozen=True, slots=True)
class User:
    """`keys` are patterns with what may be done to them: `~` read and write, `%R~` read.

    `besides`: more commands, each group over its own keys alone.
    """

    name: str
    keys: tuple[str, ...]
    commands: tuple[str, ...]
    besides: tuple[str, ...] = ()

    def line(self, password: str | None = None) -> str:
        """Without a password nobody can be this user."""
        secret = "" if password is None else f" #{sha256(password.encode()).hexdigest()}"
        return " ".join([f"user {self.name} reset on{secret}", *self.keys, "-@all", *self.commands, *self.besides])


def of_each_stream(*patterns: str) -> tuple[str, ...]:
    return tuple(pattern.replace("STREAM", f"{{{stream}}}") for stream in STREAMS for pattern in patterns)


INTAKE: Final = User(
    "intake",
    (
        *of_each_stream("~STREAM:events", "~STREAM:seq", "~STREAM:fence", "~STREAM:index:*", "~STREAM:receipts:*"),
        *of_each_stream("%R~STREAM:filed", "%R~STREAM:quarantined"),
    ),
    (
        f"+fcall|{FUNCTION}",
        *("+hget", "+hmget", "+hset", "+xadd", "+xlen", "+xrange", "+zadd", "+zcard", "+zrange", "+wait"),
        *("+multi", "+exec", "+ping", "+info", "+config|get", "+function|list"),
    ),
    (
        f"({' '.join(of_each_stream('~STREAM:fence'))} -@all +set)",
        "(~{inbox}:* ~{refused}:* -@all +xadd +xlen +xrange +xrevrange +xdel +get +set +pexpire)",
        "(~{epcis}:* -@all +hset +hgetall +hdel +rpush +llen +lindex +lrem +expire +persist +get +set +pexpire)",
    ),
)
"""It accepts, reads its receipts and what became of them, empties inboxes, and keeps EPCIS documents until they are done.

Of a stream of facts it can neither delete an entry nor replace the key or let it end. XADD it must have, and XADD can trim."""

TRACKER: Final = User(
    "tracker",
    of_each_stream("~STREAM:events", "%R~STREAM:seq", "~STREAM:filed", "~STREAM:quarantined"),
    (
        *("+xreadgroup", "+xack", "+xautoclaim", "+xpending", "+xlen", "+xrange", "+xgroup|create", "+xgroup|delconsumer"),
        *("+xinfo|consumers", "+xinfo|groups", "+hget", "+hmget", "+hset", "+eval", "+time", "+ping", "+info"),
    ),
)
"""It reads the streams and acknowledges, and says what it has filed. It has no XADD: no fact is of its making."""

LOADER: Final = User("loader", (), ("+function|load", "+function|list", "+ping"))
"""It loads functions at deployment, and touches no key."""

USERS: Final = (INTAKE, TRACKER, LOADER)


def file(passwords: Mapping[str, str] | None = None) -> str:
    """The server's ACL file, which can hold no comment; with the passwords of the users, by name, they can come in."""
    given = passwords or {}
    lines = ["user default reset off", *(user.line(given.get(user.name)) for user in USERS)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(file())
