"""What the laboratory does to the remains themselves: opened, listed, divided, joined, sampled. Part of a case's fold.

As a child a case starts with what its heritage gives; as a parent it is emptied, superseded, or loses the mass of a sample.
"""

from services.tracker.model import custody as custody_
from services.tracker.model.case_state import Case
from services.tracker.model.changed import changed
from services.tracker.model.discrepancies import Misfit
from services.tracker.model.lineage import origin
from services.tracker.model.tenure import Weighed, latest
from shared.events import CaseInventoried, CaseMerged, CaseSplit, SampleCut, SampleReported
from shared.events.event import Event


def descended(before: Case, event: Event) -> Case:
    """What a lineage event makes of a case that is one of its children, if it is."""
    mine = origin(before.number, event)
    if mine is None or before.origin is None:
        return before
    if mine == before.origin:
        return _begun(before, event)
    if before.origin.is_said_again_by(mine):
        return before
    said = f"another, by {mine.kind} from {', '.join(mine.parents)}"[:500]
    return _with(before, Misfit("identity", "#".join(event.key), _origin(before), said))


def divided(before: Case, event: Event) -> Case:
    """What a lineage event makes of a case that is one of its parents, if it is."""
    match event.data:
        case CaseInventoried(parent=before.number, emptied=True):
            return changed(before, emptied=True)
        case CaseSplit(parents=parents) | CaseMerged(parents=parents) if before.number in parents:
            return changed(before, custody=custody_.closed(before.custody, event, "superseded"))
        case SampleCut() as data:
            return _cut(of_the_same(before, data), event, data)
        case _:
            return before


def of_the_same(before: Case, data: SampleCut) -> Case:
    """A cut says which cases are the same remains; that is so whatever had become of the case by then."""
    return changed(before, cuts=before.cuts | {(data.parent, data.sample)})


def reported(before: Case, event: Event, data: SampleReported) -> Case:
    """A sample that was consumed is no more, whatever else is reported of it."""
    after = changed(before, sample_status=data.status)
    return changed(after, custody=custody_.closed(after.custody, event, "consumed")) if data.status == "consumed" else after


def _begun(before: Case, event: Event) -> Case:
    """The case starts: with its parents' custodian; where they differ with who made it, and that is a discrepancy."""
    taken, mine = before.heritage, before.origin
    assert mine is not None
    kind = mine.kind_of_case(taken.kinds)
    parties = taken.answering
    party = parties[0] if len(parties) == 1 else mine.actor if parties else None
    found = [Misfit("lineage", parent, "a parent that did not come out of it", "it did") for parent in taken.circular]
    if len(parties) > 1:
        found.append(Misfit("parents_differ", "#".join(event.key), "one custodian of all parents", ", ".join(parties)[:500]))
    if before.kind not in (None, kind):
        found.append(Misfit("identity", "#".join(event.key), f"one registration, as {before.kind}", f"another, as {kind}"))
    if party is not None:
        found += custody_.unless(custody_.answers(before.custody, event), party, "#".join(event.key))
    return changed(
        before,
        registered=before.registered or taken.registered,
        kind=before.kind or kind,
        element=mine.found,
        custody=custody_.inherited(before.custody, event, party, taken.place),
        misfits=(*before.misfits, *found),
    )


def _cut(before: Case, event: Event, data: SampleCut) -> Case:
    """A sample has the mass that was cut; what it was cut from has what remained, and neither is more than there was."""
    if data.sample == before.number:
        return changed(before, weighed=Weighed(data.mass_mg, latest(event)))
    if data.parent != before.number:
        return before
    known = before.weighed
    after = changed(before, weighed=Weighed(data.remaining_mg, latest(event)))
    if known is None or known.until > event.occurred_at or data.mass_mg + data.remaining_mg <= known.mg:
        return after
    said = f"{data.mass_mg} mg cut and {data.remaining_mg} mg left"
    return _with(after, Misfit("mass", data.sample, f"{known.mg} mg before the cut", said))


def _origin(case: Case) -> str:
    assert case.origin is not None
    return f"one origin, by {case.origin.kind} from {', '.join(case.origin.parents)}"[:500]


def _with(case: Case, misfit: Misfit) -> Case:
    return changed(case, misfits=(*case.misfits, misfit))
