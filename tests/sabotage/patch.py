"""The patches: which invariant each breaks, and which test must see it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "patches"
INVARIANTS: Final = range(1, 21)
_NAME: Final = re.compile(r"(\d\d)_([a-z]+)_[a-z0-9_]+\.patch")
_TEST: Final = re.compile(r"^Test: (\S+::\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Patch:
    """One rule of the product broken in one layer. `test` is a pytest node id."""

    path: Path
    invariant: int
    layer: str
    test: str

    @classmethod
    def read(cls, path: Path) -> "Patch":
        """The patch in a file.

        Raises:
            ValueError: its name or its header is not as this package describes them, or its test is of another invariant.
        """
        name = _NAME.fullmatch(path.name)
        test = _TEST.search(path.read_text())
        if name is None or test is None:
            raise ValueError(f"{path.name}: not NN_layer_what.patch with a line `Test: file::function`")
        if f"test_invariant_{name[1]}_" not in test[1]:
            raise ValueError(f"{path.name}: its test is not one of invariant {name[1]}")
        return cls(path, int(name[1]), name[2], test[1])


def all_patches(folder: Path = FOLDER) -> list[Patch]:
    return [Patch.read(path) for path in sorted(folder.glob("*.patch"))]


def unbroken(patches: list[Patch]) -> Iterator[int]:
    """The invariants that no patch breaks: nobody knows whether their tests can fail."""
    return (number for number in INVARIANTS if number not in {patch.invariant for patch in patches})
