"""What a family chose about later portions: the choice in force for each, and what was kept silent (invariant 12).

An election counts if its signer directed disposition when it was signed. It is in force from its own date, until another is,
and while its signer lives. One for a portion outweighs a general one, whatever their dates.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.tracker.model.determinations import Portion
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.kin import Deaths, Designation, holder_at
from shared.events import ElectionRecorded
from shared.events.event import Event, WorldOrder, world_order
from shared.terms import Choice


@dataclass(frozen=True, slots=True)
class Election:
    """A choice, general or (with `portion`) for one determination or amendment; `order` is of its signature."""

    choice: Choice
    portion: str | None
    signed_by: str
    since: datetime
    order: WorldOrder
    event: tuple[str, str]

    @property
    def version(self) -> tuple[datetime, WorldOrder]:
        return self.since, self.order


def recorded(event: Event, data: ElectionRecorded) -> Election:
    return Election(data.choice, data.determination, data.signed_by, data.effective_from, world_order(event), event.key)


@dataclass(frozen=True, slots=True)
class Elections:
    """Every election of a person, with what decides whether it counts."""

    every: tuple[Election, ...]
    padds: tuple[Designation, ...]
    deaths: Deaths

    def signed(self, election: Election) -> bool:
        """Whether its signer directed disposition then."""
        return holder_at(self.padds, self.deaths, election.order) == election.signed_by

    def counted(self) -> Iterable[Election]:
        return (each for each in self.every if self.signed(each))

    def misfits(self) -> Iterable[Misfit]:
        for each in self.every:
            if not self.signed(each):
                expected = "signed by the person authorized to direct disposition"
                yield Misfit("election", "#".join(each.event), expected, "signed by another")

    def chosen(self, portion: Portion, asked: Sequence[datetime], now: datetime) -> Election | None:
        """The election that decides about a portion; None where the family is to be asked.

        What was once kept silent is released only by an election that names it, or was signed after it was asked about.

        Args:
            asked: when notices left that ask about this portion.
        """
        named = self._in_force([each for each in self.counted() if each.portion in portion.names], now)
        if named is not None:
            return named
        general = self._in_force(self._general(), now)
        if general is None or general.choice == "never":
            return general
        follows = any(left < general.order[0] for left in asked)
        return None if self.silent_since(portion, now) is not None and not follows else general

    def answer(self, portions: Collection[str], left: datetime) -> bool:
        """Whether an ask about `portions` that left then was answered by an election."""
        return any(
            each.order[0] > left and (each.portion in portions or (each.portion is None and each.choice != "ask_me_first"))
            for each in self.counted()
        )

    def silent_since(self, portion: Portion, now: datetime) -> datetime | None:
        """When a portion was first kept silent by a general `never`, if it ever was."""
        general = self._general()
        ends = [*(each.since for each in general[1:]), now]
        for each, end in zip(general, ends, strict=False):
            start = max(each.since, portion.event_order[0])
            if each.choice == "never" and start < min(end, self._dies(each, now), now):
                return start
        return None

    def _general(self) -> list[Election]:
        return sorted((each for each in self.counted() if each.portion is None), key=lambda one: one.version)

    def _in_force(self, elections: Iterable[Election], now: datetime) -> Election | None:
        begun = [each for each in elections if each.since <= now]
        last = max(begun, key=lambda each: each.version, default=None)
        return None if last is not None and last.signed_by in self.deaths else last

    def _dies(self, election: Election, otherwise: datetime) -> datetime:
        death = self.deaths.get(election.signed_by)
        return otherwise if death is None else death[0]
