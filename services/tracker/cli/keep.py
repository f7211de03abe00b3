"""Commands that keep the house: quarantine, freezes and the policy. Each act is recorded with who did it."""

from typing import Annotated, Any

import typer
from psycopg import AsyncConnection

from services.tracker.cli.look import Limit
from services.tracker.cli.printing import AsJson, done, json, out, sheet, table
from services.tracker.cli.session import By, NotDone, Why, ask, now
from services.tracker.record import freezes
from services.tracker.record import quarantine as record
from services.tracker.record.reading import outcomes
from services.tracker.record.reading.outcomes import QuarantinedEntry

quarantine = typer.Typer(no_args_is_help=True, help="Entries that could not be filed; unresolved ones hold notices back.")

COLUMNS = ("no", "stream", "entry_id", "reason", "source", "id", "filed_at", "resolved_by")
ENTRY = ("stream", "entry_id", "epoch", "seq", "source", "id", "reason", "detail", "concerns", "filed_at", "fields")
Number = Annotated[int, typer.Argument(help="Its number, as `quarantine list` says.")]


@quarantine.command("list")
def quarantined(
    every: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    after: Annotated[int | None, typer.Option(help="As the page before says.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Entries that wait for somebody to look at them."""
    resolved = None if every else False
    found = ask(lambda conn: outcomes.quarantine(conn, after=after, limit=limit, resolved=resolved))
    if as_json:
        json(found)
        return
    table(found.items, COLUMNS)
    if found.next is not None:
        out.print(f"more: --after {found.next}")


@quarantine.command("show")
def show(no: Number, as_json: AsJson = False) -> None:
    """One entry whole, with its bytes as the stream had them (base64)."""

    async def read(conn: AsyncConnection[Any]) -> QuarantinedEntry:
        found = await outcomes.quarantined(conn, no)
        if found is None:
            raise NotDone(f"there is no quarantined entry {no}")
        return found

    found = ask(read)
    if as_json:
        json(found)
        return
    sheet(found, (*ENTRY, "resolved_at", "resolved_by", "resolution"), title=f"Quarantined entry {no}")


@quarantine.command("resolve")
def resolve(no: Number, reason: Why, by: By, as_json: AsJson = False) -> None:
    """You have seen to it, for example had the source say it again: it holds nothing back any more."""

    async def do(conn: AsyncConnection[Any]) -> None:
        if not await record.resolve(conn, no, by, reason, now()):
            raise NotDone(f"there is no unresolved entry {no}")

    ask(do)
    done(f"{no} resolved", as_json, no=no, resolved=True)


def freeze(reason: Why, by: By, as_json: AsJson = False) -> None:
    """Let no notice to a family or the public leave until `unfreeze`. Stops and operators' notices leave all the same."""
    no = ask(lambda conn: freezes.freeze(conn, by, reason, now()))
    lift = f"python -m services.tracker unfreeze --no {no} --reason 'what was found'"
    done(f"frozen as number {no}; to lift it:\n{lift}", as_json, frozen=no)


def unfreeze(
    reason: Why,
    by: By,
    no: Annotated[int | None, typer.Option(help="One freeze, as `streams` numbers it; all if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lift a freeze. What was missing is thereby acknowledged as lost: find out first what it was."""

    async def do(conn: AsyncConnection[Any]) -> list[int]:
        lifted = await freezes.unfreeze(conn, by, reason, now(), no)
        if not lifted:
            raise NotDone("nothing is frozen" if no is None else f"there is no open freeze {no}")
        return lifted

    lifted = ask(do)
    done("lifted " + ", ".join(str(each) for each in lifted), as_json, lifted=lifted)
