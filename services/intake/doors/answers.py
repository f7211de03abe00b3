"""Verdicts and outcomes as HTTP answers."""

from typing import Any

import orjson
from fastapi import Response

from services.intake.desk import Receipted, Verdict
from services.intake.problems import MEDIA_TYPE, RETRY_AFTER_S, ProblemType, Refused
from services.intake.receipts import Outcome


def json(status: int, content: object, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), status, media_type=media_type)


def single(verdict: Verdict) -> Response:
    return problem(verdict) if isinstance(verdict, Refused) else json(202, receipt(verdict))


def item(verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, Refused):
        return {"status": verdict.type.status, "problem": verdict.document()}
    return {"status": 202, "receipt": receipt(verdict)}


def receipt(receipted: Receipted) -> dict[str, Any]:
    accepted = receipted.accepted
    identity = {"source": receipted.source, "id": receipted.id, "duplicate": accepted.duplicate}
    return identity | accepted.receipt.document()


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    reason = {} if outcome.reason is None else {"reason": outcome.reason}
    return outcome.receipt.document() | {"state": outcome.state} | reason


def problem(refused: Refused) -> Response:
    response = json(refused.type.status, refused.document(), MEDIA_TYPE)
    if refused.type is ProblemType.UNAUTHENTICATED:
        response.headers["www-authenticate"] = "Bearer"
    if refused.type.status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_S)
    if refused.type is ProblemType.BODY_TOO_LARGE:
        response.headers["connection"] = "close"
    return response
