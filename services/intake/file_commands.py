"""`python -m services.intake check` and `import`: a file against the rules, and a file into the streams."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from redis.exceptions import RedisError
from rich.progress import Progress

from services.intake import mapping as mappings
from services.intake import row_report
from services.intake.accept import Acceptor
from services.intake.app import connect
from services.intake.conformance import ANYBODY, checked
from services.intake.doors.files import Row, header_of, is_table, rows
from services.intake.grants import Source
from services.intake.imports import Beside, Importer, Outcomes
from services.intake.mapping import TableMapping
from services.intake.preflight import Watch, unsafe
from services.intake.problems import Refused
from services.intake.rehearsal import Answered
from services.intake.row_lines import show, show_preview
from services.intake.settings import Settings
from services.intake.sources import read
from services.intake.terminal import REFUSED, UNREACHABLE, USAGE, Json, configured, err, interruptible, stop, unreadable
from shared.clock import clock, machine_now
from shared.terms import instant_text

File = Annotated[Path, typer.Argument(help="CSV with a mapping; or CloudEvents: .ndjson, or .json (an array, or one).")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="How the columns become events; kept for the next time.")]


def check(
    file: File,
    mapping: MappingFile = None,
    as_: Annotated[str | None, typer.Option("--as", help="A source: its grant is judged too.")] = None,
    as_json: Json = False,
) -> None:
    """Say what of a file would be refused, and why. Needs no server, and no credential.

    What was accepted before is not known here: a duplicate or a conflict with that shows when it is sent.

    Exit codes: 0 nothing would be refused, 1 something would, 2 usage.
    """
    settings = configured()
    source = ANYBODY if as_ is None else source_of(settings, as_)
    found, _ = read_file(file, mapping, settings, as_)
    outcomes: Outcomes = list(checked(found, source, instant_text(machine_now())))
    show(len(found), outcomes, [], as_json=as_json)
    raise typer.Exit(REFUSED if any(isinstance(each, Refused) for _, each in outcomes) else 0)


def import_(
    file: File,
    as_: Annotated[str, typer.Option("--as", help="The source that says it; its grant is judged.")],
    mapping: MappingFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop behind the preview; nothing is written.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    report: Annotated[Path | None, typer.Option(help="The outcome a row (default: beside FILE, .outcome.csv).")] = None,
    as_json: Json = False,
) -> None:
    """Show what would become of each row of a file; then, if told so, make facts of those that may be.

    For whoever runs intake: it needs the streams and the sources file, and no key. Safe to repeat and to kill: what is a fact
    already is a duplicate. A row that changed under the same key is a conflict, shown beside what was said before.

    Exit codes: 0 all are facts, 1 some were refused (with --dry-run: would be), 2 usage, 3 the streams cannot be reached,
    130 interrupted (Ctrl-C).
    """
    with interruptible("Interrupted. What had become a fact stays one: run the same again, and it goes on from there."):
        settings = configured()
        source = source_of(settings, as_)
        found, used = read_file(file, mapping, settings, as_)
        outcomes, beside = run(settings, source, found, rehearsal=True)
        if not as_json:
            show_preview(found)
        if not dry_run:
            if not as_json:
                show(len(found), outcomes, beside, as_json=False)
            if not (yes or as_json or typer.confirm("Import what is acceptable?")):
                raise stop("nothing was imported", USAGE)
            if used is not None:
                mappings.keep(used, mappings.kept_at(settings.sources.parent, as_, header_of(file)))
            outcomes, beside = run(settings, source, found, rehearsal=False)
            row_report.write(report or file.with_name(f"{file.stem}.outcome.csv"), outcomes)
        show(len(found), outcomes, beside, as_json=as_json)
        refused = [each for _, each in outcomes if isinstance(each, Refused)]
        if any(each.passes for each in refused):
            raise stop("Not all could be imported: nothing can be promised now. Run the same again.", UNREACHABLE)
        if refused:
            raise typer.Exit(REFUSED)


# ------------------------------------------------------------------------------------------------- what is read
def source_of(settings: Settings, slug: str) -> Source:
    try:
        entry = next((each for each in read(settings.sources).sources if each.slug == slug), None)
    except OSError as error:
        raise stop(unreadable(error), USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None
    if entry is None:
        raise stop(f"there is no source {slug}", USAGE)
    return entry.source()


def read_file(file: Path, given: Path | None, settings: Settings, slug: str | None) -> tuple[list[Row], TableMapping | None]:
    """The rows, and the mapping that a table was read with; or exit 2 in one line."""
    try:
        mapping = mapping_of(file, given, settings, slug) if is_table(file) else None
        return rows(file, mapping), mapping
    except json.JSONDecodeError as error:
        raise stop(f"{file}: not JSON at line {error.lineno}, column {error.colno}", USAGE) from None
    except (OSError, UnicodeDecodeError) as error:
        raise stop(unreadable(error), USAGE) from None
    except (ValueError, csv.Error) as error:
        raise stop(f"{file}: {error}", USAGE) from None


def mapping_of(file: Path, given: Path | None, settings: Settings, slug: str | None) -> TableMapping:
    """The mapping that was given, or that was kept when such a table was imported last."""
    header = header_of(file)
    kept = None if slug is None else mappings.kept_at(settings.sources.parent, slug, header)
    where = given or (kept if kept is not None and kept.exists() else None)
    if where is None:
        raise mappings.BadMapping(f"a table needs --mapping; its columns are: {', '.join(header)}")
    return mappings.read(where)


# ------------------------------------------------------------------------------------------------- what is done
def run(settings: Settings, source: Source, found: Sequence[Row], *, rehearsal: bool) -> tuple[Outcomes, list[Beside]]:
    """Every row with its outcome, and each conflict beside what was said before; or exit 1 or 3."""
    try:
        return asyncio.run(at_the_desk(settings, source, found, rehearsal=rehearsal))
    except RedisError as error:
        raise stop(f"Redis cannot be reached (INTAKE_REDIS_URL): {type(error).__name__}", UNREACHABLE) from None


async def at_the_desk(
    settings: Settings, source: Source, found: Sequence[Row], *, rehearsal: bool
) -> tuple[Outcomes, list[Beside]]:
    redis = connect(settings)
    try:
        acceptor = Acceptor(redis, settings.replicas)
        await acceptor.offer()
        if not rehearsal and (reasons := await unsafe(redis, settings.redis_durability)):
            raise stop("Not safe to accept on this server:\n" + "\n".join(f"  {each}" for each in reasons), REFUSED)
        importer = Importer(source, acceptor, Watch(redis, settings.redis_durability), clock(settings.clock))
        work: Callable[[Sequence[Row]], AsyncIterator[tuple[Row, Answered]]]
        work = importer.rehearsed if rehearsal else importer.imported
        outcomes: Outcomes = []
        with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("rehearsing" if rehearsal else "importing", total=len(found))
            async for each in work(found):
                outcomes.append(each)
                bar.advance(task)
        return outcomes, await importer.beside(outcomes)
    finally:
        await redis.aclose()
