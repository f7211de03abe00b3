"""`python -m benchmarks [--json]`: one run, every figure from it. What they mean and what was seen: docs/benchmarks.md."""

import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

import embedded
from benchmarks.accept import accept_events_s, bare_endpoint, one_a_request_s
from benchmarks.catch_up import catch_up_events_s, notices_written
from benchmarks.fold import fold_figures
from benchmarks.latency import PER_SECOND, committed_ms
from benchmarks.load import SOURCE, events
from benchmarks.streams import SLUG, bare_loop, fill
from embedded import services
from shared.terms import ROLES

BACKLOG: Final = 50_000
THROUGH_THE_DOOR: Final = 20_000
TURNS: Final = 4
ONE_A_TURN: Final = 2_000
AT_A_RATE: Final = 15 * PER_SECOND
DIRECTORY: Final = "deploy/directory.example.toml"

Figures = dict[str, float]


def accepting(servers: embedded.Servers, folder: Path) -> Figures:
    house = House(servers, folder)
    key = house.key()
    with house.running("intake"):
        return {"accept_events_s": accept_events_s(house.ports["intake"], key, events(THROUGH_THE_DOOR, "door"))}


def accepting_one(servers: embedded.Servers, folder: Path) -> Figures:
    """Intake and a bare endpoint by turns, with the same requests of the same clients, on one server."""
    house = House(servers, folder)
    key = house.key()
    bare_port = services.free_port()
    with house.running("intake"), bare_endpoint(servers.redis_url, bare_port):
        seconds = {"intake": 0.0, "bare": 0.0}
        for turn in range(TURNS):
            load = events(ONE_A_TURN, f"one-{turn}")
            for name, port in (("intake", house.ports["intake"]), ("bare", bare_port)):
                seconds[name] += len(load) / one_a_request_s(port, key, load)
    return {"accept_one_s": TURNS * ONE_A_TURN / seconds["intake"], "accept_one_ratio": seconds["bare"] / seconds["intake"]}


def catching_up(servers: embedded.Servers, folder: Path) -> Figures:
    """The bare loop and the tracker over the same 50,000 entries, on the same servers, in one run."""
    load = events(BACKLOG, "backlog")
    fill(servers.redis_url, load)
    bare = bare_loop(servers.redis_url, servers.new_database("bare"), BACKLOG)
    house = House(servers, folder)
    house.make_record()
    with house.running("tracker"):
        caught_up = catch_up_events_s(servers.redis_url, BACKLOG)
    return {
        "catch_up_events_s": caught_up,
        "bare_loop_events_s": bare,
        "catch_up_ratio": caught_up / bare,
        "notices_written": notices_written(servers.postgres_url),
    }


def committing(servers: embedded.Servers, folder: Path) -> Figures:
    house = House(servers, folder)
    key = house.key()
    house.make_record()
    with house.running("intake"), house.running("tracker"):
        figures = committed_ms(house.ports["intake"], key, servers.postgres_url, events(AT_A_RATE, "rate"))
    return {"committed_ms_p50": figures[len(figures) // 2], "committed_ms_p99": figures[len(figures) * 99 // 100]}


class House:
    """Both services on `servers`, as an operator would start them; the tracker writes to nobody."""

    def __init__(self, servers: embedded.Servers, folder: Path) -> None:
        self.ports = services.free_ports(*services.SERVICES)
        self.log = folder / "log"
        self.environment = services.environment(servers.redis_url, servers.postgres_url, self.ports, folder / "sources.toml")
        self.environment |= {"INTAKE_SOURCE_EVENTS_S": "1000000"}

    def running(self, service: str) -> AbstractContextManager[object]:
        return services.running(service, self.ports[service], self.environment, self.log)

    def key(self) -> str:
        """The key of a new source that may say everything."""
        roles = [argument for role in ROLES for argument in ("--role", role)]
        grant = ("--uri", SOURCE, *roles, "--type", "*", "--party", "*")
        added = services.ask("intake", self.environment, "sources", "add", SLUG, *grant, "--json", log=self.log)
        return str(orjson.loads(added)["key"])

    def make_record(self) -> None:
        services.ask("tracker", self.environment, "migrate", log=self.log)
        services.ask("tracker", self.environment, "directory", "import", DIRECTORY, log=self.log)


def telling_six_years() -> Figures:
    """The story of K55, with its shuffles and its played liaisons; none of it counts where its account is not the truth."""
    command = [sys.executable, "-m", "demo", "--story", "k55", "--once", "--json"]
    told = subprocess.run(command, capture_output=True, check=True)
    return {"k55_story_s": orjson.loads(told.stdout)["seconds"]}


def main(as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False) -> None:
    """Measure everything once, on embedded servers with all durability on."""
    figures: Figures = fold_figures()
    for part in (accepting, accepting_one, catching_up, committing):
        with tempfile.TemporaryDirectory() as folder, embedded.servers() as servers:
            figures |= part(servers, Path(folder))
    figures |= telling_six_years()
    if as_json:
        sys.stdout.write(orjson.dumps(figures).decode() + "\n")
        return
    for name, figure in figures.items():
        sys.stdout.write(f"{name:22} {figure:12,.2f}\n")


if __name__ == "__main__":
    typer.run(main)
