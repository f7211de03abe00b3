"""By which rules a family is told: who is owed what stands, what they chose about later portions, and who comes first."""

from datetime import datetime

from services.tracker.model.notices import FIRST, Notice
from shared.events import (
    BriefingCompleted,
    BriefingDeclined,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    InformationRecorded,
    KinRegistered,
    KinUpdated,
    LiaisonAssigned,
    LiaisonRelieved,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PaddDesignated,
    PnokDesignated,
    ProjectClosed,
)
from tests.unit.judge import ASK, NOTHING, Line, Portion, Truth, id_of
from tests.unit.played import NIGHT_OFF
from tests.unit.stories import TURNOVER

TO_BE_ASKED = "the family is to be asked first"


class Rules(Truth):
    """What is owed by what is true, and what keeps it."""

    # ------------------------------------------------------------------------------------------------- the family
    def pnok(self, person: str) -> str | None:
        return self.designated(PnokDesignated, person)

    def padd(self, person: str) -> str | None:
        return self.designated(PaddDesignated, person)

    def recipients(self, person: str) -> set[str]:
        required: dict[str, bool] = {}
        for data in self.all(KinRegistered, KinUpdated):
            if data.person == person and (data.kin in required or isinstance(data, KinRegistered)):
                required[data.kin] = required.get(data.kin, False) if data.required is None else data.required
        pnok = self.pnok(person)
        return ({kin for kin, is_required in required.items() if is_required} | ({pnok} - {None})) - self.deaths(person).keys()  # type: ignore[return-value]

    def informed(self, person: str) -> set[str]:
        """Who is owed information: also those who were the primary next of kin before."""
        ever = {data.kin for data in self.all(PnokDesignated) if data.person == person}
        return self.recipients(person) | (ever - self.deaths(person).keys())

    def liaison(self, person: str, kin: str, now: datetime) -> str | None:
        """The last assigned to this kin, else to the family, unless relieved since."""
        mine = [(one.from_, at, one) for at, _, one in self.said(LiaisonAssigned) if one.person == person and one.from_ <= now]
        reliefs = [
            (one.from_, at, one) for at, _, one in self.said(LiaisonRelieved) if one.person == person and one.from_ <= now
        ]
        for scope in (kin, None):
            last = max((each for each in mine if each[2].kin == scope), key=lambda each: each[:2], default=None)
            if last is None:
                continue
            of_him = [each for each in reliefs if each[2].liaison == last[2].liaison and each[2].kin in (None, kin)]
            if not any(each[:2] > last[:2] for each in of_him):
                return f"liaison:{last[2].liaison}"
        return None

    @staticmethod
    def off_duty(liaison: str | None, now: datetime) -> bool:
        return liaison == f"liaison:{NIGHT_OFF}" and not 8 <= now.hour < 18

    def briefed(self, line: Line) -> bool:
        closed = self.all(BriefingCompleted, BriefingDeclined)
        return any((one.person, one.determination, one.kin) == line for one in closed)

    # ------------------------------------------------------------------------------------------------- what is owed
    def unowed(self, line: Line, now: datetime) -> str | None:
        """Why what stands of a line is not to be told, save by hours, for want of a liaison, or for another family's sake."""
        person, _, kin = line
        if kin in self.deaths(person):
            return "the kin has died"
        if not self.stands(line):
            return "nothing stands"
        gates = self.identity_closed(line) or self.order_closed(line)
        if self.told(line) is not None:
            return gates
        match self.role(line):
            case "information":
                return gates if kin in self.informed(person) else "information is not for them"
            case "identification":
                return self._unowed_identification(line) or gates
            case _:
                return self._unowed_portion(line, now) or gates or self.own_first(line)

    def role(self, line: Line) -> str:
        """What a cause is to a kin; while something of the line is in a hand, what it was when that left."""
        if self.is_information(line):
            return "information"
        held = {notice.kind for notice in self.in_hand(line).values()}
        began = next((each.kind for each in self.left.of(line) if each.kind in FIRST), None)
        if began in ("identification", "additional_portions") and began in held:
            return began
        return "identification" if self.identifies(line[0], line[2]) == line[1] else "additional_portions"

    def identifies(self, person: str, kin: str) -> str | None:
        """The cause that identifies: of the determination they were told of, else of one in hand, else of the earliest."""
        standing = [each for each in self.portions(person) if self.stands((person, each.cause, kin))]
        lines = {(person, each.cause, kin): each.determination for each in self.portions(person)}
        told = {of for line, of in lines.items() if self.told(line) is not None}
        held = {of for line, of in lines.items() if self.in_hand(line)}
        pnok = self.pnok(person)
        by_the_pnok = pnok not in (None, kin) and kin not in self.recipients(person)
        known = (told,) if by_the_pnok else (told, held)
        found = next((each.cause for among in known for each in standing if each.determination in among), None)
        if found is None and by_the_pnok:
            return self.identifies(person, str(pnok))
        return found or next((each.cause for each in standing), None)

    def _unowed_identification(self, line: Line) -> str | None:
        if line[2] not in self.recipients(line[0]):
            return "an identification is not for them"
        return "the briefing is closed" if self.briefed(line) and not self.in_hand(line) else None

    def _unowed_portion(self, line: Line, now: datetime) -> str | None:
        person, cause, kin = line
        portion = next(each for each in self.portions(person) if each.cause == cause)
        if kin != self.padd(person):
            return "a later portion is for who directs disposition"
        if self._was_told_a_padd(line, portion):
            return "one who directed disposition was told"
        choice = self.choice(person, portion, now)
        if choice == "never":
            return "the family chose never to hear"
        if choice == "at_end" and not self._ended(self.remains(line)):
            return "the project is not closed"
        return TO_BE_ASKED if choice in (None, "ask_me_first") else None

    def _was_told_a_padd(self, line: Line, portion: Portion) -> bool:
        padds = {data.kin for data in self.all(PaddDesignated) if data.person == line[0]}
        of_it = [each for each in self.portions(line[0]) if each.determination == portion.determination]
        told = ((self.told((line[0], of.cause, kin)) or NOTHING) & (of.named | of.formerly) for of in of_it for kin in padds)
        return self.stands(line) <= NOTHING.union(*told)

    def _ended(self, cases: set[str]) -> bool:
        return bool(cases) and any(each.scope == TURNOVER for each in self.all(ProjectClosed))

    def own_first(self, line: Line) -> str | None:
        """A later portion, or an ask, waits for the kin's own identification."""
        person, _, kin = line
        own = person, self.identifies(person, kin) or "", kin
        waits = own != line and not self.told(own) and self._unowed_identification(own) is None
        return "the identification itself comes first" if waits and self.stands(own) else None

    # ------------------------------------------------------------------------------------------------- what they chose
    def choice(self, person: str, portion: Portion, now: datetime) -> str | None:
        """What holds for a portion: the last that names it, else the last for all, while who signed it lives.

        None where the family is to be asked: also of what it once chose never to hear, until it was asked about it.
        """
        by = [each for each in self.elections(person) if each.data.effective_from <= now]
        dead = self.deaths(person)
        named = [each.data for each in by if each.data.determination in (portion.cause, id_of(portion.cause))][-1:]
        if named and named[0].signed_by not in dead:
            return str(named[0].choice)
        of_all = [each for each in by if each.data.determination is None][-1:]
        if not of_all or of_all[0].data.signed_by in dead:
            return None
        choice = str(of_all[0].data.choice)
        if choice == "never" or not self._was_silent(person, portion, now):
            return choice
        asked = [ask.left_at for ask in self.asks(person) if portion.cause in self.left.asks(ask.reference)]
        return choice if any(left is not None and left < of_all[0].at for left in asked) else None

    def _was_silent(self, person: str, portion: Portion, now: datetime) -> bool:
        """Whether a `never` for all held for a moment, while who signed it lived, after the portion was said."""
        of_all = [each for each in self.elections(person) if each.data.determination is None]
        ends = [*(each.data.effective_from for each in of_all[1:]), now]
        for each, end in zip(of_all, ends, strict=False):
            until = min(end, now, self.deaths(person).get(each.data.signed_by, now))
            if each.data.choice == "never" and max(each.data.effective_from, portion.since) < until:
                return True
        return False

    def is_asked_about(self, line: Line) -> bool:
        """Whether the kin was asked about a portion: the ask was delivered."""
        done = self.reported()
        asks = [ask for ask in self.asks(line[0]) if ask.kin == line[2] and ask.reference in done]
        return any(line[1] in self.left.asks(ask.reference) for ask in asks)

    def unaskable(self, line: Line, now: datetime) -> str | None:
        """Why a kin is not to be asked about a portion."""
        if not self.stands(line) or self.told(line) is not None or self.role(line) == "identification":
            return "there is no later portion to ask about"
        why = self._unowed_portion(line, now)
        if why != TO_BE_ASKED:
            return why or "the family chose"
        if self.is_asked_about(line):
            return "they were asked"
        return self.identity_closed(line) or self.order_closed(line) or self.own_first(line)

    # ------------------------------------------------------------------------------------------------- gate 7
    def order_closed(self, line: Line) -> str | None:
        person, cause, kin = line
        pnok = self.pnok(person)
        if pnok is None:
            return "no PNOK"
        causes = [cause] if self.is_information(line) else [each.cause for each in self.portions(person)]
        told = any((self.told((person, one, pnok)) or NOTHING) & self.stands((person, one, pnok)) for one in causes)
        return None if kin == pnok or told or self.is_overridden(person, cause) else "PNOK not told"

    def is_overridden(self, person: str, cause: str) -> bool:
        """Whether the PNOK was found unreachable, and two people decided not to wait, as things have stood since."""
        who = person, self.pnok(person)
        decided = [at for at, _, one in self.said(NotificationOverrideAuthorized) if (one.person, one.kin) == who]
        if not decided or not any((one.person, one.kin) == who for one in self.all(NotificationUnreachable)):
            return False
        heard = [at for at, _, one in self.said(NotificationDelivered) if (one.person, one.kin) == who]
        return all(at < decided[-1] for at in (*heard, *self._known_since(id_of(cause))))

    def _known_since(self, id: str) -> list[datetime]:
        """When a cause was said, and said to be no more."""
        found = [at for at, _, one in self.said(IdentificationDetermined, IdentificationRescinded) if one.determination == id]
        found += [at for at, _, one in self.said(IdentificationAmended) if one.amendment == id]
        return found + [at for at, _, one in self.said(InformationRecorded) if one.reference == id]

    # ------------------------------------------------------------------------------------------------- across families
    def other_family_wronged(self, line: Line, others: set[Line]) -> str | None:
        """Whether another family still believes, or may be told, that some of these remains are of theirs."""
        over = self.stands(line) | self.remains(line)
        read = self.read()
        for other in others:
            gone = over - self.whole(other)
            if other[0] == line[0] or not gone or other[1].startswith(ASK):
                continue
            if (self.told(other) or NOTHING) & gone and other[2] not in self.deaths(other[0]):
                return f"{other} was not corrected"
            if any(self._is_unread(stop, other, read) for stop in self.left.of(other) if frozenset(stop.cases) & gone):
                return f"{other} has an unread stop"
            if any(frozenset(notice.cases) & gone for notice in self.in_hand(other).values()):
                return f"{other} is not stopped"
        return None

    def _is_unread(self, stop: Notice, line: Line, read: set[str]) -> bool:
        after = self.left.to(line, stop.recipient)
        return stop.kind == "stop" and not any(each.reference in read for each in after[after.index(stop) :])
