"""A folder whose files of one ending are generated, all of them: what differs is seen, what is too many is removed."""

from collections.abc import Mapping
from pathlib import Path


def differing(folder: Path, wanted: Mapping[str, str], ending: str) -> list[str]:
    """The names of files that are not as wanted, that are missing, or that nobody wants."""
    present = {file.name: file.read_text() for file in folder.glob(f"*{ending}")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def write(folder: Path, wanted: Mapping[str, str], ending: str) -> None:
    """Write every file as wanted, and remove those of this ending that nobody wants."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob(f"*{ending}"):
        if file.name not in wanted:
            file.unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content)
