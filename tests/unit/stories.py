"""Random stories: what happens in the world, and what of it is filed when. A seed tells the same story again."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from services.tracker.model.holds import removed, rescinded
from services.tracker.model.targets import HUBS, Target, identity, targets
from shared.events.event import Event
from tests import facts
from tests.facts import CloudEvent

PERSONS = ("P-0001", "P-0002")
CASES = ("K-1", "K-2", "K-3", "K-4")
INDIVIDUAL = "2018-201:I-01"
LIAISONS = ("L-1", "L-2", "L-3")
BLOCKING = ("identity", "count", "seal", "condition")
"""Kinds of discrepancy that are reported; the last blocks nothing."""
Identity = tuple[str, str]
TURNOVER = "TO-1"
START = datetime(2018, 9, 1, 12, tzinfo=UTC)


def at(minutes: int) -> str:
    """The CloudEvents `time` so many minutes into a story."""
    return (START + timedelta(minutes=minutes)).isoformat()


def kin_of(person: str) -> tuple[str, str]:
    return f"KIN-{person[-1]}A", f"KIN-{person[-1]}B"


def histories(events: Sequence[Event], named: Mapping[Identity, Collection[Target]] | None = None) -> dict[Target, list[Event]]:
    """For each case, person and turnover all that its fold needs: whatever names it, and what shares an id with that."""
    known = {} if named is None else named
    named = {event.key: known.get(event.key) or targets(event) for event in events}
    groups = {key: {key} for key in named}
    first: dict[Target, Identity] = {}
    for key, its in named.items():
        for tie in (*(each for each in its if each[0] not in HUBS), identity(*key)):
            other = first.setdefault(tie, key)
            if groups[other] is not groups[key]:
                joined = groups[other] | groups[key]
                groups.update(dict.fromkeys(joined, joined))
    found: dict[Target, list[Event]] = defaultdict(list)
    different = {id(group): group for group in groups.values()}
    hubs = {id: {each for key in group for each in named[key] if each[0] in HUBS} for id, group in different.items()}
    for event in events:
        for hub in hubs[id(groups[event.key])]:
            found[hub].append(event)
    return found


@dataclass
class World:
    """What happens, one statement at an instant. `belief` is what each family in truth last heard, by line."""

    random: Random
    now: datetime = START
    said: list[CloudEvent] = field(default_factory=list)
    post: list[tuple[int, CloudEvent]] = field(default_factory=list)
    """(steps still to wait, statement): what was said and has not arrived yet."""
    belief: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    stated: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(determination, person) -> the cases and individuals it was last said to be of."""
    first: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(determination, person) -> what it first was said to be of: what corrections add to that is told apart."""
    untrue_reports: list[CloudEvent] = field(default_factory=list)
    registered_with: dict[str, Any] = field(default_factory=dict)
    happenings: "dict[Callable[[World], None], int]" = field(default_factory=lambda: HAPPENINGS)

    def begin(self) -> None:
        """Two families, each with a primary next of kin and another, and the liaisons they start with."""
        for person in PERSONS:
            first, second = kin_of(person)
            self.say(facts.kin, person, first, required=True, late=False)
            self.say(facts.kin, person, second, required=self.random.random() < 0.6, late=False)
            self.say(facts.pnok, person, first, late=self.random.random() < 0.2)
            self.say(facts.liaison, person, self.random.choice(LIAISONS), late=self.random.random() < 0.2)
        for case in CASES:
            self.say(facts.registered, case, **self.registered_with, late=False)

    def step(self) -> None:
        """Time passes, and perhaps something happens."""
        self.now += timedelta(minutes=self.random.randint(1, 240))
        [happens] = self.random.choices(list(self.happenings), list(self.happenings.values()))
        happens(self)

    def say(self, build: Callable[..., CloudEvent], *args: Any, late: bool | None = None, **given: Any) -> CloudEvent:
        self.now += timedelta(seconds=1)
        given.setdefault("at", self.now.isoformat())
        statement = build(*args, **given)
        self.said.append(statement)
        is_late = self.random.random() < 0.35 if late is None else late
        self.post.append((self.random.randint(1, 9) if is_late else 0, statement))
        return statement

    def arriving(self, *, all_of_it: bool = False) -> list[CloudEvent]:
        """What arrives at this step, in an order of its own."""
        here = [statement for wait, statement in self.post if wait == 0 or all_of_it]
        self.post = [] if all_of_it else [(wait - 1, statement) for wait, statement in self.post if wait > 0]
        self.random.shuffle(here)
        return here

    # ---------------------------------------------------------------------------------------------- what liaisons say
    def told(self, line: tuple[str, str, str], heard: frozenset[str], report: Callable[[], CloudEvent]) -> None:
        """A family heard something, and it is reported."""
        report()
        self.belief[line] = heard

    def withdraw_reports(self) -> None:
        """Who reported what had not happened says so."""
        for report in self.untrue_reports:
            self.say(facts.corrected, report, ref="desk-2")
        self.untrue_reports = []

    # ---------------------------------------------------------------------------------------------- what others say
    def some(self, name: str) -> list[CloudEvent]:
        return [each for each in self.said if f"org.rosette.{name}.v1" == each["type"]]

    def determined(self) -> None:
        person = self.random.choice(PERSONS)
        determination = f"D-{len(self.stated) + 1}"
        self._state(self.say(facts.determined, person=person, determination=determination, **self._remains()))

    def _remains(self) -> dict[str, Any]:
        if self.random.random() < 0.2:
            return {"cases": (), "individuals": (INDIVIDUAL,)}
        return {"cases": tuple(self.random.sample(CASES, self.random.choice((1, 1, 2))))}

    def _state(self, statement: CloudEvent) -> None:
        data = statement.get("data", {})
        data = data.get("replacement", {}).get("data", data)
        for person in data["persons"]:
            remains = frozenset((*data.get("cases", ()), *data.get("individuals", ())))
            self.stated[data["determination"], person] = remains
            self.first.setdefault((data["determination"], person), remains)

    # ---------------------------------------------------------------------------------------------- amendments
    def amend(self, determination: str, amendment: str, **given: Any) -> None:
        self.say(facts.amended, determination, amendment, **given)

    def amendments(self, determination: str) -> list[dict[str, Any]]:
        """What was said to amend a determination."""
        data = [each["data"] for each in self.some("identification.amended")]
        return [each for each in data if each["determination"] == determination]

    def added(self, determination: str) -> list[str]:
        return sorted({case for each in self.amendments(determination) for case in each.get("added", {}).get("cases", ())})

    def ever(self, determination: str) -> frozenset[str]:
        """All that a determination was ever said to be of."""
        restated = [
            each["data"].get("replacement", {}).get("data", {}) for each in self.some("identification.record.corrected")
        ]
        said = [each["data"] for each in self.some("identification.determined")] + restated
        mine = [each for each in said if each.get("determination") == determination and "lines" in each]
        return frozenset(one for each in mine for one in (*each.get("cases", ()), *each.get("individuals", ())))

    def is_plain(self, determination: str) -> bool:
        """Whether it is plain what a call about a determination speaks of: nothing was taken from it, and nothing restated."""
        removed = any(each.get("removed") for each in self.amendments(determination))
        first = [said for (id, _), said in self.first.items() if id == determination]
        return not removed and len(first) == 1 and self.ever(determination) == first[0]

    def rescinded(self) -> None:
        if known := self.some("identification.determined"):
            self.say(facts.rescinded, self.random.choice(known)["data"]["determination"])

    def restated(self) -> None:
        """The examiner corrects which remains, or whose, a determination was."""
        known = self.some("identification.determined")
        if not known:
            return
        original = self.random.choice(known)
        person = original["data"]["persons"][0]
        if self.random.random() < 0.2:
            person = self.random.choice(PERSONS)
        named = original["data"]["determination"]
        instead = facts.determined(person=person, determination=named, at=original["time"], **self._remains())
        self._state(self.say(facts.corrected, original, instead))

    def moved(self) -> None:
        """Remains that were one person's are found to be another's, and the examiner lets that be told."""
        known = self.some("identification.determined")
        if not known:
            return
        original = self.random.choice(known)
        data = original["data"]
        [other] = set(PERSONS) - set(data["persons"]) or {PERSONS[0]}
        if self.random.random() < 0.5:
            self.say(facts.rescinded, data["determination"])
            hold = rescinded(data["determination"])
        else:
            self.say(facts.corrected, original)
            hold = removed(data["determination"])
        again = f"D-{len(self.stated) + 1}"
        remains = {"cases": data["cases"], "individuals": data.get("individuals", ())}
        self._state(self.say(facts.determined, person=other, determination=again, **remains))
        self.say(facts.hold_lifted, hold, stream="identification", role="medical_examiner")

    def corrected(self) -> None:
        """Something did not occur: also a report, a hold, a designation, or another correction."""
        kinds = ("kin.registered", "case.registered")
        known = [each for each in self.said if not any(kind in each["type"] for kind in kinds)]
        known = [each for each in known if "notification" not in each["type"]]
        if known:
            self.say(facts.corrected, self.random.choice(known))

    def rescission_corrected(self) -> None:
        if known := self.some("identification.rescinded"):
            self.say(facts.corrected, self.random.choice(known))

    def held(self) -> None:
        stream = self.random.choice(("custody", "identification", "family"))
        remains: dict[str, Any] = (
            {"cases": (), "person": self.random.choice(PERSONS)}
            if stream == "family"
            else {"cases": (self.random.choice(CASES),)}
        )
        self.say(facts.hold_placed, f"H-{len(self.said)}", stream=stream, **remains)

    def lifted(self) -> None:
        known = [each for each in self.said if "hold.placed" in each["type"]]
        if known:
            hold = self.random.choice(known)
            self.say(facts.hold_lifted, hold["data"]["hold"], stream=hold["type"].split(".")[2])

    def examiner_lifted(self) -> None:
        """The hold that came from taking a determination back."""
        if known := self.some("identification.determined"):
            cause = self.random.choice((removed, rescinded))
            hold = cause(self.random.choice(known)["data"]["determination"])
            self.say(facts.hold_lifted, hold, stream="identification", role="medical_examiner")

    def disagreed(self) -> None:
        case, kind = self.random.choice(CASES), self.random.choice(BLOCKING)
        self.say(facts.discrepancy_reported, case, kind=kind, anchor=f"A-{len(self.said)}")

    def settled(self) -> None:
        known = [each["data"] for each in self.said if "discrepancy.reported" in each["type"]]
        if known:
            one = self.random.choice(known)
            self.say(facts.discrepancy_resolved, f"case:{one['subject']['ref']}/{one['kind']}/{one['anchor']}")

    def excluded(self) -> None:
        what = self._subject()
        build = self.random.choice((facts.excluded, facts.exclusion_withdrawn, facts.exclusion_withdrawn))
        self.say(build, person=self.random.choice(PERSONS), **what)

    def _subject(self) -> dict[str, Any]:
        if self.random.random() < 0.5:
            return {"individual": INDIVIDUAL}
        return {"individual": facts.ABSENT, "case": self.random.choice(CASES)}

    def associated(self) -> None:
        build = self.random.choice((facts.associated, facts.associated, facts.dissociated))
        self.say(build, self.random.choice(CASES[2:]))

    def designated(self) -> None:
        person = self.random.choice(PERSONS)
        self.say(facts.pnok, person, self.random.choice(kin_of(person)))

    def required(self) -> None:
        person = self.random.choice(PERSONS)
        self.say(facts.kin, person, self.random.choice(kin_of(person)), required=self.random.random() < 0.7)

    def assigned(self) -> None:
        person = self.random.choice(PERSONS)
        kin = self.random.choice((*kin_of(person), facts.ABSENT))
        self.say(facts.liaison, person, self.random.choice(LIAISONS), kin=kin)

    def overridden(self) -> None:
        person = self.random.choice(PERSONS)
        kin = self.random.choice(kin_of(person))
        self.say(facts.unreachable, person, kin)
        self.say(facts.override, person, kin)

    def told_by_another(self) -> None:
        """A telephone call that no notice of ours asked for."""
        if not self.stated:
            return
        determination, person = self.random.choice(sorted(self.stated))
        if self.amendments(determination) and not self.is_plain(determination):
            return
        kin = self.random.choice(kin_of(person))
        stands = self.random.random() < 0.7
        heard = self.stated[determination, person] if stands else frozenset()
        said: dict[str, Any] = {"line": {"cause": determination}, "says": "stands" if stands else "no_longer_stands"}
        first = self.first[determination, person]
        added = person, f"added:{determination}", kin
        line = person, determination, kin
        if added in self.belief or self.stated[determination, person] - first:
            self.belief[added] = (heard - first) | (self._brought(added) if stands else frozenset())
        heard = (heard & first) | (self._brought(line) if stands else frozenset())
        self.told(line, heard, lambda: self.say(facts.delivered, person, kin, **said))

    def _brought(self, line: tuple[str, str, str]) -> frozenset[str]:
        """What a family knows of the cases that individuals bring: a call takes none of that back."""
        person, cause, _ = line
        statements = [each["data"] for each in self.some("identification.determined")]
        statements += [
            each["data"].get("replacement", {}).get("data", {}) for each in self.some("identification.record.corrected")
        ]
        mine = [each for each in statements if each.get("determination") == cause.removeprefix("added:")]
        named = [each for each in mine if person in each.get("persons", ())]
        ever = {one for each in named for one in (*each.get("cases", ()), *each.get("individuals", ()))}
        return self.belief.get(line, frozenset()) - ever

    def briefed(self) -> None:
        known = sorted(line for line, heard in self.belief.items() if heard)
        if known:
            person, determination, kin = self.random.choice(known)
            self.say(facts.briefed, person, determination, kin=kin)

    def nothing(self) -> None:
        pass


HAPPENINGS: dict[Callable[[World], None], int] = {
    World.nothing: 26,
    World.determined: 9,
    World.rescinded: 5,
    World.rescission_corrected: 5,
    World.restated: 3,
    World.corrected: 4,
    World.moved: 6,
    World.held: 4,
    World.lifted: 8,
    World.examiner_lifted: 7,
    World.disagreed: 3,
    World.settled: 7,
    World.excluded: 3,
    World.associated: 3,
    World.designated: 3,
    World.required: 2,
    World.assigned: 7,
    World.overridden: 1,
    World.told_by_another: 3,
    World.briefed: 1,
}
