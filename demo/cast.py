"""Who speaks in the story, and who is written to. Commands and places are real; every person is a synthetic reference."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from shared.terms import Role


@dataclass(frozen=True, slots=True)
class Speaker:
    """An upstream system: its slug at intake, the CloudEvents source it speaks as, and what its grant covers."""

    slug: str
    role: Role
    types: tuple[str, ...]
    parties: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        return f"urn:example:{self.slug}"


# The Korean People's Army submits nothing itself: UN Command speaks for it from the turnover papers that both signed.
UN_COMMAND: Final = Speaker(
    "un-command",
    "custodian",
    ("turnover.declared", "case.registered", "case.sealed", "custody.released", "custody.accepted", "ceremony.held"),
    ("unc", "kpa"),
)
FIELD_TEAM: Final = Speaker("field-team", "custodian", ("case.sealed", "transport.arrived"))
AIRLIFT: Final = Speaker("airlift", "custodian", ("transport.*",))
ACCOUNTING_AGENCY: Final = Speaker(
    "accounting-agency",
    "custodian",
    ("custody.released", "custody.accepted", "ceremony.held"),
    ("dpaa", "dpaa-laboratory"),
)
LABORATORY: Final = Speaker(
    "laboratory",
    "laboratory",
    ("field_review.completed", "accession.created", "case.*", "evidence.added", "exclusion.*"),
)
MEDICAL_EXAMINER: Final = Speaker("medical-examiner", "medical_examiner", ("identification.*",), ("medical-examiner",))
CASUALTY_OFFICE: Final = Speaker("casualty-office", "casualty_office", ("kin.*", "pnok.*", "liaison.*", "status.accounted_for"))
LIAISONS: Final = Speaker("liaisons", "liaison", ("notification.*", "briefing.completed"))
OPERATORS: Final = Speaker("operators", "operator", ("*.discrepancy.resolved",))

SPEAKERS: Final = (
    UN_COMMAND, FIELD_TEAM, AIRLIFT, ACCOUNTING_AGENCY, LABORATORY, MEDICAL_EXAMINER, CASUALTY_OFFICE, LIAISONS, OPERATORS,
)  # fmt: skip

DIRECTORY: Final = """
[liaisons."CACO-001"]
service = "army"
address = "caco-001@liaisons.example.org"
zone = "America/New_York"
duty_hours = [["07:00", "18:00"]]

[liaisons."CACO-002"]
service = "army"
address = "caco-002@liaisons.example.org"
zone = "America/Chicago"
duty_hours = [["07:00", "18:00"]]

[offices."army/casualty_office"]
address = "casualty@army.example.org"
zone = "America/New_York"

[offices."operators/unc"]
address = "operators@unc.example.org"
zone = "Asia/Seoul"

[offices."operators/dpaa-laboratory"]
address = "operators@laboratory.example.org"
zone = "Pacific/Honolulu"

[offices."default"]
address = "duty@rosette.example.org"
zone = "UTC"
"""
"""The tracker's directory: addresses are nowhere else, least of all in events."""


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody in a story: who speaks, and the directory of those who are written to.

    `silent_h`: after so many hours of silence operators ask after a source, as the story's policy has it.
    """

    speakers: tuple[Speaker, ...]
    directory: str
    silent_h: int = 24 * 60


COMPANY: Final = Company(SPEAKERS, DIRECTORY)


def fresh_keys(speakers: Iterable[Speaker]) -> dict[str, str]:
    """A key for every source by its slug, made for one run and kept in memory alone."""
    return {speaker.slug: token_urlsafe(32) for speaker in speakers}


def sources_toml(speakers: Iterable[Speaker], keys: dict[str, str]) -> str:
    """Intake's sources file: who may say what, with hashes where the keys would be."""
    return "\n".join(_entry(speaker, sha256(keys[speaker.slug].encode()).hexdigest()) for speaker in speakers)


def _entry(speaker: Speaker, key_hash: str) -> str:
    return "\n".join(
        (
            "[[sources]]",
            f'slug = "{speaker.slug}"',
            f'keys = ["{key_hash}"]',
            f'uris = ["{speaker.uri}"]',
            f'roles = ["{speaker.role}"]',
            f"types = {list(speaker.types)}",
            f"parties = {list(speaker.parties)}",
            "",
        )
    )
