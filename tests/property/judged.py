"""How many stories a property is asked, and which: in the gate always the same, under `make test-long` new ones each time."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

STORIES: Final = int(os.environ.get("ROSETTE_STORIES", "200"))
"""The gate's number; another one is a search, which is told by chance and remembers nothing."""
_PHASES: Final = (Phase.explicit, Phase.generate)

judged: Final = settings(
    max_examples=STORIES,
    derandomize="ROSETTE_STORIES" not in os.environ,
    database=None,
    deadline=None,
    phases=_PHASES if os.environ.get("ROSETTE_SHRINK") == "no" else (*_PHASES, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
"""Each property is asked so many stories."""
