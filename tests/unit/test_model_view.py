"""Who may see what of the record, role by role and field by field (invariant 19)."""

from typing import Final, get_args

import pytest

from services.tracker.model.lines import lines_of
from services.tracker.model.notices import Notice
from services.tracker.model.reasons import Reason
from services.tracker.model.view import GENERAL, Reader, Seen, is_own, notice_seen, own_cases, reasons_seen, view
from tests import facts
from tests.unit.stories import at
from tests.unit.told import DETERMINED, FAMILY, Told, reported

READERS: Final[tuple[Reader, ...]] = get_args(Reader)
OWN: Final = frozenset({"P-0001"})
STORY: Final = (
    facts.registered(at=at(0)),
    facts.registered("K55-02", at=at(0)),
    *FAMILY,
    facts.kin("P-0002", "KIN-9", at=at(0)),
    facts.associated(at=at(3)),
    facts.excluded(person="P-0002", at=at(4)),
    DETERMINED,
    facts.determined("K55-02", "P-0002", "D-2", at=at(11)),
)


def seen(role: Reader, own: frozenset[str] = OWN) -> Seen:
    return view(Told(*STORY).record(), role, own, ())


def test_each_role_sees_its_cases() -> None:
    assert {role: sorted(seen(role).cases) for role in READERS} == {
        "operator": ["K55-01", "K55-02"],
        "laboratory": ["K55-01", "K55-02"],
        "liaison": ["K55-01"],
        "public_affairs": [],
        "auditor": ["K55-01", "K55-02"],
        "administrator": [],
    }


def test_each_role_sees_its_persons_and_public_affairs_a_number() -> None:
    assert {role: (sorted(seen(role).persons), seen(role).identified) for role in READERS} == {
        "operator": (["P-0001", "P-0002"], 2),
        "laboratory": (["P-0001", "P-0002"], 2),
        "liaison": (["P-0001"], None),
        "public_affairs": ([], 2),
        "auditor": (["P-0001", "P-0002"], 2),
        "administrator": ([], None),
    }


def test_the_laboratory_never_sees_kin_and_of_kin_an_auditor_sees_references_alone() -> None:
    kin = {role: {ref: one.kin for ref, one in seen(role).persons.items()} for role in READERS}
    assert kin["laboratory"] == kin["operator"] == {"P-0001": None, "P-0002": None}
    assert kin["liaison"] == {"P-0001": ("KIN-1",)}
    assert kin["auditor"] == {"P-0001": ("KIN-1",), "P-0002": ("KIN-9",)}
    assert seen("auditor").persons["P-0001"].contact_hours is None
    assert seen("liaison").persons["P-0001"].contact_hours == {"KIN-1": ()}
    assert [seen(role).persons["P-0001"].pnok for role in ("laboratory", "liaison")] == [None, "KIN-1"]


def test_a_liaison_sees_no_candidate_match_and_an_operator_only_that_there_is_an_individual() -> None:
    of = {role: seen(role).cases["K55-01"] for role in ("operator", "laboratory", "liaison", "auditor")}
    assert {role: one.individual is not None for role, one in of.items()} == {
        "operator": False,
        "laboratory": True,
        "liaison": False,
        "auditor": True,
    }
    assert (of["operator"].has_individual, of["liaison"].has_individual) == (True, None)
    assert (of["laboratory"].excluded, of["liaison"].excluded) == (frozenset({"P-0002"}), None)


def test_a_liaison_sees_where_a_case_is_and_who_has_it_and_no_seals() -> None:
    mine, all_of_it = seen("liaison").cases["K55-01"], seen("operator").cases["K55-01"]
    assert (mine.custodian, mine.seals, mine.open_hand_overs) == ("unc", None, None)
    assert (all_of_it.seals, all_of_it.open_hand_overs) == ((), ())


def test_an_operator_learns_that_a_determination_stands_and_not_which() -> None:
    one = seen("operator").persons["P-0001"]
    assert (one.identified, one.determinations) == (True, None)
    assert seen("laboratory").persons["P-0001"].determinations == ("D-1",)


def test_whom_a_liaison_speaks_for_means_nothing_for_anybody_else() -> None:
    assert seen("public_affairs", OWN) == seen("public_affairs", frozenset())
    assert seen("liaison", frozenset({"P-9999"})).persons == {}


# ------------------------------------------------------------------------------------------------- whose a case is
OTHERS: Final = (
    facts.rescinded(at=at(50)),
    facts.determined("K55-01", "P-0002", "D-2", at=at(51)),
)
"""K55-01 is taken from P-0001, and is another's now."""


def cases_of_the_family(told: Told) -> list[str]:
    record, notices = told.record(), tuple(told.notices.values())
    found = sorted(view(record, "liaison", OWN, notices).cases)
    own = [record.persons[ref] for ref in sorted(OWN)]
    assert found == sorted(number for number in record.cases if is_own(number, own, notices))
    return found


def a_family() -> Told:
    return Told(facts.registered(at=at(0)), *FAMILY, DETERMINED).and_then()


def test_a_case_that_was_taken_from_a_family_who_never_heard_of_it_is_not_theirs_any_more() -> None:
    told = a_family()
    assert cases_of_the_family(told) == ["K55-01"]
    assert cases_of_the_family(told.and_then(*OTHERS)) == []


def test_a_case_that_was_taken_stays_with_its_liaison_until_they_read_the_stop() -> None:
    told = a_family()
    told.leaves("identification", 20)
    assert cases_of_the_family(told.and_then(*OTHERS)) == ["K55-01"]
    stop = told.leaves("stop", 60)
    assert cases_of_the_family(told.and_then()) == ["K55-01"]
    assert cases_of_the_family(told.and_then(facts.acknowledged(stop.reference, at=at(70)))) == []


def test_a_case_that_was_taken_stays_with_its_liaison_until_the_family_was_told_so() -> None:
    told = a_family()
    told.and_then(reported(told.leaves("identification", 20)))
    assert cases_of_the_family(told.and_then(*OTHERS)) == ["K55-01"]
    correction = told.leaves("correction", 60)
    assert cases_of_the_family(told.and_then()) == ["K55-01"]
    assert cases_of_the_family(told.and_then(reported(correction, 70))) == []


def test_a_case_that_an_amendment_took_is_gone_and_what_it_left_stays() -> None:
    both = facts.determined(cases=["K55-01", "K55-02"], at=at(10))
    told = Told(facts.registered(at=at(0)), facts.registered("K55-02", at=at(0)), *FAMILY, both).and_then()
    assert cases_of_the_family(told.and_then(facts.amended(removed={"cases": ["K55-02"]}, at=at(50)))) == ["K55-01"]


def test_what_a_kin_who_died_was_told_keeps_no_case_with_the_family() -> None:
    told = a_family()
    told.and_then(reported(told.leaves("identification", 20)))
    assert cases_of_the_family(told.and_then(facts.kin_deceased(at=at(40)), *OTHERS)) == []
    [line] = lines_of(told.record().persons["P-0001"], tuple(told.notices.values()))
    assert (line.told, line.untrue) == (frozenset({"K55-01"}), False)


def test_a_case_of_an_individual_goes_where_it_is_associated_once_the_family_knows() -> None:
    whole = facts.determined("K55-02", individuals=["2018-201:I-01"], cases=[], at=at(10))
    told = Told(facts.registered(at=at(0)), *FAMILY, facts.associated(at=at(5)), whole).and_then()
    told.and_then(reported(told.leaves("identification", 20)))
    assert cases_of_the_family(told) == ["K55-01"]
    told.and_then(facts.dissociated(at=at(50)))
    assert cases_of_the_family(told) == ["K55-01"], "they were told that it is theirs"
    told.and_then(reported(told.leaves("correction", 60), 70))
    assert cases_of_the_family(told) == []


def test_the_cases_of_several_families_are_those_of_each_and_what_others_were_told_means_nothing() -> None:
    theirs = facts.kin("P-0002", "KIN-9", at=at(0)), facts.pnok("P-0002", "KIN-9", at=at(1)), facts.liaison("P-0002", at=at(2))
    told = a_family().and_then(
        facts.registered("K55-02", at=at(0)), *theirs, facts.determined("K55-02", "P-0002", "D-2", at=at(11))
    )
    told.leaves("identification", 20)
    told.and_then(facts.rescinded(at=at(50)))
    persons, notices = told.record().persons, tuple(told.notices.values())
    assert own_cases(persons.values(), notices) == {"K55-01", "K55-02"}
    assert [own_cases([persons[ref]], notices) for ref in ("P-0001", "P-0002")] == [{"K55-01"}, {"K55-02"}]
    assert own_cases([], notices) == frozenset()
    asked = ("K55-01", "K55-02", "K55-99")
    assert [is_own(number, [persons["P-0001"]], notices) for number in asked] == [True, False, False]


# ------------------------------------------------------------------------------------------------- notices and reasons
EXCLUDED: Final = Reason("exclusion", "2018-201:I-01 is excluded", ground=True, event=("s", "X"))
UNTOLD: Final = Reason("kin_not_told", "KIN-2 has not been told", ground=True)
HOURS: Final = Reason("hours", "outside the hours", ground=False)
ALL: Final = (EXCLUDED, UNTOLD, HOURS)
TELLING: Final = Notice("R-1", "told/P-0001/D-1/KIN-1", "identification", "held", "P-0001", "KIN-1", "D-1", reasons=ALL)
PUBLIC: Final = Notice("R-2", "publication_eligible/P-0001/name", "publication_eligible", "held", "P-0001", reasons=ALL)
STOP: Final = Notice("R-3", "stop/R-2", "stop", "ready", "P-0001", stops="R-2")


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("operator", (True, True, False)),
        ("laboratory", (False, True, False)),
        ("liaison", (True, False, False)),
        ("public_affairs", (True, True, False)),
        ("auditor", (False, False, False)),
        ("administrator", (True, True, False)),
    ],
)
def test_a_reason_that_would_show_too_much_is_given_in_general_words(role: Reader, hidden: tuple[bool, ...]) -> None:
    shown = reasons_seen(ALL, role)
    assert tuple(each.text == GENERAL for each in shown) == hidden
    assert shown[0].event == (None if hidden[0] else ("s", "X"))


def test_what_the_placer_of_a_hold_wrote_reaches_neither_families_nor_the_public() -> None:
    held = Reason("hold", "case K55-01 is on hold H-1: what somebody wrote", ground=True, event=("s", "H"))
    shown = {role: reasons_seen((held,), role)[0] for role in READERS}
    assert {role for role in READERS if shown[role].text == GENERAL} == {"liaison", "public_affairs"}
    assert shown["liaison"].event is None


def test_each_role_sees_its_notices() -> None:
    found = {role: [each.kind for each in (TELLING, PUBLIC, STOP) if notice_seen(each, role, OWN)] for role in READERS}
    assert found == {
        "operator": ["identification", "publication_eligible", "stop"],
        "laboratory": [],
        "liaison": ["identification"],
        "public_affairs": ["publication_eligible", "stop"],
        "auditor": ["identification", "publication_eligible", "stop"],
        "administrator": [],
    }
    assert notice_seen(TELLING, "liaison", frozenset()) is None


def test_an_operators_notice_names_no_kin_and_an_auditors_no_cases() -> None:
    operator, auditor = notice_seen(TELLING, "operator", OWN), notice_seen(TELLING, "auditor", OWN)
    assert operator is not None
    assert auditor is not None
    assert "KIN" not in f"{operator.key} {operator.kin} {operator.reasons}"
    assert (auditor.kin, auditor.cases) == ("KIN-1", ())
