"""What became of the story, read back from the running services and the mailbox, and where that is not the truth."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.k55.calendar import ENDS
from demo.k55.remains import TURNOVER
from demo.k55.truth import Truth
from demo.reading import Document, Tracker
from demo.submitting import Submissions
from demo.telling import reference_of
from embedded import Mailbox

COUNTED: Final = (
    "expected", "received", "elements", "mni", "identified", "attributed", "remaining", "accounted_for", "returned", "interred",
)  # fmt: skip
TOLD_ONCE: Final = ("identification", "additional_portions")


@dataclass(frozen=True, slots=True)
class Found:
    """What the services and the mailbox hold at the end. `accounts` are those of the dates of the truth, in its order."""

    notices: Mapping[str, Document]
    accounts: Sequence[Mapping[str, int]]
    final: Mapping[str, int]
    silent: frozenset[tuple[str, str]]
    discrepancies: Sequence[Document]
    quarantined: int
    applied: int
    mails: Sequence[str]
    """The reference in each mail, in the order in which they came."""


def gather(tracker: Tracker, mailbox: Mailbox, truth: Truth) -> Found:
    asked = [{"as_of": each.as_of.isoformat(), "known_at": min(each.known_at, ENDS).isoformat()} for each in truth.figures]
    return Found(
        notices={notice["reference"]: notice for notice in tracker.every("/v1/notices", limit="500")},
        accounts=[account(tracker, **at) for at in asked],
        final=account(tracker),
        silent=frozenset(silent(tracker)),
        discrepancies=list(tracker.every("/v1/discrepancies", open="true")),
        quarantined=sum(1 for _ in tracker.every("/v1/quarantine")),
        applied=sum(stream["through"] for stream in tracker.listed("/v1/streams")),
        mails=[reference_of(mail) for mail in mailbox.messages],
    )


def account(tracker: Tracker, **at: str) -> dict[str, int]:
    """The figures of an account, by name; the estimate is the last there is."""
    document = tracker.get(f"/v1/turnovers/{TURNOVER}/account", **at)
    stated = document | {"mni": document["mni"][-1] if document["mni"] else 0}
    return {name: value(stated[name]) for name in COUNTED}


def value(figure: Document | int | None) -> int:
    if figure is None or isinstance(figure, int):
        return figure or 0
    return int(figure["value"])


def silent(tracker: Tracker) -> Iterator[tuple[str, str]]:
    """What is held in silence, of every person on record."""
    for person in tracker.every("/v1/persons", limit="500"):
        for each in tracker.get(f"/v1/persons/{person['ref']}")["silent"]:
            yield person["ref"], each["cause"]


def figures(found: Found, submissions: Submissions, seconds: float) -> dict[str, Any]:
    """The one object that `python -m demo --story k55 --json` prints."""
    return {
        "mni": found.final["mni"],
        "identified": found.final["identified"],
        "attributed": found.final["attributed"],
        "remaining": found.final["remaining"],
        "accounted_for": found.final["accounted_for"],
        "events_sent": submissions.sent,
        "events_applied": found.applied,
        "duplicates": submissions.duplicates,
        "quarantined": found.quarantined,
        "discrepancies_open": len(found.discrepancies),
        "notices_by_state": dict(sorted(Counter(notice["state"] for notice in found.notices.values()).items())),
        "notices_repeated": repeated(found),
        "seconds": round(seconds, 1),
    }


def repeated(found: Found) -> int:
    """Mails of a key that had been mailed, and tellings of one cause to one kin under two keys."""
    mailed = [found.notices[reference] for reference in found.mails]
    keys = Counter(notice["key"] for notice in mailed)
    told = Counter((each["person"], each["cause"], each["kin"]) for each in mailed if each["kind"] in TOLD_ONCE)
    return sum(n - 1 for n in (*keys.values(), *told.values()))


def broken(figures: Mapping[str, Any]) -> list[str]:
    """The promises that hold for every story, whatever its truth, and are not kept."""
    promises = {
        "every submission ends in the record once": figures["events_applied"] + figures["duplicates"] == figures["events_sent"],
        "nothing ends in quarantine": figures["quarantined"] == 0,
        "no notice is repeated": figures["notices_repeated"] == 0,
    }
    return [promise for promise, kept in promises.items() if not kept]
