"""The story: everything that is submitted whatever happens, in the order in which it is submitted.

What answers a mail is not here: nobody knows beforehand when it will come (`demo.answers`).
"""

from typing import Final

from demo.statements import HAWAII, Act, on
from demo.story import custody, family, identification

STORY: Final[tuple[Act, ...]] = tuple(sorted((*custody.acts(), *identification.acts(), *family.acts()), key=lambda act: act.at))
BEGINS: Final = STORY[0].at
ENDS: Final = on("2018-10-01 12:00", HAWAII)
