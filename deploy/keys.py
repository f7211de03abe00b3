"""Makes the keys of a composition once, in a volume: the record's password and the tracker's bearer token.

What is there already stays as it is. Passwords reach PostgreSQL and psycopg by file (`POSTGRES_PASSWORD_FILE`, `PGPASSFILE`),
so that none is in an environment or a command line.
"""

import secrets
import sys
from pathlib import Path


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
    make(Path(sys.argv[1]))
