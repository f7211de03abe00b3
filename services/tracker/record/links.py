"""What events name, in numbers, and how corrections find what they correct, whichever of the two was filed first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from services.tracker.model.lineage import pairs
from services.tracker.model.targets import Target, identity
from services.tracker.record import facts
from services.tracker.record.batch import Batch
from services.tracker.record.facts import Sorted
from services.tracker.record.histories import News
from services.tracker.record.names import Cursor, is_hub
from services.tracker.record.reach import Named, Tie
from shared.events import LiaisonAssigned, RecordCorrected
from shared.events.base import Fact


async def originals(cursor: Cursor, batch: Batch, numbers: Mapping[Target, int]) -> set[Tie]:
    """Tie what the corrections of a batch name to the events of that identity that are filed already.

    An event that is filed later ties itself, because its identity has a row by then (`names_of`).
    """
    corrections = [each.event.data for each in batch.arrivals if isinstance(each.event.data, RecordCorrected)]
    if not corrections:
        return set()
    keys = sorted({(data.corrects.source, data.corrects.id) for data in corrections})
    filed = await facts.events_of(cursor, keys)
    return set(await facts.tie(cursor, [Tie(numbers[identity(*key)], no) for key, no in sorted(filed.items())]))


def names_of(found: Sorted, numbers: Mapping[Target, int], identities: Mapping[Target, int]) -> list[Named]:
    """What each event just filed names; its own identity among the ids where a correction has named that."""
    hubs = {no for target, no in numbers.items() if is_hub(target)}
    named = []
    for no, arrival in found.filed:
        every = frozenset(map(numbers.__getitem__, arrival.names))
        own = identities.get(identity(*arrival.event.key)) if identities else None
        named.append(Named(no, every & hubs, every - hubs if own is None else every - hubs | {own}))
    return named


def lineage_of(found: Sorted, numbers: Mapping[Target, int]) -> set[tuple[int, int]]:
    """The (parent, child) pairs that the events just filed name, as said or as corrected, whether or not they stand."""
    named = (pair for data in stated(found) for pair in pairs(data))
    return {(numbers[Target("case", parent)], numbers[Target("case", child)]) for parent, child in named}


def liaisons_of(found: Sorted, numbers: Mapping[Target, int]) -> set[tuple[str, int]]:
    """The (liaison, person) pairs that the assignments just filed name, as said or as corrected, whether or not they stand."""
    assigned = (data for data in stated(found) if isinstance(data, LiaisonAssigned))
    return {(data.liaison, numbers[Target("person", data.person)]) for data in assigned}


def stated(found: Sorted) -> list[Fact]:
    """All that the events just filed say, and what those that correct say in the place of another."""
    events = [arrival.event for _, arrival in found.filed]
    return [event.data for event in events] + [event.restated.data for event in events if event.restated is not None]


def news_of(
    histories: Collection[tuple[int, int]], named: Sequence[Named], links: Collection[Tie], identities: Mapping[Target, int]
) -> dict[int, News]:
    """What is new to each hub, and whether it was corrected before it came, so that the whole history must be read."""
    own = set(identities.values())
    corrected = {each.event for each in named if not own.isdisjoint(each.ids)} | {link.event for link in links}
    events: dict[int, list[int]] = defaultdict(list)
    for hub, event in histories:
        events[hub].append(event)
    return {hub: News(tuple(new), not corrected.isdisjoint(new)) for hub, new in events.items()}
