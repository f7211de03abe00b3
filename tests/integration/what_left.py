"""What was filed and what left in each story, in the order in which it did: what a judge may know, and nothing else.

An instant of the story clock holds many transactions. What was filed in the very instant in which a mail left may have been
filed before it or after it; what was filed at earlier ones was filed before. So a mail is justified if it is by some of the
transactions of its instant.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from services.tracker.model.notices import Notice
from shared.events import RecordCorrected
from shared.events.event import Event
from tests.facts import CloudEvent, event
from tests.unit.judge import Left, Line
from tests.unit.justice import is_justified, line_of
from tests.unit.rules import Rules

EXAMINERS: Final = frozenset(f"org.rosette.identification.{name}.v1" for name in ("determined", "amended", "rescinded"))
"""What the medical examiner alone says, and corrects."""
OF_A_STORY: Final = re.compile(r"\.s(\d+)(?!\w)")
AT_ONCE: Final = 6
"""Of so many transactions about one story in one instant every set is tried; of more, only how far they had come."""

FILED: Final = "SELECT id, filed_at, xmin::text AS batch FROM event ORDER BY no"
NOTICES: Final = """
    SELECT reference, key, kind, state, person, kin, cause, recipient, cases, portions, stops, subject, left_at, place_in_line
      FROM notice WHERE kin IS NOT NULL
"""
MOVES: Final = """
    SELECT reference, transition.at, transition.after = 'sending' AS left FROM notice_transition AS transition
      JOIN notice ON notice.no = transition.notice
     WHERE kin IS NOT NULL AND (transition.after = 'sending' OR (transition.before IN ('sending', 'transmitting', 'in_doubt')
                                                      AND transition.after IN ('ready', 'held', 'refused', 'withdrawn')))
     ORDER BY transition.no
"""
CONTENTS: Final = """
    SELECT reference, content.at, content.kind, content.recipient, content.cases, content.portions, content.stops
      FROM notice_content AS content JOIN notice ON notice.no = content.notice WHERE kin IS NOT NULL ORDER BY content.no
"""


@dataclass(frozen=True)
class Filed:
    event: Event
    at: datetime
    batch: str


@dataclass(frozen=True)
class Move:
    """A notice that was claimed; or, with `left` false, one that is known not to have left after all."""

    at: datetime
    left: bool
    notice: Notice
    variants: tuple[Notice, ...] = ()
    """What stood in it at some time of the instant in which it left: portions may join an ask."""

    def __str__(self) -> str:
        one = self.notice
        said = f"{one.kind} of {one.cause} to {one.kin} by {one.recipient}, {', '.join(one.cases)} {' '.join(one.portions)}"
        return f"{self.at:%d %H:%M} {one.reference[:6]} {'leaves' if self.left else 'did not leave'}: {said}"


@dataclass
class Story:
    """One story as it was filed and told, with the references that all stories have."""

    number: int
    belief: Mapping[Line, frozenset[str]]
    filed: list[Filed] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    asked: dict[str, list[tuple[datetime, tuple[str, ...]]]] = field(default_factory=lambda: defaultdict(list))

    def leavings(self) -> Iterator[int]:
        return (place for place, move in enumerate(self.moves) if move.left)

    def before(self, place: int) -> Left:
        """What had left, as far as anybody could know, before a move."""
        at = self.moves[place].at if place < len(self.moves) else datetime.max.replace(tzinfo=self.filed[0].at.tzinfo)
        left = Left(lambda reference: self.portions(reference, at))
        for move in self.moves[:place]:
            (left.notices.append if move.left else left.back)(move.notice)
        return left

    def portions(self, reference: str, at: datetime) -> tuple[str, ...]:
        """What a notice asked about at a moment."""
        return next((portions for since, portions in reversed(self.asked[reference]) if since <= at), ())

    def lines(self, left: Left) -> set[Line]:
        return {line_of(one) for one in left.notices} | set(self.belief)

    def fault(self, place: int) -> str | None:
        """Why what left ought not to have left, by whatever may have been filed by then; None where it ought to."""
        move, left = self.moves[place], self.before(place)
        first: str | None = None
        for filed in self.filed_by(move.at):
            truth = Rules(filed, left)
            for notice in move.variants:
                try:
                    is_justified(truth, notice, move.at, self.lines(left))
                except AssertionError as broken:
                    first = first or str(broken)
                else:
                    return None
        return self.told(place, first or "")

    def filed_by(self, at: datetime) -> Iterator[list[Event]]:
        """What may have been filed by a moment, all of it first."""
        sure = [each.event for each in self.filed if each.at < at]
        of_now: dict[str, list[Event]] = defaultdict(list)
        for each in self.filed:
            if each.at == at:
                of_now[each.batch].append(each.event)
        for chosen in _some_of(list(of_now.values())):
            yield [each for each in (*sure, *(one for batch in chosen for one in batch)) if is_entitled(each)]

    def told(self, place: int, why: str) -> str:
        """The story up to a move, and what is wrong with that."""
        until = self.moves[place].at
        lines = [(each.at, 0, f"{each.at:%d %H:%M} filed {_said(each.event)}") for each in self.filed if each.at <= until]
        lines += [(each.at, 1, str(each)) for each in self.moves[: place + 1]]
        return "\n".join([f"story {self.number}: {why}", *(text for _, _, text in sorted(lines, key=lambda one: one[:2]))])


def _some_of(batches: list[list[Event]]) -> Iterator[Sequence[list[Event]]]:
    """Some of the transactions of one instant: all of them first, none last."""
    for many in range(len(batches), -1, -1):
        yield from combinations(batches, many) if len(batches) <= AT_ONCE else [batches[:many]]


def is_entitled(one: Event) -> bool:
    """Whether who says this may: nobody but the examiner corrects what the examiner said."""
    corrects = isinstance(one.data, RecordCorrected) and one.data.corrects.type in EXAMINERS
    return not corrects or one.data.actor.role == "medical_examiner"


def stories(
    record: "psycopg.Connection[Any]", said: Sequence[Collection[CloudEvent]], belief: Sequence[Mapping[Line, frozenset[str]]]
) -> list[Story]:
    """The stories as the record has them. `said`, by story, is what was submitted; `belief` what the families last heard."""
    found = [Story(number, belief[number]) for number in range(len(said))]
    by_id = {each["id"]: (number, event(each)) for number, statements in enumerate(said) for each in statements}
    with record.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(FILED):
            number, what = by_id[row["id"]]
            found[number].filed.append(Filed(what, row["filed_at"], row["batch"]))
        notices = {row["reference"]: _notice(row) for row in cursor.execute(NOTICES)}
        contents: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in cursor.execute(CONTENTS):
            contents[row["reference"]].append(row)
        claimed: dict[str, Notice] = {}
        for row in cursor.execute(MOVES):
            notice = notices[row["reference"]]
            story = found[story_of(notice)]
            if row["left"]:
                variants = _variants(notice, contents[notice.reference], row["at"])
                claimed[notice.reference] = variants[-1]
                story.moves.append(Move(row["at"], True, variants[-1], variants))
            else:
                story.moves.append(Move(row["at"], False, claimed[notice.reference]))
        for notice in notices.values():
            asked = [(row["at"], tuple(common(each) for each in row["portions"])) for row in contents[notice.reference]]
            found[story_of(notice)].asked[notice.reference] = asked
    return found


def notices_of(record: "psycopg.Connection[Any]", references: Iterable[str]) -> list[Notice]:
    """What these mails were about, where it is a family."""
    with record.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(NOTICES + " AND reference = ANY(%s)", (list(references),)).fetchall()
    return [_notice(row) for row in rows]


def _variants(notice: Notice, contents: Sequence[Mapping[str, Any]], at: datetime) -> tuple[Notice, ...]:
    by_then = [row for row in contents if row["at"] <= at]
    stood = [row for row in by_then if row["at"] < at][-1:] + [row for row in by_then if row["at"] == at]
    found = [
        replace(
            notice,
            kind=row["kind"],
            recipient=row["recipient"],
            cases=tuple(row["cases"]),
            portions=tuple(row["portions"]),
            stops=row["stops"],
            left_at=at,
        )
        for row in stood
    ]
    return tuple(dict.fromkeys(shared_by_all(one) for one in found))


def _notice(row: Mapping[str, Any]) -> Notice:
    return Notice(**{**row, "cases": tuple(row["cases"]), "portions": tuple(row["portions"])})


def story_of(notice: Notice) -> int:
    found = OF_A_STORY.search(str(notice.person))
    assert found is not None, notice
    return int(found[1])


def common(text: str) -> str:
    """A reference, or whatever holds some, as all stories have it."""
    return OF_A_STORY.sub("", text)


def shared_by_all(notice: Notice) -> Notice:
    """A notice in the references that all stories have."""
    return replace(
        notice,
        person=common(str(notice.person)),
        kin=common(str(notice.kin)),
        cause=common(str(notice.cause)),
        cases=tuple(common(each) for each in notice.cases),
        portions=tuple(common(each) for each in notice.portions),
    )


def _said(one: Event) -> str:
    data = one.restated.data if one.restated is not None else one.data
    given = {
        name: value
        for name, value in data.model_dump().items()
        if name not in ("actor", "reason", "lines", "channel") and value
    }
    return f"{one.id} {one.occurred_at:%d %H:%M:%S} {one.data.name} {given}"
