"""Families of whose person more is found years later: each hears of it as it chose (telling, section 7)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import CASUALTY_OFFICE
from demo.k55.diary import Entry, entry, promptly
from demo.k55.expected import BRIEFED, Expected, asks, eligible, embargoed, tells
from demo.k55.families import designated, elected, on_file
from demo.k55.lives import BEFORE_ROUND, Life, amended, amendment, determined, homeward
from demo.k55.plot import Plot, plot
from shared.events import KinDeceased, PaddDesignated, PnokDesignated

AFTER: Final = 6
"""Rounds from the determination to the portion."""
FILED_BEFORE: Final = timedelta(days=90)


def portion_at(life: Life) -> datetime:
    return ROUNDS[life.n + AFTER]


def filed_at(life: Life) -> datetime:
    """When a family is put on file: long enough before that no lateness of the office reaches the determination."""
    return life.moment - FILED_BEFORE - timedelta(days=life.random.randrange(90))


def each_time(life: Life) -> Plot:
    ends = (*identified(life), *tells(life.person, amendment(life), [life.family.pnok]))
    return plot(story(life, "each_time"), ends)


def never(life: Life) -> Plot:
    return plot(story(life, "never"), identified(life), silent=[(life.person, amendment(life))])


def at_end(life: Life) -> Plot:
    """Told when the laboratory ends its work."""
    ends = (*identified(life), *tells(life.person, amendment(life), [life.family.pnok]))
    return plot(story(life, "at_end"), ends)


def asked_first(life: Life) -> Plot:
    """Asked, and answered a month later for this portion: yes."""
    pnok, portion = life.family.pnok, amendment(life)
    ends = (*identified(life), asks(life.person, portion, pnok), *tells(life.person, portion, [pnok]))
    return plot((*story(life, "ask_me_first"), *answered(life, pnok, "each_time", 1)), ends)


def asked_for_want_of_a_choice(life: Life) -> Plot:
    """No choice is on file, so the family is asked, and wants to hear nothing of this portion."""
    pnok, portion = life.family.pnok, amendment(life)
    ends = (*identified(life), asks(life.person, portion, pnok))
    return plot((*story(life, None), *answered(life, pnok, "never", 1)), ends, silent=[(life.person, portion)])


def padd_dies(life: Life) -> Plot:
    """Who chose dies before the portion: the choice is suspended, and whoever is designated then is asked anew."""
    before, after = ROUNDS[life.n + AFTER - 1], ROUNDS[life.n + AFTER + 1]
    person, heir, portion = life.person, life.family.kin[1].ref, amendment(life)
    death = entry(CASUALTY_OFFICE, f"died-{person}", KinDeceased, before - BEFORE_ROUND, person=person, kin=life.family.pnok)
    heirs = [designated(what, person, heir, after - BEFORE_ROUND) for what in (PnokDesignated, PaddDesignated)]
    ends = (
        *told(life),
        *eligible(person, ["name"], "done"),
        *embargoed(person, BRIEFED, life.family.liaison),
        *eligible(person, BRIEFED, n=2),
        asks(person, portion, heir),
        *tells(person, portion, [heir]),
    )
    changes = (*promptly([death], before), *promptly(heirs, after), *answered(life, heir, "each_time", 2))
    return plot((*story(life, "each_time"), *changes), ends)


def story(life: Life, choice: str | None) -> Iterator[Entry]:
    yield from on_file(life.family, filed_at(life), choice=choice)
    yield determined(life)
    yield from homeward(life)
    yield amended(life, portion_at(life))


def identified(life: Life) -> tuple[Expected, ...]:
    """The family is told and briefed, and the name is published; of all else public affairs knows that it may be."""
    return (*told(life), *eligible(life.person, ["name"], "done"), *eligible(life.person, BRIEFED))


def told(life: Life) -> tuple[Expected, ...]:
    return tuple(tells(life.person, life.determination, life.family.to_be_told))


def answered(life: Life, kin: str, choice: str, later: int) -> list[Entry]:
    """An election of this portion alone, so many rounds after it was determined."""
    moment = ROUNDS[life.n + AFTER + later]
    return promptly([elected(life.person, kin, choice, moment - BEFORE_ROUND, amendment(life))], moment)
