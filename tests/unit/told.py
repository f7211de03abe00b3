"""A record of statements with the notices that follow from it: what the tests of telling start from."""

from dataclasses import replace
from datetime import datetime

from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.model.notices import CLASS_OF, Notice, NoticeState, Owed
from services.tracker.model.reconcile import reconcile
from services.tracker.model.register import Record
from services.tracker.model.telling import Required, required
from tests import facts
from tests.facts import CloudEvent
from tests.unit.played import POLICY, Folds, applied
from tests.unit.stories import at

ADDRESSES = Directory(
    liaisons={
        "L-1": Liaison("L-1", "l-1@liaisons.example", "UTC", (), "army"),
        "L-2": Liaison("L-2", "l-2@liaisons.example", "America/Chicago", (("08:00", "18:00"),), "navy"),
        "L-3": Liaison("L-3", None, "UTC", (), "army"),
    },
    offices={
        "default": Office("default", "duty@rosette.example", "UTC"),
        "army/casualty_office": Office("army/casualty_office", "casualty@army.example", "UTC"),
    },
)
KIN = "KIN-1"
PADD = facts.padd(at=at(3))
EACH_TIME = facts.election(at=at(4))
SECOND = facts.kin(kin="KIN-2", required=True, at=at(1))
FAMILY = facts.kin(at=at(0)), facts.pnok(at=at(1)), facts.liaison(at=at(2))
DETERMINED = facts.determined(at=at(10))
RESCINDED = facts.rescinded(at=at(50))


class Told:
    """A record of some statements, and the notices that follow from it as it is reconciled again and again."""

    def __init__(self, *statements: CloudEvent, directory: Directory = ADDRESSES, unfoldable: str | None = None) -> None:
        self.statements = list(statements)
        self.directory = directory
        self.unfoldable = frozenset({unfoldable} if unfoldable else ())
        self.notices: dict[str, Notice] = {}

    def and_then(self, *statements: CloudEvent, minutes: int = 100) -> "Told":
        self.statements += statements
        for change in reconcile(self.required(minutes), tuple(self.notices.values())):
            applied(self.notices, change)
        assert reconcile(self.required(minutes), tuple(self.notices.values())) == ()
        return self

    def record(self) -> Record:
        folded = Folds().of([facts.event(one) for one in self.statements])
        return replace(folded, directory=self.directory, unfoldable=self.unfoldable)

    def required(self, minutes: int = 100) -> Required:
        return required(self.record(), tuple(self.notices.values()), POLICY, datetime.fromisoformat(at(minutes)))

    def owed(self, kind: str, kin: str = KIN) -> Owed:
        [one] = [each for each in self.required().owed if each.kind == kind and each.kin in (kin, None)]
        return one

    def kinds(self) -> list[str]:
        """Of all that is owed to anybody but the public."""
        return sorted(each.kind for each in self.required().owed if each.keeps is None and CLASS_OF[each.kind] != "public")

    def why(self, kind: str = "identification", kin: str = KIN) -> list[str]:
        return [reason.text for reason in self.owed(kind, kin).reasons]

    def leaves(self, kind: str, minutes: int = 100, kin: str = KIN, state: NoticeState = "sent") -> Notice:
        """The one unsent notice of a kind leaves."""
        unsent = [each for each in self.notices.values() if each.unsent and (each.kind, each.kin) == (kind, kin)]
        [one] = unsent
        assert one.state == "ready", one.reasons
        gone = replace(one, state=state, left_at=datetime.fromisoformat(at(minutes)), place_in_line=len(self.notices))
        self.notices[one.reference] = gone
        return gone

    def becomes(self, notice: Notice, state: NoticeState) -> None:
        self.notices[notice.reference] = replace(self.notices[notice.reference], state=state)

    def states(self) -> dict[str, str]:
        told = [each for each in self.notices.values() if CLASS_OF[each.kind] != "public"]
        return {f"{each.kind} {each.recipient}": each.state for each in told}


def reported(notice: Notice, minutes: int = 30, kin: str = KIN) -> CloudEvent:
    return facts.delivered(notice=notice.reference, kin=kin, at=at(minutes))
