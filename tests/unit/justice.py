"""What may leave, and how it must end: one judge for the stories told in memory and for those told through the services.

Each function fails with what is wrong; the rules that it asks are in rules.py. `lines` are all that a family may believe in.
"""

from collections.abc import Mapping
from datetime import datetime

from services.tracker.model.notices import FIRST, Notice
from shared.events import InformationRecorded
from tests.unit.judge import Line
from tests.unit.rules import TO_BE_ASKED, Rules
from tests.unit.stories import PERSONS, kin_of

Lines = set[Line]


def line_of(notice: Notice) -> Line:
    return str(notice.person), str(notice.cause), str(notice.kin)


def is_justified(truth: Rules, notice: Notice, now: datetime, lines: Lines) -> None:
    """A notice may leave now, by what was filed and what had left before."""
    line = line_of(notice)
    if notice.kind == "stop":
        _stop_is_justified(truth, line, notice, now)
        return
    _may_leave(truth, line, notice, now)
    if notice.portions:
        _ask_is_justified(truth, line, notice, now, lines)
    elif notice.kind == "correction":
        _correction_is_justified(truth, line, notice)
    else:
        _telling_is_justified(truth, line, notice, now, lines)


def _may_leave(truth: Rules, line: Line, notice: Notice, now: datetime) -> None:
    person, _, kin = line
    assert kin not in truth.deaths(person), "the kin has died"
    assert notice.recipient == truth.liaison(person, kin, now), "it goes to the liaison of now"
    assert not truth.off_duty(notice.recipient, now), "a family notice keeps duty hours"
    assert not truth.in_hand(line), "something of its line is still in a hand"


def _correction_is_justified(truth: Rules, line: Line, notice: Notice) -> None:
    told, stands = truth.told(line), truth.whole(line)
    assert told is not None, "a correction of what was never told"
    assert not told <= stands, "the family believes nothing untrue"
    assert frozenset(notice.cases) == told & stands, "it leaves what still stands"


def _telling_is_justified(truth: Rules, line: Line, notice: Notice, now: datetime, lines: Lines) -> None:
    told = truth.told(line)
    assert frozenset(notice.cases) == truth.whole(line), "it tells what stands"
    assert told is None or told < truth.known(line), "the family knows already"
    why = truth.unowed(line, now) or truth.other_family_wronged(line, lines)
    assert why is None, why
    if told is not None:
        assert notice.kind == "reinstatement", "a family that was told is told again"
    if notice.kind in FIRST:
        assert not truth.left.of(line), "a second first telling"
        assert notice.kind == truth.role(line), f"it is {truth.role(line)}"


def _ask_is_justified(truth: Rules, line: Line, notice: Notice, now: datetime, lines: Lines) -> None:
    person, _, kin = line
    stands = frozenset[str]()
    for each in truth.portions(person):
        about = person, each.cause, kin
        why = truth.unaskable(about, now)
        assert (why is None) == (each.cause in notice.portions), f"{each.cause}: {why}"
        if why is None:
            stands |= truth.stands(about)
            wronged = truth.other_family_wronged(about, lines)
            assert wronged is None, wronged
    assert frozenset(notice.cases) == stands, "it asks about what stands"


def _stop_is_justified(truth: Rules, line: Line, notice: Notice, now: datetime) -> None:
    person, _, kin = line
    held = truth.in_hand(line).get(notice.recipient)
    assert held is not None, "nothing of the line is in that hand"
    assert held.reference == notice.stops, "it stops what is in that hand"
    told, whole, said = truth.told(line), truth.whole(line), frozenset(held.cases)
    if held.portions:
        owed = any(truth.unaskable((person, each, kin), now) is None for each in _asked_by_it_alone(truth, held))
    elif held.kind == "correction":
        owed = told is not None and not told <= whole and said == told & whole and kin not in truth.deaths(person)
    else:
        says = said == truth.stands(line) | (whole & said)
        owed = says and (told is None or told < truth.known(line)) and truth.unowed(line, now) is None
    same_hand = notice.recipient == truth.liaison(person, kin, now)
    assert not (owed and same_hand), "what is in hand is just what is owed"


def _asked_by_it_alone(truth: Rules, ask: Notice) -> set[str]:
    """A report taken back can leave two asks in one hand; of those one asks about everything, and the other is stopped."""
    asks = [one for one in truth.asks(str(ask.person)) if one.kin == ask.kin and one.reference != ask.reference]
    others = (one for one in asks if one in truth.in_hand(line_of(one)).values() and one.recipient == ask.recipient)
    return set(ask.portions) - {portion for one in others for portion in truth.left.asks(one.reference)}


# ------------------------------------------------------------------------------------------------- when all is done
def everybody_knows_the_truth(truth: Rules, belief: Mapping[Line, frozenset[str]], now: datetime, lines: Lines) -> None:
    """Every family believes what stands, as far as anybody can tell them; `belief` is what each last heard."""
    for line, heard in belief.items():
        if line[2] in truth.deaths(line[0]):
            continue
        reachable = _is_reachable(truth, line, now)
        assert truth.told(line) == heard, f"{line}: what was reported is what was heard"
        assert heard <= truth.whole(line) or not reachable, f"{line}: a family is left believing an untruth"
        if heard < truth.known(line) and reachable:
            assert _is_delayed(truth, line, lines), f"{line}: stands again, and untold without a reason"
    for person in PERSONS:
        for kin in kin_of(person):
            _is_told_or_waits(truth, person, kin, now, lines)


def _is_told_or_waits(truth: Rules, person: str, kin: str, now: datetime, lines: Lines) -> None:
    if truth.liaison(person, kin, now) is None:
        return
    causes = [each.cause for each in truth.portions(person)]
    causes += [each.reference for each in truth.all(InformationRecorded) if each.person == person]
    for line in [(person, cause, kin) for cause in causes]:
        if truth.told(line) is not None or not truth.stands(line):
            continue
        why = truth.unowed(line, now)
        if why == TO_BE_ASKED:
            why = truth.unaskable(line, now)
        why = why or truth.other_family_wronged(line, lines)
        assert why is not None, f"{line}: stands, and untold without a reason"


def _is_reachable(truth: Rules, line: Line, now: datetime) -> bool:
    """Whether there is a liaison; for a correction also one of the PNOK, who comes first."""
    person, cause, kin = line
    pnok = truth.pnok(person)
    first = (person, cause, str(pnok))
    untrue = not (truth.told(first) or frozenset()) <= truth.whole(first)
    waits = pnok not in (kin, None) and untrue and not truth.is_overridden(person, cause)
    kins = [kin, str(pnok)] if waits else [kin]
    return all(truth.liaison(person, each, now) is not None for each in kins)


def _is_delayed(truth: Rules, line: Line, lines: Lines) -> bool:
    closed = truth.identity_closed(line) or truth.order_closed(line)
    return bool(closed or truth.other_family_wronged(line, lines))
