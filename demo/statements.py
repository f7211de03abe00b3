"""How the story is written down: a statement is a CloudEvent, and an act is what one speaker submits at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from demo.cast import Speaker
from shared.events.base import Fact

CloudEvent = dict[str, Any]

WONSAN: Final = "Asia/Pyongyang"
OSAN: Final = "Asia/Seoul"
HAWAII: Final = "Pacific/Honolulu"


@dataclass(frozen=True, slots=True)
class Act:
    """What one speaker submits at one moment of the story. `at` is the moment of submission, aware; the statements say
    for themselves when what they tell of happened."""

    at: datetime
    title: str
    speaker: Speaker
    statements: tuple[CloudEvent, ...]


def on(local: str, zone: str) -> datetime:
    """The instant that people in `zone` call `local`, as in `2018-07-27 09:20`."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))


def said(speaker: Speaker, id: str, fact: type[Fact], at: datetime, /, desk: str = "desk-1", **data: Any) -> CloudEvent:
    """One statement. The same id and the same words make the same statement, so a retry can be recognised as one.

    Args:
        at: when it happened in the world; the zone of people there is taken from it.
        desk: who at the speaker's makes it.
        data: the fields of the fact; one that Python reserves is written with an underscore behind it (`from_`).
    """
    zone = {"zone": at.tzinfo.key} if isinstance(at.tzinfo, ZoneInfo) and "zone" not in data else {}
    fields = {name.removesuffix("_"): value for name, value in data.items()}
    return {
        "specversion": "1.0",
        "id": id,
        "source": speaker.uri,
        "type": fact.wire_name(),
        "time": at.isoformat(),
        "data": {"actor": {"role": speaker.role, "ref": desk}, **zone, **fields},
    }
