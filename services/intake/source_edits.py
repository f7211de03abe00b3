"""Edits of the sources file by the command line: what people wrote beside it stays, and it is whole at every instant."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import tomlkit

from services.intake.sources import BadSources, hash_of, read

KEY_BYTES: Final = 32


def add(path: Path, entry: dict[str, object]) -> str:
    """Append a source with a new key and return the key, which is kept nowhere. Raises BadSources; the file is as it was."""
    key = secrets.token_urlsafe(KEY_BYTES)
    with alone(path):
        known = read(path).sources if path.exists() else ()
        if any(each.slug == entry["slug"] for each in known):
            raise BadSources(f"{path} has a source {entry['slug']} already")
        document = tomlkit.parse(path.read_text()) if path.exists() else tomlkit.document()
        tables = document.setdefault("sources", tomlkit.aot())
        table = tomlkit.table()
        table.update({"slug": entry.pop("slug"), "keys": [hash_of(key)], **entry})
        tables.append(table)
        replace(path, tomlkit.dumps(document))
    return key


def revoke(path: Path, slug: str) -> bool:
    """Take all keys from a source; its grant stays readable. False where there is no such source."""
    with alone(path):
        read(path)
        document = tomlkit.parse(path.read_text())
        for table in document.get("sources", ()):
            if table["slug"] == slug:
                table["keys"] = []
                replace(path, tomlkit.dumps(document))
                return True
        return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other edit reads or writes the file meanwhile: of two at once, each is kept.

    The lock is a file beside it that stays, since the sources file itself is replaced by every edit.
    """
    with os.fdopen(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace(path: Path, text: str) -> None:
    """Write the whole file or nothing, readable by its owner alone; a text that is no sources file is not written."""
    draft = path.with_suffix(".next")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            read(draft)
        except BadSources as wrong:
            raise BadSources(str(wrong).replace(str(draft), str(path), 1)) from None
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
