"""What operators count. Labels are words of the catalogue, never a reference."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

STATEMENTS: Final = Counter(
    "rosette_intake_statements_total", "Statements by what became of them at the door.", ["outcome", "door"]
)
DENIALS: Final = Counter("rosette_intake_denials_total", "What a credential did not open, by the rule.", ["rule", "door"])
ACCEPT_SECONDS: Final = Histogram(
    "rosette_intake_accept_seconds",
    "From a request's last byte to a durable answer.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SOURCES_BROKEN: Final = Gauge("rosette_intake_sources_broken", "1 while the sources file cannot be read.")
DURABILITY_ASSERTED: Final = Gauge(
    "rosette_intake_redis_durability_asserted", "1 where an operator answers for the server's durability, unchecked."
)
LAG: Final = Gauge("rosette_intake_unfiled", "Accepted and not filed yet, by the streams' counters at the last look.")
