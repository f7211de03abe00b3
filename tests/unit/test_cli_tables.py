"""What an operator sees in a window of any width: every reference whole, and nothing that the window would obey."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from services.tracker.cli import printing
from services.tracker.cli.directory import hours
from services.tracker.cli.look import overview
from services.tracker.web.watch import SILENT, StreamState

Printed = Callable[..., str]
LONG = "case:K55-17/seal/T-OSAN-TO-HICKAM-AND-BACK-AGAIN-WITH-A-NAME-LONGER-THAN-ANY-WINDOW-OF-EIGHTY"


@dataclass(frozen=True)
class Row:
    reference: str = "ABCDEFGHIJKLMNOPQRST"
    kind: str = "additional_portions"
    state: str = "resolved_not_sent"
    about: str = "case:K55-17/seal/T-OSAN"
    recipient: str = "office:marine_corps/casualty_office"
    reasons: list[dict[str, str]] = field(default_factory=list)


NAMES = ("reference", "kind", "state", "about", "recipient", "reasons")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What is printed into a window so many columns wide."""

    def at(width: int, show: Callable[[], None]) -> str:
        window = StringIO()
        monkeypatch.setattr(printing, "out", Console(file=window, width=width, highlight=False, soft_wrap=True))
        show()
        return window.getvalue()

    return at


@pytest.mark.parametrize("width", [20, 80, 120, 200])
def test_every_value_is_whole_in_a_window_of_any_width(printed: Printed, width: int) -> None:
    said = printed(width, lambda: printing.table([Row(), Row(about=LONG)], NAMES))
    for value in (Row.reference, Row.kind, Row.state, Row.about, Row.recipient, LONG):
        assert any(value in line.split() for line in said.splitlines()), value


def test_what_there_is_no_room_for_stands_under_its_row_by_its_name(printed: Printed) -> None:
    rows = [Row(reasons=[{"text": "It is night."}, {"text": "Frozen."}]), Row()]
    narrow = printed(80, lambda: printing.table(rows, NAMES)).splitlines()
    assert narrow[0].split() == ["reference", "kind", "state"]
    assert narrow[2:4] == [
        "    about case:K55-17/seal/T-OSAN | recipient",
        "    office:marine_corps/casualty_office | reasons It is night. Frozen.",
    ]
    assert max(map(len, narrow)) <= 80
    wide = printed(200, lambda: printing.table(rows, NAMES)).splitlines()
    assert len(wide) == 3


def test_a_field_that_no_row_has_takes_no_room(printed: Printed) -> None:
    assert "reasons" not in printed(200, lambda: printing.table([Row()], NAMES))
    assert printed(80, lambda: printing.table([], NAMES, title="Notices")) == "Notices: none\n"


def test_one_row_is_shown_a_line_a_field_and_its_values_are_whole(printed: Printed) -> None:
    said = printed(60, lambda: printing.sheet(Row(about=LONG), NAMES, title="Notice"))
    assert LONG in said.split()
    assert said.startswith("Notice\nreference  ABCDEFGHIJKLMNOPQRST\n")


@given(st.text())
def test_no_word_of_a_source_moves_the_window_or_begins_a_line(text: str) -> None:
    assert printing.word(text).isprintable()


def test_streams_fit_a_window_of_eighty(printed: Printed) -> None:
    states = [StreamState(name, "b402cf3b5a346bb4", 10**6, 0, False, SILENT, [], [], []) for name in ("custody", "family")]
    lines = overview([states[0], StreamState("identification", *("unknown", 0, 0, True, SILENT, [], [], [])), states[1]])
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["filed", "through", "1000000", "0", "1000000"]


def test_duty_hours_are_written_as_people_write_them() -> None:
    assert hours([["08:00", "12:00"], ["13:00", "17:00"]]) == "08:00-12:00, 13:00-17:00"
    assert hours([]) == "any"
