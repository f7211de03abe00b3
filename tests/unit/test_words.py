"""What mails say, and what they never say."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from services.tracker.model.kin import Assignment, Designation, Kin
from services.tracker.model.notices import CLASS_OF, NoticeKind
from services.tracker.model.person import Person
from services.tracker.model.policy import Policy
from services.tracker.notices.mail import compose, message_id
from services.tracker.notices.window import ContactWindow, contact_window
from services.tracker.notices.words import ACTIONS, Place, Said, local_text, words

KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
FAMILY = [kind for kind in KINDS if CLASS_OF[kind] == "family"]
AT = datetime(2018, 9, 18, 3, 0, tzinfo=UTC)
OPENS = datetime(2018, 9, 18, 13, 0, tzinfo=UTC)
WINDOW = ContactWindow("America/Chicago", (("08:00", "21:00"),), (("06:00", "22:00"),), OPENS)
FINDINGS = ("identif", "determin", "dna", "remains", "case", "portion", "rescind", "death", "died")


def said(kind: NoticeKind, window: ContactWindow | None = WINDOW) -> Said:
    stops = "R-FIRST" if kind == "stop" else None
    return words("R-SECOND", kind, place=Place(2, "R-FIRST"), stops=stops, window=window)


def test_every_kind_has_words() -> None:
    assert set(ACTIONS) == set(KINDS)
    for kind in KINDS:
        assert "R-SECOND" in said(kind).subject
        assert "R-SECOND" in said(kind).body


@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_tells_a_finding(kind: NoticeKind) -> None:
    text = f"{said(kind).subject}\n{said(kind).body}".lower()
    assert not [finding for finding in FINDINGS if finding in text]


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_short_plain_lines(kind: NoticeKind) -> None:
    body = said(kind).body
    assert body.isascii()
    assert max(len(line) for line in body.splitlines()) <= 78
    assert "\n\n\n" not in body


@pytest.mark.parametrize("kind", FAMILY)
def test_a_family_mail_names_the_window_with_its_zone_and_next_opening(kind: NoticeKind) -> None:
    body = said(kind).body
    assert "08:00 to 21:00" in body
    assert "06:00 to 22:00" in body
    assert "America/Chicago" in body
    assert "Next opening: Tuesday, 18 September 2018, 08:00 (UTC-05:00)" in body


@pytest.mark.parametrize("kind", FAMILY)
def test_a_family_mail_without_a_window_says_whom_to_ask(kind: NoticeKind) -> None:
    assert "ask your casualty office" in said(kind, window=None).body
    assert "ask your casualty office" in said(kind, ContactWindow("UTC", (), (), None)).body


def test_a_mail_carries_its_place_in_the_line_and_the_line_by_its_first_notice() -> None:
    assert "Number 2 of line R-FIRST" in said("correction").body


def test_a_stop_names_the_notice_that_it_stops_and_asks_for_no_contact() -> None:
    assert "STOP notice R-FIRST" in said("stop").body
    assert "then contact" not in said("stop").body


def test_a_local_time_tells_the_two_hours_of_an_autumn_night_apart() -> None:
    first, second = datetime(2018, 11, 4, 6, 30, tzinfo=UTC), datetime(2018, 11, 4, 7, 30, tzinfo=UTC)
    assert local_text(first, "America/Chicago").endswith("01:30 (UTC-05:00)")
    assert local_text(second, "America/Chicago").endswith("01:30 (UTC-06:00)")


# ------------------------------------------------------------------------------------------------------------ the window
def person(kin: Kin, service: str = "army") -> Person:
    order = (AT, 0, "urn:example", "E-1")
    assignment = Assignment(None, "CACO-001", service, AT, order)
    return Person("P-0001", kin={kin.ref: kin}, pnoks=(Designation(kin.ref, order),), assignments=(assignment,))


POLICY = Policy(contact_hours={"army": ("06:00", "22:00")})


def test_the_window_is_open_when_the_kins_hours_and_the_services_are() -> None:
    kin = Kin("KIN-1", "sibling", "degree", "America/Chicago", (("20:00", "09:00"),), required=True)
    at_one_at_night = datetime(2018, 9, 18, 6, 0, tzinfo=UTC)
    window = contact_window(person(kin), "KIN-1", POLICY, at_one_at_night)
    opens = datetime(2018, 9, 18, 11, 0, tzinfo=UTC)
    assert window == ContactWindow("America/Chicago", (("20:00", "09:00"),), (("06:00", "22:00"),), opens)


def test_within_the_window_the_next_opening_is_now() -> None:
    kin = Kin("KIN-1", "sibling", "degree", "Asia/Seoul", (), required=True)
    window = contact_window(person(kin), "KIN-1", POLICY, AT)
    assert window is not None
    assert window.opens == AT


def test_hours_that_never_meet_have_no_opening() -> None:
    kin = Kin("KIN-1", "sibling", "degree", "America/Chicago", (("23:00", "23:30"),), required=True)
    window = contact_window(person(kin), "KIN-1", POLICY, AT)
    assert window is not None
    assert window.opens is None


def test_a_service_without_hours_binds_nothing_and_an_unknown_kin_has_no_window() -> None:
    kin = Kin("KIN-1", "sibling", "degree", "America/Chicago", (), required=True)
    window = contact_window(person(kin, service="navy"), "KIN-1", POLICY, AT)
    assert window == ContactWindow("America/Chicago", (), (), AT)
    assert contact_window(person(kin), "KIN-2", POLICY, AT) is None


# -------------------------------------------------------------------------------------------------------------- the mail
def test_a_mail_goes_to_one_recipient_and_says_that_a_machine_wrote_it() -> None:
    mail = compose(said("stop"), sender="rosette@example.org", to="a@example.org", message_id="<x@example.org>", at=AT)
    assert mail["To"] == "a@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<x@example.org>"
    assert mail["Cc"] is mail["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "<a@example.org>", "a b@c", "", "a"]
)
def test_an_address_that_would_add_a_header_or_a_recipient_makes_no_mail(address: str) -> None:
    with pytest.raises(ValueError, match="not an address") as refused:
        compose(said("stop"), sender="rosette@example.org", to=address, message_id="<x@y>", at=AT)
    assert "Bcc" not in str(refused.value)


def test_a_message_id_is_the_same_for_each_attempt_and_shows_nothing_of_the_key() -> None:
    key = "told/P-0001/D-1/KIN-1"
    once, again = (message_id(key, "R-1", "rosette@example.org") for _ in range(2))
    assert once == again
    assert once != message_id(key, "R-2", "rosette@example.org")
    assert once.endswith("@example.org>")
    assert "P-0001" not in once
