"""What the URIs in a source's EPCIS events stand for: URI templates, part of its grant in the sources file.

Any URI is a valid identifier in EPCIS. A template says which of them are our cases, parties, places, transfers and turnovers,
and what each is called here: `urn:example:case:{}` reads `urn:example:case:K55-01` as `K55-01`.
"""

import re
from typing import Annotated, Final
from urllib.parse import unquote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.terms import Reference
from shared.wire import IDENTITY

VARIABLE: Final = re.compile(r"\{[a-z]*\}")


def with_one_variable(template: str) -> str:
    if len(VARIABLE.findall(template)) != 1:
        raise ValueError("a template has one variable: urn:example:case:{case}")
    return template


Template = Annotated[str, StringConstraints(min_length=3, max_length=200), AfterValidator(with_one_variable)]
Templates = tuple[Template, ...]


class EpcisGrant(BaseModel):
    """A source that sends EPCIS. `source` and `actor` are those of the facts that its events make."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, StringConstraints(pattern=f"^{IDENTITY.pattern}$")]
    actor: Reference = "epcis"
    cases: Annotated[Templates, Field(min_length=1)]
    parties: Templates = ()
    places: Templates = ()
    transfers: Templates = ()
    turnovers: Templates = ()


def named(uri: str, templates: Templates) -> str | None:
    """What a URI calls its thing by the first template that fits; None where none does.

    >>> named("https://id.example/case/K55-01", ("urn:example:{}", "https://id.example/case/{case}"))
    'K55-01'
    """
    for template in templates:
        before, after = VARIABLE.split(template)
        inner = uri.removeprefix(before).removesuffix(after)
        if inner and len(before) + len(inner) + len(after) == len(uri) and not set(inner) & set("/?#"):
            return unquote(inner)
    return None
