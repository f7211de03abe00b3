"""Invariant 19: the laboratory never sees kin; liaisons see their own families and no candidate matches."""

from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.model.notices import CLASS_OF
from services.tracker.model.view import Reader, notice_seen, view
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.judged import judged
from tests.property.stories import INDIVIDUALS, PERSONS
from tests.property.tellings import Telling, tellings

SEEN = tellings(
    *(what.determined, what.determined, what.rescinded_, what.excluded, what.associated, what.held, what.disagreed),
    *(what.elected, what.assigned, what.designated, what.briefed),
    begin=[what.all_registered, what.padd],
)
READERS: Final = get_args(Reader)
NO_KIN: Final = ("operator", "laboratory", "public_affairs", "administrator")
NO_MATCHES: Final = ("operator", "liaison", "public_affairs", "administrator")
OWN: Final = st.sampled_from([frozenset[str](), *(frozenset({person}) for person in PERSONS)])


@judged
@given(telling=SEEN, own=OWN)
def test_nobody_reads_in_the_record_what_is_not_for_them(telling: Telling, own: frozenset[str]) -> None:
    record = folded(telling.events)
    for reader in READERS:
        seen = repr(view(record, reader, own))
        assert reader not in NO_KIN or "KIN-" not in seen, f"{reader} sees kin"
        assert reader not in NO_MATCHES or not any(one in seen for one in INDIVIDUALS), f"{reader} sees an individual"
    for person in set(PERSONS) - own:
        assert person not in repr(view(record, "liaison", own)), "a liaison sees another family"
    assert view(record, "public_affairs", own).cases == {}
    assert view(record, "public_affairs", own).persons == {}


@judged
@given(telling=SEEN, own=OWN)
def test_nobody_reads_in_a_notice_or_its_reasons_what_is_not_for_them(telling: Telling, own: frozenset[str]) -> None:
    for notice in telling.notices:
        for reader in READERS:
            seen = notice_seen(notice, reader, own)
            if seen is None:
                continue
            assert reader not in ("laboratory", "administrator"), f"{reader} sees a notice"
            assert reader != "liaison" or notice.person in own, f"a liaison sees {notice.key}"
            assert reader != "public_affairs" or CLASS_OF[notice.kind] == "public" or notice.kin is None, notice.key
            assert reader not in NO_KIN or "KIN-" not in repr(seen), f"{reader} sees kin in {seen}"
            reasons = " ".join(reason.text for reason in seen.reasons)
            assert reader not in ("operator", "public_affairs") or "excluded" not in reasons, f"{reader} sees a match"
