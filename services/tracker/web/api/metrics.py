"""`/metrics`: what the record and Redis say at this moment, beside what this process has counted. References only."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.tracker.record.reading.counts import Counts, counts
from services.tracker.web.api.asked import Connection
from services.tracker.web.watch import StreamState, Unknown, watch

router = APIRouter(tags=["metrics"])


@router.get("/metrics", response_class=Response)
async def metrics(conn: Connection, request: Request) -> Response:
    """Prometheus text. A figure that Redis cannot give is NaN: absent is for what does not exist."""
    seen = CollectorRegistry(auto_describe=False)
    seen.register(Seen([*of_streams(await watch(conn, request.app.state.redis)), *of_record(await counts(conn))]))
    return Response(generate_latest(REGISTRY) + generate_latest(seen), media_type=CONTENT_TYPE_LATEST)


class Seen(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def of_streams(streams: Sequence[StreamState]) -> Iterator[Metric]:
    accepted = gauge("stream_accepted", "Sequence number last given out by intake")
    through = gauge("stream_filed_through", "Every sequence number up to this one is in the record")
    unfiled = gauge("stream_unfiled", "Accepted and not yet filed")
    lag = gauge("stream_lag", "Entries never delivered to the group")
    pending = gauge("stream_pending", "Entries delivered and not acknowledged")
    oldest = gauge("stream_oldest_pending_seconds", "Age of the oldest entry that is not acknowledged")
    gaps = gauge("stream_gaps", "Runs of missing sequence numbers below a filed one")
    frozen = gauge("stream_frozen", "1 while family and public notices wait for an operator")
    for each in streams:
        accepted.add_metric([each.stream], figure(each.transport.accepted))
        through.add_metric([each.stream], each.through)
        unfiled.add_metric([each.stream], figure(each.unfiled))
        lag.add_metric([each.stream], figure(each.transport.lag))
        pending.add_metric([each.stream], figure(each.transport.pending))
        oldest.add_metric([each.stream], figure(each.transport.oldest_pending_s))
        gaps.add_metric([each.stream], len(each.gaps))
        frozen.add_metric([each.stream], each.frozen)
    yield from (accepted, through, unfiled, lag, pending, oldest, gaps, frozen)


def of_record(seen: Counts) -> Iterator[Metric]:
    cases = gauge("cases", "Cases by custody state", "custody")
    notices = gauge("notices", "Notices by class and state", "class", "state")
    for custody, n in seen.cases.items():
        cases.add_metric([custody], n)
    for (class_, state), n in seen.notices.items():
        notices.add_metric([class_, state], n)
    yield from (cases, notices)
    for name, help_, n in (
        ("discrepancies_open", "Discrepancies that nobody has resolved", seen.discrepancies_open),
        ("quarantine_unresolved", "Quarantined entries that wait for an operator", seen.quarantine_unresolved),
        ("unfoldable", "Cases and persons that cannot be folded", seen.unfoldable),
    ):
        one: Any = gauge(name, help_, labelled=False)
        one.add_metric([], n)
        yield one


def gauge(name: str, help_: str, *labels: str, labelled: bool = True) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"rosette_{name}", help_, labels=(labels or ("stream",)) if labelled else ())


def figure(value: float | Unknown) -> float:
    return float("nan") if value == "unknown" else float(value)
