"""Sends a file of CloudEvents to intake, in batches. Safe to run again: what was accepted before is a duplicate."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx2

BATCH_SIZE: Final = 100
BATCH: Final = "application/cloudevents-batch+json"
TIMEOUT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement of the file (`number` counts from 1), as it stands there, and what intake said to it."""

    number: int
    text: str
    answer: dict[str, Any]

    @property
    def id(self) -> str | None:
        """As its sender named it; None where it has no name that can be read."""
        said = json.loads(self.text)
        id = said.get("id") if isinstance(said, dict) else None
        return id if isinstance(id, str) and id.isprintable() else None

    @property
    def outcome(self) -> str:
        """`accepted`, `duplicate`, or the slug of the problem."""
        receipt = self.answer.get("receipt")
        if receipt is not None:
            return "duplicate" if receipt["duplicate"] else "accepted"
        return str(self.answer["problem"]["type"]).rpartition(":")[2]

    @property
    def refused(self) -> bool:
        return "problem" in self.answer


class Unreachable(Exception):
    """Intake did not answer, or not as intake does; the message says which. How far it came is known by sending again."""


def statements(text: str) -> Iterator[str]:
    """The JSON text of each statement of NDJSON, a JSON array, or a single event, exactly as it stands in the file.

    Not parsed and written again: what intake refuses (a member twice, NaN) must reach it.

    Raises:
        JSONDecodeError: from some place on the text is not JSON that can be read.
    """
    decoder = json.JSONDecoder()
    at = past(text, 0, " \t\r\n")
    separators = " \t\r\n"
    if text[at : at + 1] == "[":
        separators += ",]"
        at = past(text, at + 1, " \t\r\n")
    while (at := past(text, at, separators)) < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError):
            raise json.JSONDecodeError("a number too long, or nested too deeply", text, at) from None
        yield text[at:end]
        at = end


def past(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def send(client: httpx2.Client, found: list[str]) -> Iterator[Sent]:
    """Send all statements in their order and yield the answer to each.

    Raises:
        Unreachable: after the answers that came before.
    """
    for first in range(0, len(found), BATCH_SIZE):
        batch = found[first : first + BATCH_SIZE]
        answers = zip(batch, post(client, batch), strict=True)
        yield from (Sent(first + n, text, answer) for n, (text, answer) in enumerate(answers, 1))


def post(client: httpx2.Client, batch: list[str]) -> list[dict[str, Any]]:
    """One answer a statement; a problem with the request as a whole is the answer to each of them."""
    body = f"[{','.join(batch)}]".encode(errors="replace")
    try:
        answer = client.post("/v1/events", content=body, headers={"content-type": BATCH})
        said = answer.json()
    except httpx2.TransportError as error:
        raise Unreachable(f"no answer from {client.base_url} ({type(error).__name__})") from None
    except ValueError:
        raise Unreachable(f"{client.base_url} answered {answer.status_code} and no JSON: not intake") from None
    match said:
        case list() if len(said) == len(batch):
            return said
        case {"type": str(), "title": str(), "detail": str(), "pointer": str()}:
            return [{"status": answer.status_code, "problem": said}] * len(batch)
        case _:
            raise Unreachable(f"{client.base_url} answered {answer.status_code}, not as intake does")
