"""Credentials as both services keep them in a file: by their hash alone, with an end or without; how such a file is read."""

import tomllib
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

File = TypeVar("File", bound=BaseModel)


class Hashed(BaseModel):
    """A credential that its holder sends as it is. Only its hash is kept; it ends by itself where `expires` says when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    expires: AwareDatetime | None = None

    def ended(self, at: datetime) -> bool:
        """`at` is the machine's clock."""
        return self.expires is not None and self.expires <= at


def hash_alone(given: Any) -> Any:
    """A hash that stands there as a text is one without an end."""
    return {"hash": given} if isinstance(given, str) else given


def hash_of(credential: str) -> str:
    return sha256(credential.encode(errors="replace")).hexdigest()


def stamp(path: Path) -> tuple[int, int, int]:
    """Changes whenever the file does, and costs two microseconds to look at. Raises OSError."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def read_file(path: Path, shape: type[File], bad: type[ValueError]) -> File:
    """What the file says.

    Raises:
        bad: it cannot be read as `shape`; the message says where, never what stands there.
        OSError: it cannot be read at all.
    """
    try:
        return shape.model_validate(tomllib.loads(path.read_text()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise bad(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise bad(f"{path}: not TOML in UTF-8: {type(error).__name__}") from None
