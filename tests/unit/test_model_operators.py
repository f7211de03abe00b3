"""What operators are owed, and where a recipient's mail goes."""

from datetime import UTC, datetime, timedelta

from services.tracker.model import operators
from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.model.discrepancies import Discrepancy
from services.tracker.model.operators import Heard, Missing, OpenCase
from services.tracker.model.policy import Policy

DIRECTORY = Directory(
    liaisons={"L-1": Liaison("L-1", "l-1@liaisons.example", "UTC", (), "army")},
    offices={
        "default": Office("default", "duty@rosette.example", "UTC"),
        "operators/usaf": Office("operators/usaf", "operators@usaf.example", "UTC"),
    },
)
OPEN = Discrepancy("case", "K55-01", "seal", "T-1", "S-1@lid", "S-2@lid")
SETTLED = Discrepancy("case", "K55-01", "count", "bones", "1", "2", resolution="counted again")

NOON = datetime(2018, 8, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_each_open_discrepancy_owes_the_operators_of_the_custodian_one_notice() -> None:
    [owed] = operators.of_discrepancies([OPEN, SETTLED], "usaf", DIRECTORY)
    assert (owed.key, owed.kind) == ("discrepancy/case:K55-01/seal/T-1", "discrepancy")
    assert (owed.recipient, owed.subject) == ("office:operators/usaf", "case:K55-01/seal/T-1")


def test_what_has_no_custodian_or_no_desk_goes_to_the_default_office() -> None:
    for party in (None, "navy"):
        [owed] = operators.of_discrepancies([OPEN], party, DIRECTORY)
        assert owed.recipient == "office:default"


def test_a_hand_over_is_overdue_once_for_all_its_open_cases_when_the_hours_of_the_policy_are_over() -> None:
    open_cases = [
        OpenCase("T-1", "K55-02", "usaf", NOON + DAY / 2),
        OpenCase("T-1", "K55-01", "usaf", NOON),
        OpenCase("T-2", "K55-03", "usaf", NOON + DAY / 2),
    ]
    assert operators.of_overdue(open_cases, Policy(), DIRECTORY, NOON + DAY - timedelta(seconds=1)) == frozenset()
    [owed] = operators.of_overdue(open_cases, Policy(), DIRECTORY, NOON + DAY)
    assert (owed.key, owed.kind, owed.subject) == ("overdue_hand_over/T-1", "overdue_hand_over", "T-1")
    assert (owed.cases, owed.recipient) == (("K55-01", "K55-02"), "office:operators/usaf")


def test_a_source_is_silent_after_its_own_last_event_and_no_other() -> None:
    sources = [Heard("https://lab.example", "E-7", NOON), Heard("https://depot.example", "E-8", NOON + DAY)]
    policy = Policy(source_silent_h=24)
    assert operators.of_silent(sources, policy, DIRECTORY, NOON + DAY - timedelta(seconds=1)) == frozenset()
    [owed] = operators.of_silent(sources, policy, DIRECTORY, NOON + DAY)
    assert (owed.key, owed.subject) == ("source_silent/https://lab.example E-7", "https://lab.example")
    assert (owed.kind, owed.recipient) == ("source_silent", "office:default")


def test_a_hole_in_what_was_accepted_owes_a_notice_by_its_first_number() -> None:
    [owed] = operators.of_gaps([Missing("custody", "E1", 17)], DIRECTORY)
    assert (owed.key, owed.subject, owed.kind) == ("gap/custody/E1/17", "custody/E1/17", "gap")


def test_each_report_that_a_case_is_missing_owes_a_notice() -> None:
    [owed] = operators.of_missing("K55-01", [("https://depot.example", "E-1")], "usaf", DIRECTORY)
    assert (owed.key, owed.kind) == ("missing/K55-01/https://depot.example E-1", "missing")
    assert (owed.subject, owed.cases, owed.recipient) == ("K55-01", ("K55-01",), "office:operators/usaf")


def test_an_entry_in_quarantine_owes_a_notice() -> None:
    owed = operators.of_quarantined("custody", "17-0", DIRECTORY)
    assert (owed.key, owed.subject, owed.recipient) == ("quarantine/custody/17-0", "custody/17-0", "office:default")


def test_an_attempt_that_ended_unknown_owes_a_notice() -> None:
    owed = operators.of_doubt("A-1", "N-1", DIRECTORY)
    assert (owed.key, owed.subject, owed.kind) == ("in_doubt/A-1", "N-1", "in_doubt")


def test_a_mail_goes_where_the_directory_says_and_nowhere_else() -> None:
    recipients = ["liaison:L-1", "office:operators/usaf", "liaison:L-9", "office:nobody", "somebody", None]
    addresses = [DIRECTORY.address_of(one) for one in recipients]
    assert addresses == ["l-1@liaisons.example", "operators@usaf.example", None, None, None, None]
