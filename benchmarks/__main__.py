"""`python -m benchmarks [--json]`: one run, every figure from it. What they mean and what was seen: docs/benchmarks.md."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

import embedded
from benchmarks import processes
from benchmarks.accept import accept_events_s
from benchmarks.catch_up import catch_up_events_s
from benchmarks.latency import PER_SECOND, committed_ms
from benchmarks.load import SOURCE, events
from benchmarks.streams import SLUG, bare_loop, fill
from shared.terms import ROLES

BACKLOG: Final = 50_000
THROUGH_THE_DOOR: Final = 20_000
AT_A_RATE: Final = 15 * PER_SECOND

Figures = dict[str, float]


def accepting(servers: embedded.Servers, folder: Path) -> Figures:
    key, environment, port = intake(servers, folder)
    with processes.service("intake", port, environment):
        return {"accept_events_s": accept_events_s(port, key, events(THROUGH_THE_DOOR, "door"))}


def catching_up(servers: embedded.Servers) -> Figures:
    """The bare loop and the tracker over the same 50,000 entries, on the same servers, in one run."""
    load = events(BACKLOG, "backlog")
    fill(servers.redis_url, load)
    bare = bare_loop(servers.redis_url, servers.new_database("bare"), BACKLOG)
    environment, port = tracker(servers, "backlog")
    with processes.service("tracker", port, environment):
        caught_up = catch_up_events_s(servers.redis_url, BACKLOG)
    return {"catch_up_events_s": caught_up, "bare_loop_events_s": bare, "catch_up_ratio": caught_up / bare}


def committing(servers: embedded.Servers, folder: Path) -> Figures:
    key, for_intake, intake_port = intake(servers, folder)
    for_tracker, tracker_port = tracker(servers, "latency")
    with (
        processes.service("intake", intake_port, for_intake),
        processes.service("tracker", tracker_port, for_tracker),
    ):
        figures = committed_ms(intake_port, key, for_tracker["TRACKER_DATABASE_URL"], events(AT_A_RATE, "rate"))
    return {"committed_ms_p50": figures[len(figures) // 2], "committed_ms_p99": figures[len(figures) * 99 // 100]}


def intake(servers: embedded.Servers, folder: Path) -> tuple[str, dict[str, str], int]:
    """A source that may say everything; its key, the environment and the port of an intake that knows it."""
    port = processes.free_port()
    environment = {
        "INTAKE_REDIS_URL": servers.redis_url,
        "INTAKE_SOURCES": str(folder / "sources.toml"),
        "INTAKE_PORT": str(port),
    }
    roles = [argument for role in ROLES for argument in ("--role", role)]
    grant = ("--uri", SOURCE, *roles, "--type", "*", "--party", "*")
    key = orjson.loads(processes.command("intake", environment, "sources", "add", SLUG, *grant, "--json"))["key"]
    return key, environment, port


def tracker(servers: embedded.Servers, database: str) -> tuple[dict[str, str], int]:
    """The environment and the port of a tracker with a record of its own, migrated, that writes to nobody."""
    port = processes.free_port()
    environment = {
        "TRACKER_REDIS_URL": servers.redis_url,
        "TRACKER_DATABASE_URL": servers.new_database(database),
        "TRACKER_PORT": str(port),
        "TRACKER_DELIVERY": "log",
    }
    processes.command("tracker", environment, "migrate")
    processes.command("tracker", environment, "directory", "import", "deploy/directory.example.toml")
    return environment, port


def main(as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False) -> None:
    """Measure everything once, on embedded servers with all durability on."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for part in (lambda s: accepting(s, Path(folder)), catching_up, lambda s: committing(s, Path(folder))):
            with embedded.servers() as servers:
                figures |= part(servers)
    if as_json:
        sys.stdout.write(orjson.dumps(figures).decode() + "\n")
        return
    for name, figure in figures.items():
        sys.stdout.write(f"{name:22} {figure:12,.2f}\n")


if __name__ == "__main__":
    typer.run(main)
