"""What became of the story, read back from the running services and the mailbox. Of what this process did itself only its
submissions and their receipts count.

`gather` asks, `figures` counts, and `broken` says which promise of the project the figures do not keep.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.gates import before_gate
from demo.reading import Document, Tracker
from demo.story.cases import CASES
from demo.submitting import Submissions
from demo.telling import reference_of
from embedded import Mailbox


@dataclass(frozen=True, slots=True)
class Found:
    """What the services and the mailbox hold at the end. Persons and notices in detail, notices by reference."""

    cases: Sequence[Document]
    persons: Sequence[Document]
    notices: Mapping[str, Document]
    discrepancies: Sequence[Document]
    quarantined: int
    applied: int
    mails: Sequence[str]
    """The reference in each mail, in the order in which they came."""


def gather(tracker: Tracker, submissions: Submissions, mailbox: Mailbox) -> Found:
    notices = [notice["reference"] for notice in tracker.every("/v1/notices")]
    return Found(
        cases=[case for case in tracker.every("/v1/cases") if case["registered"]],
        persons=[tracker.get(f"/v1/persons/{person['ref']}") for person in tracker.every("/v1/persons")],
        notices={reference: tracker.get(f"/v1/notices/{reference}") for reference in notices},
        discrepancies=list(tracker.every("/v1/discrepancies")),
        quarantined=sum(1 for _ in tracker.every("/v1/quarantine")),
        applied=sum(filed(tracker, source, id) for source, id in sorted(submissions.identities)),
        mails=[reference_of(mail) for mail in mailbox.messages],
    )


def filed(tracker: Tracker, source: str, id: str) -> int:
    """How often the record has filed what was submitted under an identity."""
    entries = tracker.get("/v1/events", source=source, id=id)["entries"]
    return sum(1 for entry in entries if entry["outcome"] == "filed")


ALARMS = ("overdue_hand_over", "gap", "source_silent", "escalation")
"""What only time makes worth telling. How many there are hangs on how long the sources of the story pause."""


def figures(found: Found, submissions: Submissions, seconds: float) -> dict[str, Any]:
    """The one object that `python -m demo --json` prints."""
    mailed = [found.notices[reference] for reference in found.mails]
    told = Counter(notice["person"] for notice in mailed if notice["kind"] == "identification")
    return {
        "cases": len(found.cases),
        "cases_by_custody": counted(found.cases, "custody"),
        "cases_by_progress": counted(found.cases, "progress"),
        "events_sent": submissions.sent,
        "events_applied": found.applied,
        "duplicates": submissions.duplicates,
        "quarantined": found.quarantined,
        "discrepancies_open": sum(each["open"] for each in found.discrepancies),
        "discrepancies_resolved": sum(each["resolution"] is not None for each in found.discrepancies),
        "notices_sent": sum(accepted(notice) for notice in found.notices.values()),
        "notices_held": sum(notice["state"] == "held" for notice in found.notices.values()),
        "mails_received": len(found.mails),
        "alarms_sent": sum(accepted(notice) for notice in found.notices.values() if notice["kind"] in ALARMS),
        "identification_mails_per_person": [told[person["ref"]] for person in found.persons if person["determinations"]],
        "corrections": sum(notice["kind"] == "correction" for notice in mailed),
        "mails_before_gate": sum(before_gate(notice, found.persons, found.discrepancies) for notice in mailed),
        "seconds": round(seconds, 1),
    }


def counted(documents: Iterable[Document], field: str) -> dict[str, int]:
    return dict(sorted(Counter(str(each[field]) for each in documents).items()))


def accepted(notice: Document) -> bool:
    """Whether a mail server took a mail of this notice."""
    return any(attempt["phase"] == "accepted" for attempt in notice["attempts"])


# ------------------------------------------------------------------------------------------------- promises
def broken(figures: Mapping[str, Any]) -> list[str]:
    """The promises that these figures do not keep, in words; empty where all is well."""
    promises = {
        "every submission ends in the record once": figures["events_applied"] + figures["duplicates"] == figures["events_sent"],
        "nothing ends in quarantine": figures["quarantined"] == 0,
        "every case that came back is on record": figures["cases"] == len(CASES),
        "no family is told twice, and none is left out": set(figures["identification_mails_per_person"]) == {1},
        "what was taken back is put right once": figures["corrections"] == 1,
        "no mail leaves before its gate": figures["mails_before_gate"] == 0,
        "what does not agree is settled by a person": figures["discrepancies_resolved"] > 0,
        "what a mail server took has arrived": figures["notices_sent"] == figures["mails_received"],
    }
    return [promise for promise, kept in promises.items() if not kept]
