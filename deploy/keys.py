"""Makes the keys of a composition once, in volumes: passwords of the record and of Redis' users, and the tracker's token.

What is there already stays as it is. Passwords reach PostgreSQL and psycopg by file (`POSTGRES_PASSWORD_FILE`, `PGPASSFILE`),
so that none is in an environment or a command line.
"""

import secrets
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

USERS: Final = (Path(__file__).parent / "users.acl").read_text()
COMES_IN: Final = " reset on "


def make_redis(server: Path, services: dict[str, Path]) -> None:
    """Write `users.acl` for the server, with the SHA-256 of a password for each user, and each password for its user alone.

    Made anew at every start from the passwords that are there, so that a release may change what a user may do. Lines of
    other users, such as those of inboxes, stay.
    """
    written = server / "users.acl"
    ours = {line.split(" ")[1] for line in USERS.splitlines()}
    before = written.read_text().splitlines() if written.exists() else []
    lines = [line for line in before if line.startswith("user ") and line.split(" ")[1] not in ours]
    for line in USERS.splitlines():
        name = line.split(" ")[1]
        if COMES_IN in line:
            password = once(services[name] / f"redis-{name}-password", secrets.token_urlsafe(32), mode=0o444)
            line = line.replace(COMES_IN, f"{COMES_IN}#{sha256(password.encode()).hexdigest()} ")
        lines.append(line)
    draft = server / ".users.acl.draft"
    draft.write_text("\n".join(lines) + "\n")
    draft.chmod(0o444)
    draft.rename(written)


def make(folder: Path) -> None:
    """Write `postgres-password`, `pgpass` and `tracker-token`, each 256 bit, unless they exist."""
    password = once(folder / "postgres-password", secrets.token_urlsafe(32), mode=0o444)
    once(folder / "pgpass", f"postgres:5432:rosette:rosette:{password}\n", mode=0o400)
    once(folder / "tracker-token", secrets.token_urlsafe(32), mode=0o400)


def once(file: Path, content: str, mode: int) -> str:
    """The content of `file`, which is written only if it is not there. Its readers run as other users than its writer.

    A crash leaves the whole key or none: a draft that it left behind is written again.
    """
    if not file.exists():
        draft = file.with_name(f".{file.name}.draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(content)
        draft.chmod(mode)
        draft.rename(file)
    return file.read_text()


if __name__ == "__main__":
    keys, intake, server = map(Path, sys.argv[1:])
    make(keys)
    make_redis(server, {"tracker": keys, "intake": intake, "loader": intake})
