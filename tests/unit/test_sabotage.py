"""The sabotage: what a patch must say of itself, and what counts as its test's having gone red."""

import subprocess
from pathlib import Path

import pytest

from tests.sabotage.patch import Patch, all_patches, unbroken
from tests.sabotage.scratch import DoesNotApply, Otherwise, Red, Survived, sabotaged

RULE = "def one_custodian() -> bool:\n    return True\n"
TEST = "from product import one_custodian\n\n\ndef test_there_is_one() -> None:\n    assert one_custodian()\n"
HEAD = "A second custodian.\nTest: tests/test_invariant_01_one.py::test_there_is_one\n\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A product of one rule, with its test."""
    package = Path(__file__).parents[1] / "sabotage"
    files = {"product.py": RULE, "tests/test_invariant_01_one.py": TEST, "tests/__init__.py": "", "pytest.ini": "[pytest]\n"}
    files |= {f"tests/sabotage/{path.name}": path.read_text() for path in package.glob("*.py")}
    for name, text in files.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "checkout", check=True)
    return tmp_path / "checkout"


def patch(folder: Path, old: str, new: str) -> Patch:
    path = folder / "01_fold_second_custodian.patch"
    diff = f"--- a/product.py\n+++ b/product.py\n@@ -1,2 +1,2 @@\n def one_custodian() -> bool:\n-{old}\n+{new}\n"
    path.write_text(HEAD + diff)
    return Patch.read(path)


def test_a_test_whose_own_assertion_goes_red_has_seen_the_sabotage(tmp_path: Path, checkout: Path) -> None:
    assert isinstance(sabotaged(patch(tmp_path, "    return True", "    return False"), checkout), Red)


def test_a_test_that_stays_green_survives(tmp_path: Path, checkout: Path) -> None:
    assert sabotaged(patch(tmp_path, "    return True", "    return bool(1)"), checkout) == Survived()


@pytest.mark.parametrize("instead", ["    raise ValueError", "    assert False", "    return False +"])
def test_a_crash_or_an_assertion_of_the_product_proves_nothing(tmp_path: Path, checkout: Path, instead: str) -> None:
    assert isinstance(sabotaged(patch(tmp_path, "    return True", instead), checkout), Otherwise)


def test_a_patch_that_no_longer_applies_is_a_failure(tmp_path: Path, checkout: Path) -> None:
    assert isinstance(sabotaged(patch(tmp_path, "    return 1", "    return 0"), checkout), DoesNotApply)


@pytest.mark.parametrize(
    ("name", "text"),
    [("one.patch", HEAD), ("01_fold_one.patch", "no test named"), ("02_fold_one.patch", HEAD)],
)
def test_a_patch_names_its_invariant_and_a_test_of_that_invariant(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=name):
        Patch.read(tmp_path / name)


def test_an_invariant_that_no_patch_breaks_is_told(tmp_path: Path) -> None:
    assert 1 not in unbroken([patch(tmp_path, "    return True", "    return False")])
    assert list(unbroken([]))[-1] == 20


def test_every_patch_of_ours_is_well_formed() -> None:
    assert all_patches()
