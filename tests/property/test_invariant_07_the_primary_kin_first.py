"""Invariant 7: the primary next of kin first; others only after they were told, or two people decided not to wait."""

from hypothesis import given

from services.tracker.model.notices import TELLINGS
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.tellings import Telling, tellings

FAMILIES = tellings(
    *(what.determined, what.determined, what.rescinded_, what.designated, what.overridden, what.assigned),
    *(what.did_not_occur, what.restated),
    begin=[what.all_registered],
)


@judged
@given(telling=FAMILIES)
def test_no_other_kin_is_told_before_the_primary_one_knows_of_what_stands(telling: Telling) -> None:
    for place, leaving in enumerate(telling.left):
        person, _, kin = leaving.line
        known = Known(leaving.filed)
        pnok = known.pnok(person)
        if leaving.notice.kind not in TELLINGS or kin == pnok:
            continue
        assert pnok is not None, f"{leaving.notice.reference} leaves and nobody is the primary next of kin"
        heard = known.heard(telling.left[:place], person, pnok)
        told = any(tokens & known.tokens(person, cause) for cause, tokens in heard.items())
        assert told or known.overridden(person, pnok), f"{leaving.notice.reference} goes to {kin} before {pnok} was told"
