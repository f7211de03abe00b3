"""How many, for the public: a number leaves only when nobody whose name is not public could be made out from it."""

from datetime import timedelta
from typing import Final

from demo.k55.calendar import ROUNDS
from demo.k55.cast import PUBLIC_AFFAIRS
from demo.k55.diary import entry, promptly
from demo.k55.expected import NAMED, Expected, eligible
from demo.k55.lives import Life, determined, homeward
from demo.k55.plot import Plot, plot
from demo.k55.portions import told
from demo.k55.remains import TURNOVER
from demo.k55.reversals import begins
from shared.events import PublicationApproved

UNNAMED: Final = 70
"""The round, in December 2023, on which somebody is determined whose family wants no name in public."""
MONTH_APPROVED: Final = 71
PERIOD: Final = "2023-12"


def unnamed(life: Life) -> Plot:
    """All is as with others, save that no name is published."""
    quietly = (one for one in homeward(life) if one.speaker is not PUBLIC_AFFAIRS)
    return plot((*begins(life), determined(life), *quietly), (*told(life), *eligible(life.person, NAMED)))


def december(count: int) -> Plot:
    """The number of that month waits for as long as the story lasts: with the names around it, it tells of the one without."""
    moment = ROUNDS[MONTH_APPROVED]
    by = {"scope": TURNOVER, "period": PERIOD, "count": count, "class": "aggregate", "approvers": ["officer-2", "officer-3"]}
    approved = entry(PUBLIC_AFFAIRS, f"approved-{PERIOD}", PublicationApproved, moment - timedelta(hours=1), **by)
    key = f"publication_eligible/{TURNOVER}/{PERIOD}/aggregate"
    return plot(promptly([approved], moment), [Expected(key, "held", "aggregate")])
