"""Processes that one supervisor owns: started with a pid file, stopped in good order, reclaimed if it was killed.

Pid files are `<data directory>/run/<name>.pid`: JSON `{"pid": 4711, "arguments": [...], "stop_with": 15}`. The
arguments tell a left-over of ours from an innocent process that was given the same pid later; those of the servers name
their data directory, so they are unmistakable.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from embedded.accounts import Account


@dataclass(frozen=True)
class Program:
    """What to run and how to end it."""

    name: str
    command: list[str]
    log: Path | None = None
    """Where its output goes; None leaves it on the supervisor's standard error, which is the user's terminal."""
    stop_with: signal.Signals = signal.SIGTERM
    """What asks it to end in good order."""
    grace_s: float = 20.0
    """How long that may take before it is killed: a PostgreSQL shutdown checkpoint on a slow disk is the longest."""
    account: Account | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """One program, alive or not; the pid file is there exactly as long as the process may be."""

    def __init__(self, program: Program, run: Path) -> None:
        self.program = program
        self.pid_file = run / f"{program.name}.pid"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def start(self) -> None:
        program = self.program
        log = program.log.open("ab") if program.log else None
        try:
            # A session of its own keeps the terminal's Ctrl-C from it: the supervisor ends things, in order.
            self.process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log or sys.stderr,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,
                preexec_fn=end_with_parent(program.stop_with),
                **({"user": program.account.uid, "group": program.account.gid} if program.account else {}),  # type: ignore[call-overload]
            )
        finally:
            if log:
                log.close()
        note = {"pid": self.process.pid, "arguments": program.command[1:], "stop_with": program.stop_with}
        self.pid_file.write_text(json.dumps(note))

    def stop(self) -> None:
        """End it in good order, or by SIGKILL once its grace is over."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_with)
            try:
                self.process.wait(self.program.grace_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """What a crash of the process looks like."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.pid_file.unlink(missing_ok=True)


def reclaim(run: Path, grace_s: float = 10.0) -> list[str]:
    """End what a killed supervisor left running in this data directory, by the pid files that it left with it.

    Call only while holding the directory's lock. Returns the names of what was found alive.
    """
    found = []
    # Services before the servers that they use, and in any case one at a time.
    for pid_file in sorted(run.glob("*.pid"), key=lambda file: file.stem in {"postgres", "redis"}):
        with suppress(ValueError, KeyError, psutil.Error):
            note = json.loads(pid_file.read_text())
            process = psutil.Process(int(note["pid"]))
            if process.cmdline()[1:] == note["arguments"]:
                found.append(pid_file.stem)
                end(process, signal.Signals(note["stop_with"]), grace_s)
        pid_file.unlink(missing_ok=True)
    return found


def end(process: psutil.Process, stop_with: signal.Signals, grace_s: float) -> None:
    try:
        process.send_signal(stop_with)
        process.send_signal(signal.SIGCONT)  # a stopped process would hear nothing but SIGKILL
        process.wait(grace_s)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(grace_s)


def end_with_parent(stop_with: signal.Signals) -> Callable[[], None] | None:
    """On Linux, have the kernel end the child when the supervisor dies in whatever way; elsewhere `reclaim` does later.

    The kernel watches the *thread* that made the child, so this is sound only because the supervisor has one thread.
    """
    if sys.platform != "linux":
        return None
    prctl, pr_set_pdeathsig = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(pr_set_pdeathsig, int(stop_with))
