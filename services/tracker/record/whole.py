"""Hubs folded from their whole histories, each case with what it takes from those it came out of; nothing is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.tracker.model.lineage import ordered, parents_first
from services.tracker.model.policy import Policy
from services.tracker.model.targets import Target
from services.tracker.record.heirs import case
from services.tracker.record.histories import Folded, Relatives, fold
from shared.events.event import Event


def fold_whole(histories: Mapping[Target, Sequence[Event]], policy: Policy, horizon: datetime) -> dict[Target, Folded]:
    """Every hub of `histories` as of the horizon; a case's are right only if all that it came out of is there too.

    Never raises: what cannot be folded says so, and so does what came out of it.
    """
    folded = {target: fold(target, history, policy, horizon) for target, history in histories.items()}
    cases = {target.ref: target for target in histories if target.kind == "case"}
    origins = {number: origin for number, target in cases.items() if (origin := case(folded[target]).origin) is not None}
    lineage = ordered(edge for origin in origins.values() for edge in origin.edges())
    for number in parents_first(origins, lineage.parents):
        if number in origins:
            parents = [cases[each] for each in lineage.parents.get(number, ()) if each in cases]
            relatives = Relatives({each.ref: case(folded[each]) for each in parents}, lineage.closing(number))
            hub = fold(cases[number], histories[cases[number]], policy, horizon, relatives)
            lost = any(folded[each].unfoldable for each in parents)
            folded[cases[number]] = replace(hub, unfoldable=True) if lost else hub
    return folded
