"""One showing: the story is told, what became of it is shown, and the services stay up or are stopped."""

import json
import os
import signal
import time
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Final

import httpx2
import typer

import embedded
from demo.patience import Impatient
from demo.plays import Name, Performed, play
from demo.processes import house
from demo.screen import err, progress, show_urls
from demo.submitting import NotAccepted
from demo.telling import Standstill
from embedded.services import NotReady

BROKEN: Final = 1
FAILED: Final = 3


def showing(name: Name, seed: int, *, once: bool, as_json: bool) -> None:
    """As `python -m demo` says. Raises typer.Exit with its codes, and KeyboardInterrupt when interrupted in the story."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, interrupted)
    forget_settings()
    began = time.monotonic()
    shown = play(name, seed)
    try:
        with ExitStack() as stack:
            with err.status("Starting the services"):
                built = stack.enter_context(house(shown.begins, shown.company))
            with progress(shown.length) as seen:
                performed = shown.perform(built, began, seen)
            report(performed, as_json=as_json)
            if not once:
                show_urls(built)
                stay()
    except (NotReady, NotAccepted, Impatient, Standstill, httpx2.HTTPError, embedded.EmbeddedError) as error:
        err.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(FAILED) from None
    if performed.broken:
        err.print("Not kept: " + "; ".join(performed.broken), style="red", soft_wrap=True)
        raise typer.Exit(BROKEN)


def forget_settings() -> None:
    """The services of the story hear of its own house alone, whatever is set for others where the demo is run."""
    for name in [name for name in os.environ if name.startswith(("INTAKE_", "TRACKER_"))]:
        del os.environ[name]


def report(performed: Performed, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(performed.figures, indent=2), flush=True)
    else:
        performed.show()


def stay() -> None:
    """Until Ctrl-C, which is how a run that is left up ends well."""
    with suppress(KeyboardInterrupt):
        while True:
            signal.pause()


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
