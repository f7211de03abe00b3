"""What operators are owed, and where a recipient's mail goes."""

from services.tracker.model import operators
from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.model.discrepancies import Discrepancy

DIRECTORY = Directory(
    liaisons={"L-1": Liaison("L-1", "l-1@liaisons.example", "UTC", (), "army")},
    offices={
        "default": Office("default", "duty@rosette.example", "UTC"),
        "operators/usaf": Office("operators/usaf", "operators@usaf.example", "UTC"),
    },
)
OPEN = Discrepancy("case", "K55-01", "seal", "T-1", "S-1@lid", "S-2@lid")
SETTLED = Discrepancy("case", "K55-01", "count", "bones", "1", "2", resolution="counted again")


def test_each_open_discrepancy_owes_the_operators_of_the_custodian_one_notice() -> None:
    [owed] = operators.of_discrepancies([OPEN, SETTLED], "usaf", DIRECTORY)
    assert (owed.key, owed.kind) == ("discrepancy/case:K55-01/seal/T-1", "discrepancy")
    assert (owed.recipient, owed.subject) == ("office:operators/usaf", "case:K55-01/seal/T-1")


def test_what_has_no_custodian_or_no_desk_goes_to_the_default_office() -> None:
    for party in (None, "navy"):
        [owed] = operators.of_discrepancies([OPEN], party, DIRECTORY)
        assert owed.recipient == "office:default"


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
