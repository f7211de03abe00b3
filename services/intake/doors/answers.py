"""Verdicts and outcomes as HTTP answers."""

from collections.abc import Sequence
from typing import Any, assert_never

import orjson
from fastapi import Response

from services.intake.desk import Receipted
from services.intake.listing import Page, cursor_text
from services.intake.problems import MEDIA_TYPE, ProblemType, Refused
from services.intake.receipts import Outcome
from services.intake.rehearsal import Answered, Rehearsed


def json(status: int, content: object, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), status, media_type=media_type)


def single(answered: Answered) -> Response:
    match answered:
        case Refused():
            return problem(answered)
        case Rehearsed():
            return json(200, rehearsal(answered))
        case Receipted():
            return json(202, receipt(answered))
    assert_never(answered)


def item(answered: Answered) -> dict[str, Any]:
    match answered:
        case Refused():
            return {"status": answered.type.status, "problem": answered.document()}
        case Rehearsed():
            return {"status": 200, "rehearsal": rehearsal(answered)}
        case Receipted():
            return {"status": 202, "receipt": receipt(answered)}
    assert_never(answered)


def receipt(receipted: Receipted) -> dict[str, Any]:
    accepted = receipted.accepted
    identity = {"source": receipted.source, "id": receipted.id, "duplicate": accepted.duplicate}
    return identity | accepted.receipt.document()


def rehearsal(rehearsed: Rehearsed) -> dict[str, Any]:
    return {
        "source": rehearsed.source,
        "id": rehearsed.id,
        "stream": rehearsed.stream,
        "digest": rehearsed.digest,
        "duplicate": rehearsed.duplicate,
        "dry_run": True,
    }


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    reason = {} if outcome.reason is None else {"reason": outcome.reason}
    return outcome.receipt.document() | {"state": outcome.state} | reason


def found(source: str, id: str, outcomes: Sequence[Outcome]) -> Response:
    if not outcomes:
        return problem(Refused(ProblemType.NO_RECEIPT, "no stream has a receipt of this source and id"))
    return json(200, {"source": source, "id": id, "receipts": [outcome_document(each) for each in outcomes]})


def listed(source: str, page: Page) -> Response:
    receipts = [{"id": each.id} | outcome_document(each.outcome) for each in page.listed]
    return json(200, {"source": source, "receipts": receipts, "next": cursor_text(page.next), "more": page.more})


def problem(refused: Refused) -> Response:
    response = json(refused.type.status, refused.document(), MEDIA_TYPE)
    if refused.type is ProblemType.UNAUTHENTICATED:
        response.headers["www-authenticate"] = "Bearer"
    if refused.passes:
        response.headers["retry-after"] = str(refused.retry_after_s)
    if refused.type in (ProblemType.BODY_TOO_LARGE, ProblemType.SLOW_BODY):
        response.headers["connection"] = "close"
    return response
