"""Invariant 19: the laboratory never sees kin; liaisons see their own families and no candidate matches."""

from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.model.notices import CLASS_OF
from services.tracker.model.view import Reader, is_own, notice_seen, view
from tests.property import happenings as what
from tests.property.folded import folded
from tests.property.happenings import kin_of
from tests.property.judged import judged
from tests.property.known import Known
from tests.property.stories import INDIVIDUALS, PERSONS
from tests.property.tellings import Telling, tellings

SEEN = tellings(
    *(what.determined, what.determined, what.rescinded_, what.excluded, what.associated, what.held, what.disagreed),
    *(what.elected, what.assigned, what.designated, what.briefed),
    begin=[what.all_registered, what.padd],
)
MOVING = tellings(
    *(what.determined, what.determined, what.rescinded_, what.restated, what.did_not_occur, what.associated, what.dissociated),
    begin=[what.all_registered],
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
        seen = repr(view(record, reader, own, telling.notices))
        assert reader not in NO_KIN or "KIN-" not in seen, f"{reader} sees kin"
        assert reader not in NO_MATCHES or not any(one in seen for one in INDIVIDUALS), f"{reader} sees an individual"
    for person in set(PERSONS) - own:
        assert person not in repr(view(record, "liaison", own, telling.notices)), "a liaison sees another family"
    public = view(record, "public_affairs", own, telling.notices)
    assert (public.cases, public.persons) == ({}, {})


@judged
@given(telling=MOVING)
def test_a_liaison_sees_the_cases_that_are_their_familys_and_those_that_it_last_heard_were(telling: Telling) -> None:
    """When all is told that must be. A case that was taken from a family is nothing to its liaison once the family knows."""
    known, record = Known(telling.events), folded(telling.events)
    for person in PERSONS:
        theirs = {case for data in known.standing(person).values() for case in known.cases(data.cases + data.individuals)}
        heard = [known.heard(telling.left, person, kin).values() for kin in kin_of(person)]
        believed = {case for told in heard for tokens in told for case in known.cases(tokens)}
        seen = view(record, "liaison", frozenset({person}), telling.notices).cases.keys()
        assert seen >= theirs & record.cases.keys(), f"the liaison of {person} misses {theirs - seen}"
        assert seen <= theirs | believed, f"the liaison of {person} sees {seen - theirs - believed}"
        one_by_one = {case for case in record.cases if is_own(case, [record.persons[person]], telling.notices)}
        assert one_by_one == seen, f"the liaison of {person} is shown a list and pages that differ by {one_by_one ^ seen}"


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
