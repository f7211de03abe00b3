"""PostgreSQL refuses to run as root, which is who one often is in a container: there it runs as `nobody`."""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """Whom to run PostgreSQL as: None, which is ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def let_through(path: Path, account: Account | None) -> None:
    """Make `path` reachable for `account` by letting others pass its parents, never list or read them."""
    if account is None:
        return
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(f"embedded: PostgreSQL cannot run as root; letting 'nobody' pass through {parent}", file=sys.stderr)
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def own(path: Path, account: Account | None) -> None:
    """Make a directory that only its owner may enter, and give it to `account`."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
