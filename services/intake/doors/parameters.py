"""A parameter that a page does not know is refused: `dryrun=true` for `dry_run=true` would make facts that stay for ever."""

from typing import Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

LONGEST_NAME: Final = 40
"""Characters of a name that we say again."""


def known_alone(request: Request) -> None:
    """Raises RequestValidationError, as the framework does for a value that it cannot read."""
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in known:
            there_are = f"there is {' and '.join(known)}" if known else "there are none"
            raise RequestValidationError([{"loc": ("query", name[:LONGEST_NAME]), "msg": f"not a parameter here; {there_are}"}])


KNOWN_ALONE: Final = [Depends(known_alone)]
