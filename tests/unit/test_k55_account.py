"""The account of K55 as it is counted, held against the truth of its story: on every day, as known then and as known now."""

from random import Random

import pytest

from demo.k55.calendar import DATES, ENDS
from demo.k55.casting import cast
from demo.k55.remains import TURNOVER, remains
from demo.k55.story import dated, entries_of
from demo.k55.truth import account as truth
from services.tracker.model.account import Account, account
from services.tracker.model.scope import fold
from services.tracker.model.travel import until
from tests.facts import event


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_the_storys_own_on_every_day(seed: int) -> None:
    random = Random(seed)
    found = remains(random)
    entries = [dated(random, one) for one in entries_of(random, cast(random, found), found)]
    events = {one.id: event(one.statement) for one in entries}
    for as_of in DATES:
        for known_at in (as_of, ENDS):
            known = [events[one.id] for one in entries if one.sent <= known_at]
            counted = figures(account(fold(TURNOVER, until(known, as_of))))
            assert counted.items() <= truth(entries, as_of, known_at).items(), (as_of, known_at)


def figures(of: Account) -> dict[str, int]:
    """Those that are known: nothing remains of an estimate that nobody has made."""
    named = {
        "received": of.received,
        "elements": of.elements,
        "identified": of.identified,
        "attributed": of.attributed,
        "accounted_for": of.accounted_for,
        "returned": of.returned,
        "interred": of.interred,
    }
    known = {name: figure.value for name, figure in named.items()}
    if of.expected is not None:
        known["expected"] = of.expected.value
    if of.remaining is not None:
        known |= {"mni": of.mni[-1].value, "remaining": of.remaining}
    return known
