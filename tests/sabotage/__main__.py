"""`python -m tests.sabotage [NN ...]`: apply each patch (or those of some invariants) and see its test go red."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import assert_never

from tests.sabotage.patch import Patch, all_patches, unbroken
from tests.sabotage.scratch import DoesNotApply, Otherwise, Outcome, Red, Survived, green, sabotaged


def main(wanted: Sequence[str]) -> int:
    """Exit status 0 where every test is green as the code is and red where it is broken."""
    patches = all_patches()
    missing = [] if wanted else list(unbroken(patches))
    chosen = [patch for patch in patches if not wanted or f"{patch.invariant:02}" in wanted]
    failing = green(patch.test for patch in chosen)
    if failing is not None:
        print(failing, "\nA test that is red anyway proves nothing: mend these first.")
        return 1
    print(f"{len(chosen)} patches; their tests are green on the code as it is.")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = [told(patch, outcome) for patch, outcome in zip(chosen, pool.map(sabotaged, chosen), strict=True)]
    for number in missing:
        print(f"  {number:02}  no patch breaks this invariant")
    good = all(passed) and not missing
    print("All red where they must be." if good else "Not all red: see above.")
    return 0 if good else 1


def told(patch: Patch, outcome: Outcome) -> bool:
    """Print what came of one patch; whether it is as it must be."""
    match outcome:
        case Red(said):
            line, good = f"red        {said.splitlines()[0][:90]}", True
        case Survived():
            line, good = f"SURVIVED   {patch.test}", False
        case Otherwise(why):
            line, good = f"OTHERWISE  {why}", False
        case DoesNotApply(why):
            line, good = f"NO PATCH   {why}", False
        case _:
            assert_never(outcome)
    print(f"  {patch.path.stem:<44} {line}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
