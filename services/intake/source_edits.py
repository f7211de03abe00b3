"""Edits of the sources file by the command line: what people wrote beside it stays, and it is whole at every instant."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT

from services.intake.sources import BadSources, Key, read
from shared.credential_files import hash_alone, hash_of

KEY_BYTES: Final = 32


def add(path: Path, entry: dict[str, object], expires: datetime | None = None) -> str:
    """Append a source with a new key and return the key, which is kept nowhere. Raises BadSources; the file is as it was."""
    key = secrets.token_urlsafe(KEY_BYTES)
    append(path, {**entry, "keys": [written(Key(hash=hash_of(key), expires=expires))]})
    return key


def append(path: Path, entry: dict[str, object]) -> None:
    """Append a source with the credentials that the entry names. Raises BadSources; the file is as it was."""
    with alone(path):
        known = read(path).sources if path.exists() else ()
        if any(each.slug == entry["slug"] for each in known):
            raise BadSources(f"{path} has a source {entry['slug']} already")
        document = tomlkit.parse(path.read_text()) if path.exists() else tomlkit.document()
        tables = document.setdefault("sources", tomlkit.aot())
        table = tomlkit.table()
        # A table of its own comes last: whatever follows it would be of it.
        table.update(sorted(entry.items(), key=lambda field: isinstance(field[1], dict)))
        tables.append(table)
        replace(path, tomlkit.dumps(document))


def rotate(path: Path, slug: str, overlap_ends: datetime, expires: datetime | None = None) -> str:
    """Give a source one more key and return it. Its others end with the overlap, if they do not end before.

    Raises:
        NoSuchSource, BadSources: the file is as it was.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    with editing(path, slug) as table:
        keys = table.setdefault("keys", [])
        for place, given in enumerate(list(keys)):
            before = Key.model_validate(hash_alone(given))
            if before.expires is None or before.expires > overlap_ends:
                keys[place] = written(before.model_copy(update={"expires": overlap_ends}), keys)
        keys.append(written(Key(hash=hash_of(key), expires=expires), keys))
    return key


def revoke(path: Path, slug: str, key_id: str | None = None) -> int:
    """Take one key, or every credential, from a source; its grant stays readable. How many were taken.

    Raises:
        NoSuchSource, BadSources: the file is as it was.
    """
    taken = 0
    with editing(path, slug) as table:
        keys = table.get("keys", [])
        for place in reversed(range(len(keys))):
            if key_id in (None, Key.model_validate(hash_alone(keys[place])).id):
                del keys[place]
                taken += 1
        if key_id is None:
            taken += len(table.pop("tokens", ())) + bool(table.pop("inbox", False))
    return taken


class NoSuchSource(ValueError):
    """The file has no source of that name."""


@contextmanager
def editing(path: Path, slug: str) -> Iterator[Any]:
    """The table of one source, to be changed; written when the block ends well."""
    with alone(path):
        read(path)
        document = tomlkit.parse(path.read_text())
        table = next((each for each in document.get("sources", ()) if each["slug"] == slug), None)
        if table is None:
            raise NoSuchSource(f"there is no source {slug}")
        yield table
        replace(path, tomlkit.dumps(document))


def written(key: Key, among: object = ()) -> object:
    """A key as those `among` which it is put stand there: each a table of its own, or a hash alone where it has no end."""
    of_tables = isinstance(among, AoT)
    if key.expires is None and not of_tables:
        return key.hash
    table = tomlkit.table() if of_tables else tomlkit.inline_table()
    table.update({name: value for name, value in (("hash", key.hash), ("expires", key.expires)) if value is not None})
    return table


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
