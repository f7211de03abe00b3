"""What this process has committed. Labels are words of the catalogue, never a reference."""

from typing import Final

from prometheus_client import Counter

BATCHES: Final = Counter("rosette_tracker_batches_total", "Batches that this process committed.", ["stream"])
ENTRIES: Final = Counter(
    "rosette_tracker_entries_total", "Entries that this process committed, by what became of them.", ["stream", "outcome"]
)
