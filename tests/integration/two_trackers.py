"""Two trackers on one record, both with every role, and one mailbox; one of the two may be killed while it sends."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from typing import Any, Final, LiteralString

import httpx2
import psycopg
import redis

from embedded import Mailbox, services
from embedded.mailbox import Mail
from shared.clock import StoryClock
from shared.streams import seq_key
from shared.terms import STREAMS

POLICY: Final = """
settling_s = 30              # [ours] as the policy of the project has it
acknowledge_within_h = 8760  # [ours] nobody escalates here: the liaisons of the stories are slow on purpose
deliver_within_h = 8760      # [ours] the same
source_silent_h = 8760       # [ours] and no source is missed
"""
FIRST, SECOND = "first@rosette.example.org", "second@rosette.example.org"
"""From whom a mail comes says which process sent it."""
REFERENCE: Final = re.compile(r"^Notice (\w+)$", re.MULTILINE)
TO_A_FAMILY: Final = "a family to contact"

LIAISONS: Final = "@liaisons.example.org"
"""Nobody else gets mail: what operators are told is logged, which spares the set as many mails again as it is about."""

SMTP_S, LEASE_S = 5, 11
"""A mailbox of ours answers in milliseconds. What a killed process had in hand is its own until its lease is over."""
RECLAIM_MS: Final = 2_000
PATIENCE_S, LOOK_EVERY_S = 120, 0.05

AT_REST: Final[LiteralString] = """
    SELECT NOT EXISTS (SELECT FROM unnest(%(streams)s::text[], %(given_out)s::bigint[]) AS intake (stream, n)
                         LEFT JOIN epoch ON epoch.stream = intake.stream AND epoch.current
                        WHERE n > coalesce(through, 0))
       AND NOT EXISTS (SELECT FROM case_ WHERE next_check_at <= %(now)s)
       AND NOT EXISTS (SELECT FROM person WHERE next_check_at <= %(now)s)
       AND NOT EXISTS (SELECT FROM turnover WHERE next_check_at <= %(now)s)
       AND NOT EXISTS (SELECT FROM notice
                        WHERE class <> 'operator' AND (state IN ('sending', 'transmitting')
                           OR (state = 'ready' AND needs_release IS NULL AND recipient IS NOT NULL
                               AND (class = 'stop' OR ready_at + interval '30 s' <= %(now)s))))
"""


@dataclass
class Pair:
    """`second` is the one that is killed; the first is asked whether all has come to rest."""

    redis_url: str
    database_url: str
    mailbox: Mailbox
    folder: Path
    opened: ExitStack
    ports: dict[str, int] = field(default_factory=lambda: services.free_ports(FIRST, SECOND))
    killed: threading.Event = field(default_factory=threading.Event)
    is_armed: bool = False
    is_restarted: bool = False
    second: "Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def clock(self) -> StoryClock:
        return StoryClock(self.folder / "clock")

    def environment(self, who: str) -> dict[str, str]:
        given = services.environment(
            self.redis_url,
            self.database_url,
            {"tracker": self.ports[who]},
            self.folder / "sources.toml",
            smtp_url=self.mailbox.url,
            clock=self.clock.file,
        )
        return given | {
            "TRACKER_DELIVERY": "allowlist",
            "TRACKER_ALLOWLIST": LIAISONS,
            "TRACKER_POLICY": str(self.folder / "policy.toml"),
            "TRACKER_MAIL_FROM": who,
            "TRACKER_SMTP_TIMEOUT_S": str(SMTP_S),
            "TRACKER_LEASE_S": str(LEASE_S),
            "TRACKER_RECLAIM_IDLE_MS": str(RECLAIM_MS),
        }

    def start(self, who: str) -> "Popen[bytes]":
        running = services.running("tracker", self.ports[who], self.environment(who), self.log)
        return self.opened.enter_context(running)

    def ask(self, *arguments: str) -> str:
        return services.ask("tracker", self.environment(FIRST), *arguments, log=self.log)

    def know(self, directory: str) -> None:
        """This is the directory from now on."""
        file = self.folder / "directory.toml"
        file.write_text(directory)
        self.ask("directory", "import", str(file))

    # ------------------------------------------------------------------------------------------------- the clock
    def move(self, to: datetime) -> None:
        """The story stands at another moment, from the next look of either process on."""
        self.clock.set(to)

    def come_to_rest(self) -> None:
        """Until all that was accepted is filed, and all that may leave at this moment of the story has left.

        What operators are to read leaves when there is time for it: it is waited for nowhere, and keeps no family waiting.
        """
        limit = time.monotonic() + PATIENCE_S
        with psycopg.connect(self.database_url, autocommit=True) as record, redis.Redis.from_url(self.redis_url) as client:
            given_out = [int(client.hget(seq_key(stream), "n") or 0) for stream in STREAMS]
            asked = {"streams": list(STREAMS), "given_out": given_out, "now": self.clock()}
            while not _holds(record, AT_REST, asked):
                assert time.monotonic() < limit, f"the story never comes to rest at {self.clock()}{services.tail(self.log)}"
                if self.killed.is_set() and not self.is_restarted:
                    self._restart()
                time.sleep(LOOK_EVERY_S)

    # ------------------------------------------------------------------------------------------------- the kill
    def arm(self) -> None:
        """The second process is killed in the moment in which its next mail about a family is in the box, and not answered."""
        self.is_armed = True

    def answer(self, mail: Mail) -> str:
        if self.is_armed and mail.sender == SECOND and TO_A_FAMILY in mail.message["Subject"]:
            self.is_armed = False
            assert self.second is not None
            self.second.kill()
            self.killed.set()
        return "250 OK"

    def _restart(self) -> None:
        """As a stranger's machine would: it knows nothing of what the dead one had in hand."""
        assert self.second is not None
        self.second.wait()
        self.second = self.start(SECOND)
        self.is_restarted = True

    def committed(self, who: str) -> int:
        """Batches that a process committed, as it counts them itself."""
        exposed = httpx2.get(f"http://127.0.0.1:{self.ports[who]}/metrics").text
        found = re.findall(r"^rosette_tracker_batches_total\{.*\} (\S+)$", exposed, re.MULTILINE)
        return sum(int(float(n)) for n in found)


@contextmanager
def two_trackers(redis_url: str, database_url: str, folder: Path, directory: str, at: datetime) -> Iterator[Pair]:
    """Both ready, on an empty record, at this moment of the story."""
    with ExitStack() as opened:
        mailbox = opened.enter_context(Mailbox())
        pair = Pair(redis_url, database_url, mailbox, folder, opened)
        mailbox.script = pair.answer
        pair.move(at)
        (folder / "policy.toml").write_text(POLICY)
        pair.ask("migrate")
        pair.know(directory)
        pair.start(FIRST)
        pair.second = pair.start(SECOND)
        yield pair


def _holds(record: "psycopg.Connection[Any]", question: LiteralString, asked: dict[str, Any]) -> bool:
    row = record.execute(question, asked).fetchone()
    return row is not None and bool(row[0])


def reference_of(mail: Mail) -> str:
    """The notice that a mail is about."""
    found = REFERENCE.search(mail.message.get_content())
    assert found is not None, mail.content
    return found[1]
