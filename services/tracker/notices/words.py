"""The words of each kind of notice. A mail is quiet: a reference, an action, the window for a contact and its next opening, and
the notice's place in its line. Never a finding, a name, a determination or an address of kin: who reads over a shoulder learns
that there is something to do, and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.tracker.model.notices import CLASS_OF, NoticeKind
from services.tracker.model.policy import Window
from services.tracker.notices.window import ContactWindow


class Action(NamedTuple):
    """What the reader must do: in a subject line, and in full."""

    short: str
    full: str


ACTIONS: Final[dict[NoticeKind, Action]] = {
    "identification": Action("a family to contact", "Read the notice, then contact the next of kin that it names."),
    "additional_portions": Action("a family to contact", "Read the notice, then contact the next of kin that it names."),
    "ask_first": Action(
        "a family to ask",
        "Read the notice, then ask the next of kin that it names what they choose. Tell them nothing else.",
    ),
    "information": Action("a family to contact", "Read the notice, then contact the next of kin that it names."),
    "takeover": Action(
        "a family to contact",
        "You now speak to this family. Read the notice and what came before it, then contact the next of kin that it names.",
    ),
    "correction": Action(
        "a family to contact again",
        "What the next of kin was told needs to be put right. Read the notice, then contact the next of kin that it names.",
    ),
    "reinstatement": Action(
        "a family to contact again",
        "This replaces what you were sent before on this line. Read the notice, then contact the next of kin that it names.",
    ),
    "publication_eligible": Action(
        "something may be published",
        "Its gate is open. Read the notice, and have two people approve it before anything is public.",
    ),
    "stop": Action("STOP", "Do not act on the earlier notice. If you have already acted on it, report that at once."),
    "unassigned": Action(
        "nobody to contact", "Something waits because nobody can be written to. Read the notice, and see to it."
    ),
    "discrepancy": Action(
        "two statements to compare", "Two statements do not agree. Read the notice, and find out which is right."
    ),
    "overdue_hand_over": Action(
        "a hand-over left open", "One half of a hand-over has not been said. Read the notice, and find out what became of it."
    ),
    "missing": Action(
        "something to search for", "Something is not where it should be. Read the notice, and see to the search."
    ),
    "quarantine": Action(
        "an entry to look at", "An entry of a stream could not be filed. Read the notice, and resolve the entry."
    ),
    "gap": Action(
        "entries that are missing",
        "Entries that were accepted are in no stream any more. Read the notice, and have what they said be said again.",
    ),
    "in_doubt": Action(
        "a mail in doubt",
        "Nobody knows whether a mail has left. Read the notice, ask its recipient, and record what they answer. "
        "It is not sent again by itself.",
    ),
    "source_silent": Action(
        "a source that is silent",
        "A source has said nothing for a long time. Read the notice, and ask whether its line still works.",
    ),
    "escalation": Action(
        "a notice without an answer", "A liaison has not answered a notice in time. Read it, and see that somebody does."
    ),
}
"""One entry a kind. Where two kinds ask for the same, they say the same: the difference is a finding."""


@dataclass(frozen=True, slots=True)
class Said:
    """A notice's mail before it is addressed: one subject line, and a body of plain ASCII lines."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a notice stands in its line: mail can overtake itself, and the highest number counts.

    `line` is the reference of the line's first notice, which every mail of the line repeats.
    """

    number: int
    line: str


TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def words(
    reference: str,
    kind: NoticeKind,
    *,
    place: Place | None = None,
    stops: str | None = None,
    window: ContactWindow | None = None,
) -> Said:
    """What a notice says. Everything that enters a mail is an argument here.

    Args:
        reference: by which the tracker shows the notice to those who may read it.
        place: of a notice about a family; operators' notices have no line.
        stops: the reference of the notice that a stop is about.
        window: when the kin may be contacted; left out where nobody is to be contacted.
    """
    action = ACTIONS[kind]
    body = TEMPLATES.get_template(f"{CLASS_OF[kind]}.txt").render(
        reference=reference,
        action=action.full,
        place=place,
        stops=stops,
        window=window,
        hours=_hours(window) if window else (),
        opens=local_text(window.opens, window.zone) if window and window.opens else None,
    )
    return Said(f"Rosette {reference}: {action.short}", body)


def _hours(window: ContactWindow) -> tuple[str, ...]:
    """The hours that bind the contact; one line a set of them, and both must be kept."""
    kin = (f"the family's: {_spans(window.kin_hours)}",) if window.kin_hours else ()
    service = (f"the service's: {_spans(window.service_hours)}",) if window.service_hours else ()
    return kin + service


def _spans(windows: tuple[Window, ...]) -> str:
    return ", ".join(f"{start} to {end}" for start, end in windows)


def local_text(at: datetime, zone: str) -> str:
    """An instant as people in `zone` read it, with its offset, since a clock time alone is two instants once a year."""
    local = at.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return f"{local:%A, %d %B %Y, %H:%M} (UTC{offset[:3]}:{offset[3:5]})"
