"""What public affairs are owed of a turnover's numbers: each that was approved, once its gate is open; and a stop for what they
have in hand when the gate closes, or the approval goes, before it was published (telling.md, sections 4 and 8)."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from services.tracker.model.aggregates import AggregateGate
from services.tracker.model.directory import Directory
from services.tracker.model.embargo import is_in_hand, numbered, stop, stopped
from services.tracker.model.notices import Notice, Owed
from services.tracker.model.telling import Required

DESK: Final = "public_affairs"
"""A turnover is of no service: its numbers are the business of the office of this name, or of the default office."""


def owed_of_counts(scope: str, gates: Iterable[AggregateGate], notices: Sequence[Notice], directory: Directory) -> Required:
    """All that must be said now of the numbers of one turnover.

    Args:
        notices: all that were ever written of them, stops included.
    """
    owed: set[Owed] = set()
    gone = stopped(notices)
    done: set[str] = set()
    for gate in gates:
        key = f"publication_eligible/{scope}/{gate.period}/aggregate"
        written = [each for each in notices if each.kind == "publication_eligible" and numbered(each.key, key)]
        if gate.stage == "approved":
            done.update(each.reference for each in written if gate.heard and each.state == "done")
            owed.update(_of_count(key, scope, gate, written, directory.office(DESK), done | gone))
        elif gate.stage is not None:
            done.update(each.reference for each in written)
    justified = done | {each.keeps for each in owed}
    in_hand = [each for each in notices if each.kind == "publication_eligible" and is_in_hand(each, done | gone)]
    stops = {stop(each) for each in in_hand if each.reference not in justified}
    return Required(frozenset(owed | stops), done=frozenset(done), stopped=gone)


def _of_count(
    key: str, scope: str, gate: AggregateGate, written: Sequence[Notice], recipient: str, gone: Collection[str]
) -> Iterable[Owed]:
    """Nothing while another that is out has to be stopped first. `gone`: what is stopped, or of a number that is public."""
    in_hand = next((each for each in written if is_in_hand(each, gone)), None)
    if in_hand is None:
        spent = sum(each.state in ("stopped", "done") for each in written)
        numbered_key = f"{key}/{spent + 1}" if spent else key
        yield Owed(
            numbered_key, "publication_eligible", cause=gate.period, recipient=recipient, subject=scope, reasons=gate.reasons
        )
    elif not gate.reasons:
        yield Owed(
            in_hand.key,
            "publication_eligible",
            cause=gate.period,
            recipient=recipient,
            subject=scope,
            keeps=in_hand.reference,
        )
