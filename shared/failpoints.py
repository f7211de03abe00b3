"""Named points at which a test may kill the process, to prove what survives.

`ROSETTE_FAILPOINT=<name>@<file>` arms one point; the first process to reach it creates the file and dies by SIGKILL, as in a
power cut. The file proves that the point was hit, and keeps it from firing again after a restart. Unarmed, a point costs one
comparison.
"""

import os
import signal
from pathlib import Path
from typing import Final

ARMED, _, _FILE = os.environ.get("ROSETTE_FAILPOINT", "").partition("@")
HIT: Final = Path(_FILE)


def failpoint(name: str) -> None:
    """Die here if a test armed this point and it has not fired yet."""
    if name == ARMED:
        try:
            HIT.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
