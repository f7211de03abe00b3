"""What was known of a family when something left: by the events filed by then, and the reports of what left before."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.events import (
    CaseAssociated,
    CaseDissociated,
    IdentificationDetermined,
    IdentificationRescinded,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PnokDesignated,
)
from shared.events.event import Event
from tests.property.plain import counted, of
from tests.property.tellings import Leaving

Tokens = frozenset[str]


class Known:
    """The field's rules over one set of events; slow and plain on purpose."""

    def __init__(self, filed: Sequence[Event]) -> None:
        self.filed = filed
        self.events = counted(filed)
        self.rescinded = {each.data.determination for each in of(self.events, IdentificationRescinded)}

    def standing(self, person: str) -> dict[str, IdentificationDetermined]:
        """Determinations of a person that were not rescinded, the earliest first; of two with one id the first counts."""
        found: dict[str, IdentificationDetermined] = {}
        for each in of(self.events, IdentificationDetermined):
            if each.data.determination not in self.rescinded and person in each.data.persons:
                found.setdefault(each.data.determination, each.data)
        return found

    def tokens(self, person: str, cause: str) -> Tokens:
        """The cases and individuals of which a determination stands, whichever of its lines is asked about."""
        data = self.standing(person).get(cause.removeprefix("added:"))
        return frozenset() if data is None else frozenset(data.cases + data.individuals)

    def whole(self, person: str, cause: str) -> Tokens:
        """The same with the cases that its individuals bring: what a notice of it tells."""
        return self.tokens(person, cause) | self.cases(self.tokens(person, cause))

    def cases(self, tokens: Iterable[str]) -> set[str]:
        """The cases among tokens, and those that are associated with an individual among them."""
        named, found = set(tokens), {one for one in tokens if one.startswith("K-")}
        for each in of(self.events, CaseAssociated, CaseDissociated):
            if each.data.individual in named:
                (found.add if isinstance(each.data, CaseAssociated) else found.discard)(each.data.case)
        return found | {one for one in named if one.startswith("K-")}

    def ever_joined(self, case: str) -> set[str]:
        return {each.data.individual for each in of(self.events, CaseAssociated) if each.data.case == case}

    def ever_determined(self) -> list[IdentificationDetermined]:
        """All that was ever said of determinations, also what a correction took back."""
        said = [event.restated.data if event.restated is not None else event.data for event in self.filed]
        return [data for data in said if isinstance(data, IdentificationDetermined)]

    def pnok(self, person: str) -> str | None:
        named = [each.data.kin for each in of(self.events, PnokDesignated) if each.data.person == person]
        return named[-1] if named else None

    def overridden(self, person: str, kin: str) -> bool:
        """Whether a kin was not reached and two people decided not to wait."""
        ways = (NotificationUnreachable, NotificationOverrideAuthorized)
        return all(any((one.data.person, one.data.kin) == (person, kin) for one in of(self.events, way)) for way in ways)

    def heard(self, left: Iterable[Leaving], person: str, kin: str) -> dict[str, Tokens]:
        """By cause what a kin last heard, as far as it was reported: no report is of before its notice left."""
        written = {one.notice.reference: one for one in left}
        told: list[tuple[datetime, int, str, Tokens]] = []
        for each in of(self.events, NotificationDelivered):
            leaving = written.get(each.data.notice)
            if leaving is not None and (each.data.person, each.data.kin) == (person, kin) and leaving.notice.kind != "stop":
                at, place = max(each.at, leaving.at), leaving.notice.place_in_line or 0
                told.append((at, place, leaving.line[1], frozenset(leaving.notice.cases)))
        return {cause: tokens for _, _, cause, tokens in sorted(told, key=lambda one: one[:2])}
