"""Addresses of Redis whose password stands in a file: in no environment, and in no list of processes."""

from pathlib import Path
from urllib.parse import quote, urlsplit


def with_password(url: str, file: Path | None) -> str:
    """The address with the password that the file holds, for the user that the address names.

    Raises:
        ValueError: the file cannot be read, or the address has no user, or a password already.
    """
    if file is None:
        return url
    try:
        password = file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError("the file with the password for Redis cannot be read") from None
    parts = urlsplit(url)
    if not parts.username or parts.password is not None:
        raise ValueError("the address of Redis names a user and no password, where a file has it")
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.removesuffix(':')}:{quote(password, safe='')}@{host}").geturl()
