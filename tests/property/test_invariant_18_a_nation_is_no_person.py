"""Invariant 18: an attribution to a nation alone never makes an identification notice."""

from hypothesis import given

from services.tracker.model.notices import CLASS_OF
from tests.property import happenings as what
from tests.property.judged import judged
from tests.property.tellings import Telling, tellings

ATTRIBUTED = tellings(
    *(what.attributed, what.attributed, what.associated, what.dissociated, what.excluded, what.exclusion_withdrawn),
    *(what.held, what.lifted, what.did_not_occur, what.closed),
    begin=[what.all_registered, what.padd],
)


@judged
@given(telling=ATTRIBUTED)
def test_without_a_determination_no_family_is_owed_anything(telling: Telling) -> None:
    family = [notice.key for notice in telling.notices if CLASS_OF[notice.kind] in ("family", "public")]
    assert family == []
    assert telling.left == ()
