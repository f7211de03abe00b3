"""Where a supervisor keeps things besides its data: sockets, whose paths must be short, and data that is to be forgotten."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PREFIX: Final = "rosette-"
LONGEST_SOCKET: Final = 100
"""Bytes; Linux allows 107 for a socket's path, macOS 103."""
PRIVATE: Final = 0o711 if os.geteuid() == 0 else 0o700
"""Mode of our own directories; root's PostgreSQL runs as someone else, who must be able to pass."""


def sockets_of(data: Path) -> Path:
    """Always the same for a data directory, so that whoever cleans up after a killed supervisor finds it."""
    name = PREFIX + hashlib.sha256(f"{os.geteuid()}:{data}".encode()).hexdigest()[:10]
    preferred = Path(tempfile.gettempdir()) / name
    return preferred if len(os.fsencode(preferred / "pg" / ".s.PGSQL.5432")) < LONGEST_SOCKET else Path("/tmp") / name


def make_sockets(data: Path) -> Path:
    """A private directory for the sockets of a data directory.

    Raises:
        PermissionError: someone else was there first.
    """
    path = sockets_of(data)
    path.mkdir(mode=PRIVATE, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to someone else")
    return path


def remove_sockets(data: Path) -> None:
    shutil.rmtree(sockets_of(data), ignore_errors=True)


def make_temporary_data() -> Path:
    data = Path(tempfile.mkdtemp(prefix=f"{PREFIX}data-"))
    data.chmod(PRIVATE)
    return data


def temporary_data() -> Iterable[Path]:
    """Every one there is, in use or not."""
    return Path(tempfile.gettempdir()).resolve().glob(f"{PREFIX}data-*")


def remove(data: Path) -> None:
    """Forget a temporary data directory, and its sockets."""
    remove_sockets(data)
    shutil.rmtree(data, ignore_errors=True)
