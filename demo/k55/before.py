"""What was there before: a family that was told years ago, of remains from another return, and is brought onto the record."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import LIAISONS, MEDICAL_EXAMINER
from demo.k55.diary import entry, promptly
from demo.k55.expected import eligible, tells
from demo.k55.families import on_file
from demo.k55.lives import Life
from demo.k55.plot import Plot, plot
from shared.events import IdentificationDetermined, NotificationDelivered

THEN: Final = datetime(1996, 5, 14, 19, tzinfo=UTC)
"""Late morning in Hawaii and afternoon in New York: wherever they lived, they could be called on."""
FILED: Final = timedelta(days=200)


def told_years_before(life: Life) -> Plot:
    """Nobody writes to their liaison. The name may be published now; nobody has written down that they were briefed."""
    moment = ROUNDS[life.n]
    kin = life.family.to_be_told
    of: dict[str, Any] = {"persons": [life.person], "cases": [f"K208-{life.person[2:]}"], "individuals": []}
    signed: dict[str, Any] = {"kind": "initial", "lines": ["dental"], "signed_by": "examiner-0"}
    told = {"determination": life.determination, **of, **signed}
    determined = entry(MEDICAL_EXAMINER, f"determined-{life.determination}", IdentificationDetermined, THEN - FILED, **told)
    line: dict[str, Any] = {"line": {"cause": life.determination}, "says": "stands", "channel": "in_person"}
    visits = [
        entry(LIAISONS, f"told-{one}", NotificationDelivered, THEN, at=THEN.isoformat(), person=life.person, kin=one, **line)
        for one in kin
    ]
    family = on_file(life.family, THEN - 2 * FILED)
    ends = (*tells(life.person, life.determination, kin, "never_left"), *eligible(life.person, ["name"]))
    return plot(promptly([*family, determined, *visits], moment), ends)
