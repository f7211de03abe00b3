"""Families whose truth changes: before the mail, before the visit, after it, and back again (telling, section 2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import LABORATORY, MEDICAL_EXAMINER
from demo.k55.conduct import READS
from demo.k55.diary import Entry, entry, promptly
from demo.k55.expected import NAMED, Expected, eligible, embargoed, follows, telling, tells
from demo.k55.families import on_file
from demo.k55.lives import Life, determined, freed, homeward, rescinded
from demo.k55.plot import Plot, plot
from demo.k55.portions import filed_at, identified, told
from shared.events import (
    ExclusionRecorded,
    ExclusionWithdrawn,
    IdentificationRecordCorrected,
    IdentificationRescinded,
)

DOUBTED_AFTER: Final = 3
"""Rounds from the determination to its rescission."""
BEFORE_THE_VISIT: Final = timedelta(hours=1)


def doubted_at(life: Life) -> datetime:
    return ROUNDS[life.n + DOUBTED_AFTER]


def taken_back_at_once(life: Life) -> Plot:
    """Determined and rescinded between two submissions: nobody ever hears of it."""
    both = (determined(life), rescinded(life, life.moment))
    return plot((*begins(life), *both), tells(life.person, life.determination, life.family.to_be_told, "never_left"))


def stopped(life: Life) -> Plot:
    """Rescinded when the liaison has read the mail and has not gone yet; he is stopped, and nobody was told anything."""
    person, cause, (first, *others) = life.person, life.determination, life.family.to_be_told
    both = (determined(life), rescinded(life, life.moment + BEFORE_THE_VISIT))
    ends = (
        *tells(person, cause, [first], "stopped"),
        *tells(person, cause, others, "withdrawn"),
        *follows("stop", person, cause, [first], life.family.liaison, "acknowledged"),
    )
    return plot((*begins(life), *both), ends, {telling(person, cause, first): READS})


def corrected(life: Life) -> Plot:
    """Rescinded months after the family was told: each who was told is told that it was wrong."""
    return plot((*begins(life), determined(life), rescinded(life, doubted_at(life))), told_and_corrected(life))


def restored(life: Life) -> Plot:
    """The rescission itself was a mistake, found two months later: the families are told that it stands after all."""
    rescission, moment = rescinded(life, doubted_at(life)), ROUNDS[life.n + DOUBTED_AFTER + 2]
    corrects = {"source": MEDICAL_EXAMINER.uri, "id": rescission.id, "type": IdentificationRescinded.wire_name()}
    data = {"corrects": corrects, "reason": "did_not_occur"}
    id, at = f"corrected-{rescission.id}", moment - timedelta(hours=1)
    correction = entry(MEDICAL_EXAMINER, id, IdentificationRecordCorrected, at, **data)
    back = replace(correction, sent_at=moment, undoes=rescission.id)
    kin = life.family.to_be_told
    ends = (
        *told_and_corrected(life),
        *follows("reinstatement", life.person, life.determination, kin, life.family.liaison),
        *eligible(life.person, NAMED, n=2),
    )
    return plot((*begins(life), determined(life), rescission, back), ends)


def told_and_corrected(life: Life) -> tuple[Expected, ...]:
    kin = life.family.to_be_told
    liaison = life.family.liaison
    corrections = follows("correction", life.person, life.determination, kin, liaison)
    return (*told(life), *corrections, *embargoed(life.person, NAMED, liaison))


def moved(life: Life, other: Life) -> Plot:
    """Rescinded, and determined as another family's person on the same day: they are told once the first have been."""
    moment = doubted_at(life)
    wrong = (determined(life), rescinded(life, moment, timedelta(hours=3)), freed(life, moment))
    right = (determined(other), *homeward(other))
    return plot((*begins(life), *wrong, *begins(other), *right), (*told_and_corrected(life), *identified(other)))


def excluded(life: Life) -> Plot:
    """Determined against an exclusion, which the laboratory withdraws two months later; the families hear of it then."""
    pair = {"individual": life.individual.id, "person": life.person, "basis": "a sequence that differs"}
    before, after = ROUNDS[life.n - 2], ROUNDS[life.n + 2]
    hour = timedelta(hours=1)
    no = promptly([entry(LABORATORY, f"excluded-{life.person}", ExclusionRecorded, before - hour, **pair)], before)
    yes = promptly([entry(LABORATORY, f"included-{life.person}", ExclusionWithdrawn, after - hour, **pair)], after)
    return plot((*begins(life), *no, determined(life), *yes), (*told(life), *eligible(life.person, NAMED)))


def begins(life: Life) -> Iterator[Entry]:
    return on_file(life.family, filed_at(life), choice="each_time")
