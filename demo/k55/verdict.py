"""Where what was found is not the truth: every figure of every date, every notice of a family or the public, every silence."""

from collections.abc import Iterator
from typing import Final

from demo.k55.expected import Expected
from demo.k55.figures import Found
from demo.k55.truth import Truth
from demo.reading import Document

JUDGED: Final = frozenset(
    (
        "identification", "additional_portions", "ask_first", "information", "takeover", "correction", "reinstatement", "stop",
        "publication_eligible",
    )
)  # fmt: skip
"""Kinds of notices of which the truth knows all there are."""


def differences(found: Found, truth: Truth) -> list[str]:
    """In words, one a difference; empty where all is as it must be."""
    return [*of_figures(found, truth), *of_notices(found, truth), *of_silence(found, truth)]


def of_figures(found: Found, truth: Truth) -> Iterator[str]:
    for at, stated in zip(truth.figures, found.accounts, strict=True):
        for figure, value in at.figures.items():
            if stated[figure] != value:
                day = f"{at.as_of:%Y-%m-%d} as known on {at.known_at:%Y-%m-%d}"
                yield f"{figure} of {day}: {stated[figure]}, in truth {value}"


def of_notices(found: Found, truth: Truth) -> Iterator[str]:
    written = {notice["key"]: notice for notice in found.notices.values() if notice["kind"] in JUDGED}
    for expected in truth.notices:
        notice = written.pop(expected.key, None)
        if not as_expected(expected, notice):
            because = f" because of {expected.because}" if expected.because else ""
            yield f"{expected.key}: {shown(notice)}, in truth {expected.end}{because}"
    for key, notice in written.items():
        yield f"{key}: {shown(notice)}, in truth nothing is owed"


def as_expected(expected: Expected, notice: Document | None) -> bool:
    if expected.end == "never_left":
        return notice is None or notice["state"] == "withdrawn"
    if notice is None or notice["state"] != expected.end:
        return False
    return expected.because in (None, *(reason["code"] for reason in notice["reasons"]))


def shown(notice: Document | None) -> str:
    if notice is None:
        return "never written"
    because = ", ".join(reason["code"] for reason in notice["reasons"])
    return f"{notice['state']} ({because})" if because else str(notice["state"])


def of_silence(found: Found, truth: Truth) -> Iterator[str]:
    for person, cause in sorted(found.silent ^ set(truth.silent)):
        where = "is kept" if (person, cause) in found.silent else "is not kept"
        yield f"{cause} of {person} {where} in silence, in truth otherwise"
