"""What the laboratory and the medical examiner say of a case: their part of its fold."""

from collections.abc import Mapping

from services.tracker.model import custody as custody_
from services.tracker.model import identified as identified_
from services.tracker.model.case_state import Attribution, Case
from services.tracker.model.changed import changed
from services.tracker.model.identified import Amended, Determined
from services.tracker.model.remains import descended, divided, reported
from shared.events import (
    AccessionCreated,
    AttributionDetermined,
    CaseAssociated,
    CaseDissociated,
    CaseInventoried,
    CaseMerged,
    CaseOpened,
    CaseSplit,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    FieldReviewCompleted,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
    SampleCut,
    SampleReported,
)
from shared.events.event import Event, world_order


def examined(before: Case, event: Event) -> Case:
    """One statement of the laboratory's work, or of a determination. Any other changes nothing about a case."""
    match event.data:
        case FieldReviewCompleted(human=human):
            return before if human is None else changed(before, non_human=not human)
        case CaseOpened() as data:
            return changed(before, opened=True, custody=custody_.opened(before.custody, event, data))
        case CaseInventoried() | CaseSplit() | CaseMerged() | SampleCut():
            return divided(descended(before, event), event)
        case SampleReported() as data:
            return reported(before, event, data)
        case AttributionDetermined() as data:
            one = Attribution(data.nation, world_order(event), event.key)
            return changed(before, attributions={**before.attributions, **dict.fromkeys(data.cases + data.individuals, one)})
        case AccessionCreated(accession_number=number):
            return changed(before, accession=number)
        case CaseAssociated(individual=individual):
            return _cascaded(changed(before, associations={**_without(before.associations, individual), individual: True}))
        case CaseDissociated(individual=individual) if individual in before.associations:
            return changed(before, associations={**_without(before.associations, individual), individual: False})
        case EvidenceAdded(individual=individual):
            return changed(before, analysed=before.analysed | {individual})
        case ExclusionRecorded() | ExclusionWithdrawn() as data:
            pair = (data.individual or data.case or "", data.person)
            active = isinstance(data, ExclusionRecorded)
            return changed(before, exclusions={**before.exclusions, pair: active})
        case IdentificationDetermined() as data:
            determined = Determined(data.persons, data.cases, data.individuals, event.occurred_at, event.key)
            return _cascaded(changed(before, determinations={data.determination: determined, **before.determinations}))
        case IdentificationAmended() as data:
            amended = Amended(data.amendment, data.added, data.removed, event.occurred_at, event.key)
            known = before.amendments.get(data.determination, ())
            return _cascaded(changed(before, amendments={**before.amendments, data.determination: (*known, amended)}))
        case IdentificationRescinded(determination=id):
            return _cascaded(changed(before, rescinded={id: (event.occurred_at, event.key), **before.rescinded}))
        case _:
            return before


def _cascaded(case: Case) -> Case:
    """The case with the holds that come of determinations that were taken back, whichever of the statements came first."""
    known = (case.determinations, case.amendments, case.rescinded)
    holds = identified_.cascaded(case.holds, case.number, case.associations, *known)
    return case if holds is case.holds else changed(case, holds=holds)


def _without(associations: Mapping[str, bool], individual: str) -> dict[str, bool]:
    return {one: active for one, active in associations.items() if one != individual}
