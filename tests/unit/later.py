"""What happens in the stories after a family was told: later portions and choices about them, deaths, reliefs, information."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests import facts
from tests.unit.stories import CASES, HAPPENINGS, INDIVIDUAL, LIAISONS, PERSONS, TURNOVER, World, kin_of

CHOICES = ("each_time", "each_time", "never", "at_end", "at_end", "ask_me_first")


def with_a_choice(world: World) -> None:
    """Mostly somebody directs disposition and has chosen before anything is found."""
    for person in PERSONS:
        if world.random.random() < 0.8:
            kin = kin_of(person)[0 if world.random.random() < 0.7 else 1]
            world.say(facts.padd, person, kin)
            if world.random.random() < 0.7:
                world.say(facts.election, person, world.random.choice(CHOICES), signed_by=kin)


def amended(world: World) -> None:
    """Something is added to a determination, something is taken from it, or both."""
    determination, person = _determination(world)
    if determination is None:
        return
    named = world.stated[determination, person]
    added = [case for case in CASES if case not in world.ever(determination)]
    given: dict[str, Any] = {}
    if added and world.random.random() < 0.8:
        given["added"] = {"cases": [world.random.choice(added)]}
    if world.random.random() < 0.3 or not given:
        tokens = {*named, *world.added(determination)} - {*given.get("added", {}).get("cases", ())}
        token = world.random.choice(sorted(tokens))
        given["removed"] = {"individuals" if token == INDIVIDUAL else "cases": [token]}
    world.amend(determination, f"A-{len(world.said)}", **given)


def amended_alike(world: World) -> None:
    """Two of the examiner's staff write the same addition down."""
    known = [each["data"] for each in world.some("identification.amended") if each["data"].get("added")]
    if known:
        data = world.random.choice(known)
        world.amend(data["determination"], f"A-{len(world.said)}", added=data["added"])


def amendment_rescinded(world: World) -> None:
    if known := world.some("identification.amended"):
        world.say(facts.rescinded, world.random.choice(known)["data"]["amendment"])


def _determination(world: World) -> tuple[str | None, str]:
    return world.random.choice(sorted(world.stated)) if world.stated else (None, "")


def elected(world: World) -> None:
    """Mostly by who directs disposition, for all or for one portion, at once or from a date."""
    person = world.random.choice(PERSONS)
    known = [each["data"] for each in world.some("padd.designated") if each["data"]["person"] == person]
    signer = known[-1]["kin"] if known and world.random.random() < 0.85 else world.random.choice(kin_of(person))
    given: dict[str, Any] = {"signed_by": signer}
    causes = [id for id, whose in sorted(world.stated) if whose == person]
    causes += [each["data"]["amendment"] for each in world.some("identification.amended")]
    if causes and world.random.random() < 0.3:
        given["determination"] = world.random.choice(causes)
    if world.random.random() < 0.3:
        given["effective_from"] = (world.now + timedelta(hours=world.random.randint(-40, 40))).isoformat()
    world.say(facts.election, person, world.random.choice(CHOICES), **given)


def directs(world: World) -> None:
    person = world.random.choice(PERSONS)
    world.say(facts.padd, person, world.random.choice(kin_of(person)))


def closed(world: World) -> None:
    world.say(facts.project_closed, TURNOVER)


def died(world: World) -> None:
    person = world.random.choice(PERSONS)
    world.say(facts.kin_deceased, person, world.random.choice(kin_of(person)))


def kin_changed(world: World) -> None:
    person = world.random.choice(PERSONS)
    given = {"required": world.random.random() < 0.5} if world.random.random() < 0.6 else {}
    world.say(facts.kin_updated, person, world.random.choice(kin_of(person)), **given)


def relieved(world: World) -> None:
    """Mostly another follows."""
    person = world.random.choice(PERSONS)
    kin = world.random.choice((*kin_of(person), facts.ABSENT, facts.ABSENT))
    world.say(facts.relieved, person, world.random.choice(LIAISONS), kin=kin)
    if world.random.random() < 0.7:
        world.say(facts.liaison, person, world.random.choice(LIAISONS))


def informed(world: World) -> None:
    world.say(facts.information, world.random.choice(PERSONS), f"INF-{len(world.said)}")


def briefing_declined(world: World) -> None:
    known = sorted(line for line, heard in world.belief.items() if heard)
    if known:
        person, determination, kin = world.random.choice(known)
        world.say(facts.briefing_declined, person, determination, kin=kin)


def told_of_a_portion_by_another(world: World) -> None:
    """A telephone call about what an amendment added, or about information."""
    portions = [each["data"] for each in world.some("identification.amended") if world.is_plain(each["data"]["determination"])]
    information = [each["data"] for each in world.some("information.recorded")]
    if not portions + information:
        return
    data = world.random.choice(portions + information)
    if "reference" in data:
        person, cause, heard = data["person"], data["reference"], frozenset({data["reference"]})
    else:
        owners = [whose for id, whose in sorted(world.stated) if id == data["determination"]]
        person, cause, heard = owners[0], data["amendment"], frozenset(data["added"]["cases"])
    kin = world.random.choice(kin_of(person))
    stands = world.random.random() < 0.7
    said: dict[str, Any] = {"line": {"cause": cause}, "says": "stands" if stands else "no_longer_stands"}
    line = person, cause, kin
    world.told(line, heard if stands else frozenset(), lambda: world.say(facts.delivered, person, kin, **said))


WHOLE: dict[Callable[[World], None], int] = {
    **HAPPENINGS,
    amended: 8,
    amended_alike: 2,
    amendment_rescinded: 2,
    elected: 6,
    directs: 2,
    closed: 2,
    died: 1,
    kin_changed: 2,
    relieved: 3,
    informed: 2,
    briefing_declined: 1,
    told_of_a_portion_by_another: 2,
}
"""All that may happen, each with its weight."""

CALM = WHOLE | {
    World.nothing: 12,
    World.held: 1,
    World.disagreed: 1,
    World.excluded: 1,
    World.rescinded: 2,
    World.moved: 2,
    World.restated: 1,
    amended: 12,
    closed: 4,
}
"""The same with fewer disputes: more is told, and of what is told more changes."""
