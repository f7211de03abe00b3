"""Families in which people change, cannot be reached, live far away, or may not be told yet (telling, sections 5 and 6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import CASUALTY_OFFICE, LIAISON_STAFF, LIAISONS, UNLISTED
from demo.k55.conduct import FINDS_NOBODY, READS, TELLS_ABROAD, TELLS_AND_IS_DECLINED
from demo.k55.diary import Entry, entry, promptly
from demo.k55.expected import BRIEFED, NAMED, Expected, eligible, follows, telling, tells
from demo.k55.families import assigned, designated, on_file
from demo.k55.lives import BEFORE_ROUND, Life, determined, homeward
from demo.k55.plot import Plot, plot
from demo.k55.portions import filed_at, identified, told
from demo.k55.reversals import begins
from shared.events import (
    FamilyHoldLifted,
    FamilyHoldPlaced,
    InformationRecorded,
    KinDeceased,
    LiaisonRelieved,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    PaddDesignated,
    PnokDesignated,
)

SUCCESSOR: Final = next(one for one in LIAISON_STAFF if one.zone == "Pacific/Honolulu")
HOUR: Final = timedelta(hours=1)


def plain(life: Life, choice: str | None) -> Plot:
    return plot((*on_file(life.family, filed_at(life), choice=choice), determined(life), *homeward(life)), identified(life))


def pnok_dies(life: Life) -> Plot:
    """Before anything is known: the next in line is designated, and told in their place."""
    moment, person, heir = ROUNDS[life.n - 1], life.person, life.family.kin[1].ref
    death = entry(CASUALTY_OFFICE, f"died-{person}", KinDeceased, moment - BEFORE_ROUND, person=person, kin=life.family.pnok)
    heirs = [designated(what, person, heir, moment - HOUR) for what in (PnokDesignated, PaddDesignated)]
    after = promptly([death, *heirs], moment)
    family = replace(life.family, kin=life.family.kin[1:])
    return plot(
        (*begins(life), *after, determined(life), *homeward(replace(life, family=family))),
        (*tells(person, life.determination, [heir]), *public(life)),
    )


def required_kin_dies(life: Life) -> Plot:
    """Nobody is owed anything in their place."""
    moment, (first, second) = ROUNDS[life.n - 1], life.family.to_be_told
    gone = {"person": life.person, "kin": second}
    death = promptly([entry(CASUALTY_OFFICE, f"died-{second}", KinDeceased, moment - BEFORE_ROUND, **gone)], moment)
    return plot(
        (*begins(life), *death, determined(life), *homeward(life)),
        (*tells(life.person, life.determination, [first]), *public(life)),
    )


def relieved(life: Life) -> Plot:
    """The liaison is relieved when he has read the mail and told nobody: he is stopped, and his successor goes."""
    person, cause, pnok, moment = life.person, life.determination, life.family.pnok, life.moment + HOUR
    at = moment - timedelta(minutes=20)
    first = life.family.liaison
    leaves = {"person": person, "liaison": first.ref, "service": first.service, "from_": at.isoformat()}
    change = [entry(CASUALTY_OFFICE, f"relieved-{person}", LiaisonRelieved, at, **leaves), assigned(person, SUCCESSOR, at)]
    ends = (
        *tells(person, cause, [pnok], "stopped"),
        *follows("stop", person, cause, [pnok], first, "acknowledged"),
        *follows("takeover", person, cause, [pnok], SUCCESSOR),
        *public(life),
    )
    entries = (*begins(life), determined(life), *promptly(change, moment), *homeward(life))
    return plot(entries, ends, {telling(person, cause, pnok): READS})


def out_of_reach(life: Life) -> Plot:
    """The first in order cannot be found; two people decide that the second is told without them."""
    person, cause, (first, second), moment = life.person, life.determination, life.family.to_be_told, life.moment + 3 * HOUR
    at = moment - timedelta(minutes=20)
    of: dict[str, Any] = {"person": person, "kin": first, "of": "unreachable", "authorized_by": ["officer-2", "officer-3"]}
    why = {"reason": "not at the address, no telephone", "at": at.isoformat()}
    decision = entry(CASUALTY_OFFICE, f"override-{person}", NotificationOverrideAuthorized, at, **of, **why)
    said = (*tells(person, cause, [first], "acknowledged"), *tells(person, cause, [second]))
    ends = (*said, *eligible(person, ["name"]))
    entries = (*begins(life), determined(life), *promptly([decision], moment))
    return plot(entries, ends, {telling(person, cause, first): FINDS_NOBODY})


def abroad(life: Life) -> Plot:
    """It is night where the kin lives: the liaison calls when it is morning there."""
    pnok = replace(life.family.kin[0], zone="Asia/Seoul", hours=("09:00", "20:00"))
    there = replace(life, family=replace(life.family, kin=(pnok,)))
    key = telling(life.person, life.determination, pnok.ref)
    return plot((*begins(there), determined(there), *homeward(there)), identified(there), {key: TELLS_ABROAD})


def briefing_declined(life: Life) -> Plot:
    """They want to hear no more than they were told; what waits for a briefing need not wait any longer."""
    key = telling(life.person, life.determination, life.family.pnok)
    entries = (*begins(life), determined(life), *homeward(life))
    return plot(entries, identified(life), {key: TELLS_AND_IS_DECLINED})


def without_address(life: Life) -> Plot:
    """The directory does not know where to write to their liaison: the casualty office hears of it, and the family waits."""
    unknown = replace(life, family=replace(life.family, liaison=UNLISTED))
    ends = tells(life.person, life.determination, life.family.to_be_told, "held", "no_address")
    return plot((*begins(unknown), determined(unknown)), ends)


def told_by_another(life: Life) -> Plot:
    """A chaplain has called before any mail could leave: there is nothing left to say to the first, and the second is told."""
    person, cause, (first, *others) = life.person, life.determination, life.family.to_be_told
    at = life.moment - timedelta(minutes=30)
    about: dict[str, Any] = {"person": person, "kin": first, "line": {"cause": cause}, "says": "stands"}
    call = entry(LIAISONS, f"called-{person}", NotificationDelivered, at, channel="telephone", at=at.isoformat(), **about)
    said = (*tells(person, cause, [first], "never_left"), *tells(person, cause, others))
    ends = (*said, *eligible(person, ["name"], "done"))
    return plot((*begins(life), determined(life), *promptly([call], life.moment), *homeward(life)), ends)


def held(life: Life) -> Plot:
    """A hold on telling this family, which is not lifted before the story ends."""
    ends = tells(life.person, life.determination, life.family.to_be_told, "held", "hold")
    return plot((*begins(life), on_hold(life), determined(life)), ends)


def held_for_a_while(life: Life) -> Plot:
    moment, hold = ROUNDS[life.n + 2], on_hold(life)
    of = {"hold": f"H-{life.person}", "reason": "settled", "authority": "casualty-office"}
    lift = promptly([entry(CASUALTY_OFFICE, f"lifted-{life.person}", FamilyHoldLifted, moment - HOUR, **of)], moment)
    return plot((*begins(life), hold, determined(life), *lift), (*told(life), *eligible(life.person, NAMED)))


def public(life: Life) -> tuple[Expected, ...]:
    """The name is published, and public affairs knows of the rest that it may be."""
    return (*eligible(life.person, ["name"], "done"), *eligible(life.person, BRIEFED))


def on_hold(life: Life) -> Entry:
    moment = ROUNDS[life.n - 1]
    of: dict[str, Any] = {
        "hold": f"H-{life.person}",
        "person": life.person,
        "scope": ["notify"],
        "authority": "casualty-office",
    }
    hold = entry(CASUALTY_OFFICE, f"held-{life.person}", FamilyHoldPlaced, moment - HOUR, reason="a claim is disputed", **of)
    return replace(hold, sent_at=moment)


def nobody_first(life: Life) -> Plot:
    """No primary next of kin is designated: nobody is told, and the casualty office knows."""
    kin = life.family.to_be_told
    entries = (*on_file(life.family, filed_at(life), pnok=False), determined(life))
    return plot(entries, tells(life.person, life.determination, kin, "held", "no_pnok"))


def clue(life: Life) -> Plot:
    """A tag bears a name: the family hears of it, as of something that is no identification."""
    reference = f"TAG-{life.person[2:]}"
    of = {"person": life.person, "reference": reference, "approvers": ["officer-2", "officer-3"]}
    told = promptly([entry(CASUALTY_OFFICE, f"clue-{life.person}", InformationRecorded, life.moment - HOUR, **of)], life.moment)
    return plot((*begins(life), *told), tells(life.person, reference, life.family.to_be_told))
