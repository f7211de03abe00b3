"""`policy`: the rules in force, and the one way in which they change."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from psycopg import AsyncConnection

from services.tracker.cli.printing import REFUSED, USAGE, AsJson, done, fail, json, out, sheet, table
from services.tracker.cli.session import By, NotDone, ask, now
from services.tracker.model.loosened import loosened
from services.tracker.model.policy import Policy
from services.tracker.model.policy_text import PolicyInvalid, read_policy
from services.tracker.model.telling import required
from services.tracker.record.policies import apply_policy
from services.tracker.record.reading import rules
from services.tracker.record.reading.families import family

policy = typer.Typer(no_args_is_help=True, help="The rules in force.")
PERSONS: Final = "SELECT ref FROM person ORDER BY ref"


@dataclass(frozen=True, slots=True)
class Change:
    """What a policy would do to one notice: hold what may leave now, or let wait for a person what it would newly let leave."""

    effect: str
    kind: str
    person: str | None
    kin: str | None
    cause: str | None


@policy.command("show")
def in_force(as_json: AsJson = False) -> None:
    """The policy in force, as its file said it, and since when."""

    async def read(conn: AsyncConnection[Any]) -> rules.PolicyRow:
        found = await rules.policies(conn)
        if not found:
            raise NotDone("the record has no policy: run migrate")
        return found[0]

    found = ask(read)
    if as_json:
        json(found)
        return
    sheet(found, ("no", "digest", "applied_at", "applied_by"), title="Policy in force")
    out.print(found.body, markup=False)


@policy.command("apply")
def applied(
    file: Annotated[Path, typer.Argument(help="TOML, as deploy/policy.toml shows it: each value with its source.")],
    by: By,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would be held, and what would wait.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a file the policy in force. What it forbids is held; what it would newly let leave waits for `notices release`."""
    try:
        body = file.read_text()
        given = read_policy(body)
    except PolicyInvalid as wrong:
        fail(REFUSED, str(wrong))
    except (OSError, UnicodeDecodeError):
        fail(USAGE, "the file cannot be read")
    if preview:
        changes = ask(lambda conn: changes_under(conn, given))
        if as_json:
            json(changes)
            return
        table(changes, ("effect", "kind", "person", "kin", "cause"))
        return
    changed = ask(lambda conn: apply_policy(conn, body, by, now()))
    done("the policy in force" if changed else "it is in force already; nothing changed", as_json, applied=changed)


async def changes_under(conn: AsyncConnection[Any], policy: Policy) -> list[Change]:
    """What another policy would change now, family by family. Nothing is written."""
    at = now()
    found: dict[str, Change] = {}
    for (ref,) in await (await conn.execute(PERSONS)).fetchall():
        known = await family(conn, ref, at)
        before = required(known.record, known.notices, known.policy, at)
        after = required(known.record, known.notices, policy, at)
        ready = {owed.key for owed in before.owed if not owed.reasons}
        effects = {owed.key: "held" for owed in after.owed if owed.reasons and owed.key in ready and owed.keeps is None}
        effects |= dict.fromkeys(loosened(before, after), "waits for release")
        for owed in after.owed:
            if owed.key in effects:
                found[owed.key] = Change(effects[owed.key], owed.kind, owed.person, owed.kin, owed.cause)
    return [found[key] for key in sorted(found)]
