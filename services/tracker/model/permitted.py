"""What may be done for one person now, act by act: open, done, or blocked, each block with its reason."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.tracker.model import embargo, gates
from services.tracker.model.lines import Line, recipients
from services.tracker.model.notices import TELLINGS, Owed
from services.tracker.model.publications import PublicationState
from services.tracker.model.reasons import Reason, ReasonCode
from shared.terms import PublicationClass

Act = Literal[
    "tell_pnok",
    "tell_others",
    "publish_aggregate",
    "publish_name",
    "publish_full",
    "publish_funeral",
    "account_for",
    "return_remains",
]

NAMING: Final[tuple[tuple[Act, PublicationClass], ...]] = (
    ("publish_name", "name"),
    ("publish_full", "full"),
    ("publish_funeral", "funeral"),
)
OPENS_WITH: Final[dict[ReasonCode, str]] = {
    "hold": "the authority that placed the hold lifts it",
    "discrepancy": "an operator settles the discrepancy, or its statements agree after all",
    "exclusion": "the laboratory withdraws the exclusion with its reason, or the examiner rescinds",
    "other_family": "the liaison of the other family reports that it was told",
    "no_pnok": "the casualty office designates a primary next of kin",
    "pnok_not_told": "the liaison reports that the primary next of kin was told, or two people decide to go on without",
    "own_not_told": "the liaison reports that this kin was told of the identification itself",
    "pnok_not_corrected": "the liaison reports that the primary next of kin was told the correction",
    "no_liaison": "the casualty office assigns a liaison",
    "no_address": "an operator gives the liaison an address in the directory",
    "in_other_hands": "the stop of what is in hand leaves",
    "election": "the person authorized to direct disposition chooses",
    "hours": "the hours begin",
    "not_determined": "the medical examiner determines",
    "kin_not_told": "a liaison reports that this kin was told, or two people decide to go on without",
    "briefing": "the liaison reports that the briefing was completed or declined",
    "name_release": "the hours pass",
    "not_directed": "the casualty office records what was directed",
    "aggregate": "more of them become public by name, the count changes, or what was approved before is taken back",
    "unfoldable": "a defect of the record is mended",
    "release": "an operator releases it",
}
"""What would open a gate that is closed for this reason."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """`done`: there is nothing left of it to do. Without reasons, and not done, it may be done now.

    `publication`: where that stands of which the act would say a name in public.
    """

    act: Act
    done: bool
    reasons: tuple[Reason, ...]
    publication: PublicationState | None = None


def permitted(mine: Sequence[Line], owed: Iterable[Owed], view: gates.View) -> tuple[Permitted, ...]:
    """Every action about the person of `view`. `owed` is what is owed to anybody now, `mine` are the lines of this person."""
    person = view.person
    tellings = [each for each in owed if each.person == person.ref and each.kin is not None and each.kind in TELLINGS]
    others = recipients(person) - {person.pnok}
    return (
        _telling("tell_pnok", {person.pnok} if person.pnok is not None else set(), mine, tellings, view),
        _telling("tell_others", others, mine, tellings, view),
        Permitted("publish_aggregate", done=False, reasons=(*embargo.undetermined(view), *embargo.holds(view, "publish"))),
        *(_publishing(act, of, mine, view) for act, of in NAMING),
        Permitted("account_for", person.accounted_for is not None, (*embargo.undetermined(view), *_untold(mine, view))),
        Permitted(
            "return_remains",
            done=False,
            reasons=(*embargo.undetermined(view), *_undirected(view), *embargo.holds(view, "return")),
        ),
    )


def _publishing(act: Act, of: PublicationClass, mine: Sequence[Line], view: gates.View) -> Permitted:
    reasons = tuple(embargo.embargo(of, mine, view))
    publications = view.person.publications
    return Permitted(act, publications.is_public(of), reasons, publications.state(of, reasons))


def _telling(act: Act, kin: Collection[str], mine: Sequence[Line], tellings: Sequence[Owed], view: gates.View) -> Permitted:
    """Telling some of the family: what still holds back any of them."""
    told = [each for each in kin if embargo.told_at(each, mine, view) is not None]
    waiting = [each for each in tellings if each.kin in kin and each.keeps is None]
    reasons = dict.fromkeys(reason for each in waiting for reason in each.reasons)
    nobody = [*embargo.undetermined(view), *_nobody_first(act, view)]
    return Permitted(act, done=bool(kin) and len(told) == len(kin) and not waiting, reasons=(*nobody, *reasons))


def _nobody_first(act: Act, view: gates.View) -> Iterator[Reason]:
    if act == "tell_pnok" and view.person.pnok is None:
        yield Reason("no_pnok", "no primary next of kin is designated", ground=True)


def _untold(mine: Sequence[Line], view: gates.View) -> Iterator[Reason]:
    pnok = view.person.pnok
    if pnok is None or embargo.told_at(pnok, mine, view) is None:
        yield embargo.pnok_untold(view)


def _undirected(view: gates.View) -> Iterator[Reason]:
    if not view.person.directions:
        yield Reason("not_directed", "nobody has directed how the remains are laid to rest", ground=True)
