"""The directory as a file: judged whole, and nothing of it counts if anything is wrong."""

from pathlib import Path

import pytest

from services.tracker.record.directory_file import DirectoryInvalid, parse_directory

EXAMPLE = Path("deploy/directory.example.toml")
DEFAULT = '[offices.default]\naddress = "duty@example.org"\nzone = "UTC"\n'
LIAISON = '[liaisons."CACO-001"]\nservice = "army"\nzone = "America/Chicago"\nduty_hours = [["20:00", "06:00"]]\n'


def test_the_example_is_a_directory() -> None:
    directory = parse_directory(EXAMPLE.read_text())
    assert directory.address_of("liaison:CACO-001") == "caco-001@liaisons.example.org"
    assert directory.office("army/casualty_office") == "office:army/casualty_office"
    assert directory.office("no/such_desk") == "office:default"


def test_a_liaison_may_be_known_without_an_address_and_on_watch_over_midnight() -> None:
    directory = parse_directory(DEFAULT + LIAISON)
    assert directory.address_of("liaison:CACO-001") is None
    assert directory.liaisons["CACO-001"].duty_hours == (("20:00", "06:00"),)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("liaisons = ", "not TOML"),
        (DEFAULT + DEFAULT, "not TOML"),
        (LIAISON, "offices"),
        (DEFAULT.replace("default", "desk"), "default"),
        (DEFAULT + LIAISON.replace("America/Chicago", "America/Nowhere"), "liaisons.CACO-001.zone"),
        (DEFAULT + LIAISON.replace("20:00", "25:00"), "liaisons.CACO-001.duty_hours"),
        (DEFAULT + LIAISON.replace('[["20:00", "06:00"]]', "[]"), "liaisons.CACO-001.duty_hours"),
        (DEFAULT + LIAISON.replace('"army"', '"cavalry"'), "liaisons.CACO-001.service"),
        (DEFAULT + LIAISON.replace("CACO-001", "a name"), "liaisons"),
        (DEFAULT + LIAISON + 'telephone = "1"\n', "liaisons.CACO-001.telephone"),
    ],
)
def test_what_cannot_be_the_directory_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(DirectoryInvalid, match=where):
        parse_directory(text)


@pytest.mark.parametrize(
    "address",
    [
        r"a@example.org\r\nBcc: intruder@example.org",
        r"a@example.org\n",
        "a@example.org, intruder@example.org",
        "A Name <intruder@example.org>",
        '\\"intruder\\"@example.org',
        "a @example.org",
        "intruder@",
        "a@-example.org",
    ],
)
def test_an_address_that_could_add_a_header_or_a_recipient_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(DirectoryInvalid, match=r"liaisons\.CACO-001\.address: not an address") as refused:
        parse_directory(DEFAULT + LIAISON + f'address = "{address}"\n')
    assert "intruder" not in str(refused.value)


def test_every_mistake_of_a_file_is_named_at_once() -> None:
    with pytest.raises(DirectoryInvalid) as refused:
        parse_directory(DEFAULT + LIAISON.replace("army", "cavalry").replace("America/Chicago", "Mars"))
    assert len(str(refused.value).splitlines()) == 2
