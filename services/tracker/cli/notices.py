"""`notices`: what is said and why not yet, and what only a person can decide about it."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from psycopg import AsyncConnection

from services.tracker.cli.look import Limit
from services.tracker.cli.printing import AsJson, done, json, out, sheet, table
from services.tracker.cli.session import By, NotDone, act, ask
from services.tracker.model.notices import NoticeKind, NoticeState
from services.tracker.record import by_hand
from services.tracker.record.by_hand import Standing
from services.tracker.record.commit import Register
from services.tracker.record.reading import notices as reading
from services.tracker.record.reading.notices import NoticeRow
from services.tracker.record.reading.pages import values
from services.tracker.web.shown import NoticeDetail, notice_detail

notices = typer.Typer(help="What liaisons, offices and operators are told. Without a command: list.")

Reference = Annotated[str, typer.Argument(help="The notice's reference, as in its mail.")]
COLUMNS_HELD = ("reference", "kind", "state", "person", "recipient", "reasons", "needs_release")
COLUMNS = ("reference", "kind", "state", "about", "recipient", "reasons", "needs_release")
SHEET = (
    *("kind", "state", "person", "kin", "cause", "recipient", "subject", "cases", "stops", "place_in_line"),
    *("reasons", "needs_release", "created_at", "ready_at", "next_attempt_at", "left_at"),
)


@dataclass(frozen=True, slots=True)
class Listed(NoticeRow):
    """A notice as a line of the list."""

    @property
    def about(self) -> str:
        """An operators' notice names its subject; a family's is known by its person and its cause."""
        return self.subject or ", ".join(filter(None, (self.person, self.cause)))


@notices.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        listed()


@notices.command("list")
def listed(
    state: Annotated[NoticeState | None, typer.Option()] = None,
    kind: Annotated[NoticeKind | None, typer.Option()] = None,
    person: Annotated[str | None, typer.Option()] = None,
    after: Annotated[int | None, typer.Option(help="As the page before says.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Notices in the order in which they first became owed."""
    found = ask(lambda conn: reading.notices(conn, after=after, limit=limit, state=state, kind=kind, person=person))
    if as_json:
        json(found)
        return
    table([Listed(**values(row)) for row in found.items], COLUMNS)
    if found.next is not None:
        out.print(f"more: --after {found.next}")


@notices.command("held")
def held_back(
    because: Annotated[str, typer.Option(help="What waits for a person: policy, log; or the code of a reason.")],
    as_json: AsJson = False,
) -> None:
    """What does not leave, and for one reason."""
    found = ask(lambda conn: reading.held(conn, because))
    if as_json:
        json(found)
        return
    table(found, COLUMNS_HELD)


@notices.command()
def show(reference: Reference, as_json: AsJson = False) -> None:
    """One notice, with every change of its state and every attempt to send it."""

    async def read(conn: AsyncConnection[Any]) -> NoticeDetail:
        found = await notice_detail(conn, reference)
        if found is None:
            raise NotDone(f"there is no notice {reference}")
        return found

    found = ask(read)
    if as_json:
        json(found)
        return
    sheet(found, SHEET, title=f"Notice {reference}")
    table(found.transitions, ("at", "before", "after", "why"), title="States")
    table(found.attempts, ("started_at", "phase", "smtp_reply", "ended_at"), title="Attempts")


@notices.command()
def acknowledge(reference: Reference, by: By, as_json: AsJson = False) -> None:
    """You have read an operators' notice, or a liaison or public affairs have told you that they read a stop."""
    act(lambda register: by_hand.acknowledge(register, reference, by))
    done(f"{reference} acknowledged", as_json, reference=reference, acknowledged=True)


@notices.command()
def resolve(
    reference: Reference,
    by: By,
    sent: Annotated[bool, typer.Option("--sent/--not-sent", help="Whether the recipient has the mail.")],
    as_json: AsJson = False,
) -> None:
    """Say what became of a mail in doubt, once its recipient has been asked."""
    act(lambda register: by_hand.resolve(register, reference, by, sent=sent))
    done(f"{reference} resolved as {'sent' if sent else 'not sent'}", as_json, reference=reference, sent=sent)


@notices.command()
def requeue(reference: Reference, by: By, as_json: AsJson = False) -> None:
    """Try once more what the mail server refused."""
    act(lambda register: by_hand.requeue(register, reference, by))
    done(f"{reference} is ready again", as_json, reference=reference, ready=True)


@notices.command()
def release(
    by: By,
    references: Annotated[list[str] | None, typer.Argument(help="Which; without any: all that wait.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would be let go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let go what waits for a person: logged while delivery was off, or newly owed under a new policy or new code."""
    released = act(lambda register: _release(register, references or [], by, preview))
    if as_json:
        json(released)
        return
    table(released, ("reference", "kind", "state", "person", "needs_release"), title="Would be let go" if preview else "Let go")


async def _release(register: Register, references: list[str], by: str, preview: bool) -> list[Standing]:
    waiting = await by_hand.to_release(register)
    if unknown := set(references) - {each.reference for each in waiting}:
        raise NotDone(f"not waiting for a release: {', '.join(sorted(unknown))}")
    chosen = [each for each in waiting if not references or each.reference in references]
    if not preview:
        for each in chosen:
            await by_hand.release(register, each.reference, by)
    return chosen
