"""`python -m services.intake`: run the service, submit a file, and keep the sources file."""

import asyncio
import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Final

import httpx2
import typer
import uvicorn
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

from services.intake import sources as sources_file
from services.intake.accept import Acceptor
from services.intake.app import connect, create
from services.intake.grants import types_named
from services.intake.preflight import unsafe
from services.intake.settings import Settings
from services.intake.submit import TIMEOUT_S, Sent, Unreachable, send, statements
from shared import logs
from shared.terms import ROLES

REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
GRACE_S: Final = 10
"""For requests in flight when the process is told to stop."""

app = typer.Typer(no_args_is_help=True, help="Intake decides: it turns submissions into facts, or refuses them.")
sources = typer.Typer(no_args_is_help=True, help="Who may say what: the sources file.")
app.add_typer(sources, name="sources")

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]
SourcesFile = Annotated[Path | None, typer.Option("--file", help="The sources file [env: INTAKE_SOURCES].")]


def stop(words: str, code: int) -> typer.Exit:
    err.print(words, style="red", highlight=False, markup=False)
    return typer.Exit(code)


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Where to listen [env: INTAKE_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="[env: INTAKE_PORT].")] = None,
    clock: Annotated[Path | None, typer.Option(help="A story clock's file, for a demo or a test.")] = None,
) -> None:
    """Serve the HTTP door. Refuses to start on a server that may forget what it acknowledged.

    Exit codes: 0 stopped, 1 the server is unsafe, 2 settings or sources, 3 the server cannot be reached.
    """
    given: dict[str, Any] = {"host": host, "port": port, "clock": clock}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    logs.configure("intake")
    try:
        reasons = asyncio.run(preflight(settings))
        application = create(settings)
    except RedisError as error:
        raise stop(f"Redis cannot be reached: {type(error).__name__}", UNREACHABLE) from None
    except (OSError, sources_file.BadSources) as error:
        raise stop(str(error), USAGE) from None
    if reasons:
        raise stop("Not safe to accept on this server:\n" + "\n".join(f"  {reason}" for reason in reasons), REFUSED)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


async def preflight(settings: Settings) -> list[str]:
    redis = connect(settings)
    try:
        await Acceptor(redis).load()
        return await unsafe(redis, settings.redis_durability)
    finally:
        await redis.aclose()


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="NDJSON, a JSON array, or one CloudEvent; - for standard input.")],
    url: Annotated[str, typer.Option(envvar="INTAKE_URL")] = "http://127.0.0.1:8081",
    key_file: Annotated[Path | None, typer.Option(help="Holds the key; else the variable INTAKE_KEY does.")] = None,
    as_json: Json = False,
) -> None:
    """Send a file of events. Safe to repeat: what was accepted before is answered as a duplicate.

    Exit codes: 0 all accepted, 1 some refused, 2 usage, 3 intake or its streams cannot be reached.
    """
    try:
        key = key_file.read_text().strip() if key_file else os.environ.get("INTAKE_KEY", "")
        found = list(statements(typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text()))
    except (OSError, UnicodeDecodeError) as error:
        raise stop(f"cannot be read: {error}", USAGE) from None
    except json.JSONDecodeError as error:
        raise stop(f"{file}: not JSON at line {error.lineno}, column {error.colno}", USAGE) from None
    if not key:
        raise stop("a key is needed: --key-file, or the variable INTAKE_KEY", USAGE)
    sent: list[Sent] = []
    unreachable = False
    with httpx2.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=TIMEOUT_S) as client:
        try:
            sent.extend(send(client, found))
        except Unreachable:
            unreachable = True
    show_sent(sent, len(found), as_json=as_json)
    if unreachable or any(each.answer["status"] == 503 for each in sent):
        raise stop("Not all could be sent; run the same again.", UNREACHABLE)
    if any(each.refused for each in sent):
        raise typer.Exit(REFUSED)


def show_sent(sent: list[Sent], of: int, *, as_json: bool) -> None:
    counts: dict[str, int] = {}
    for each in sent:
        counts[each.outcome] = counts.get(each.outcome, 0) + 1
    if as_json:
        answers = [{"number": each.number, **each.answer} for each in sent]
        typer.echo(json.dumps({"statements": of, "outcomes": counts, "answers": answers}))
        return
    table = Table("outcome", "events", title=f"{len(sent)} of {of} events answered")
    for outcome, count in sorted(counts.items()):
        table.add_row(outcome, str(count))
    out.print(table)
    for each in [each for each in sent if each.refused][:20]:
        problem = each.answer["problem"]
        out.print(f"event {each.number}: {problem['title']} {problem['pointer']}: {problem['detail']}", markup=False)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the HTTP door. Needs no server."""
    with NamedTemporaryFile(suffix=".toml") as empty:
        application = create(Settings(sources=Path(empty.name)))
    typer.echo(json.dumps(application.openapi(), indent=2, sort_keys=True))


# ------------------------------------------------------------------------------------------------- the sources file
def file_of(given: Path | None) -> Path:
    return given or Settings().sources


@sources.command()
def add(
    slug: Annotated[str, typer.Argument(help="1 to 40 lower-case letters, digits and dashes.")],
    uri: Annotated[list[str], typer.Option(help="A prefix of the CloudEvents source it may use.")],
    role: Annotated[list[str], typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    type_: Annotated[list[str], typer.Option("--type", help="A catalogue or wire name; * for any part.")],
    party: Annotated[list[str] | None, typer.Option(help="In whose name it may speak; * for all.")] = None,
    may_correct: Annotated[list[str] | None, typer.Option(help="A source whose statements it may correct.")] = None,
    file: SourcesFile = None,
    as_json: Json = False,
) -> None:
    """Add a source and show its key: once, and nowhere else."""
    entry: dict[str, object] = {"slug": slug, "uris": uri, "roles": role, "types": type_}
    entry |= {"parties": party or [], "may_correct": may_correct or []}
    if not types_named(type_):
        raise stop("no type of the catalogue has such a name", USAGE)
    try:
        key = sources_file.add(file_of(file), entry)
    except (OSError, ValueError) as error:
        raise stop(str(error), USAGE) from None
    typer.echo(json.dumps({"slug": slug, "key": key}) if as_json else key)


@sources.command("list")
def list_(file: SourcesFile = None, as_json: Json = False) -> None:
    """Show the sources and what they may say; their keys are not known."""
    try:
        entries = sources_file.read(file_of(file)).sources
    except (OSError, ValueError) as error:
        raise stop(str(error), USAGE) from None
    if as_json:
        shown = [each.model_dump(exclude={"keys"}) | {"keys": len(each.keys)} for each in entries]
        typer.echo(json.dumps({"sources": shown}))
        return
    table = Table("source", "keys", "uris", "roles", "types", "parties", "may correct")
    for each in entries:
        rows = (each.uris, each.roles, each.types, each.parties, each.may_correct)
        table.add_row(each.slug, str(len(each.keys)) if each.keys else "revoked", *("\n".join(row) for row in rows))
    out.print(table)


@sources.command()
def revoke(slug: str, file: SourcesFile = None) -> None:
    """Take a source's keys away; a running intake follows with its next request."""
    try:
        if not sources_file.revoke(file_of(file), slug):
            raise stop(f"there is no source {slug}", USAGE)
    except (OSError, ValueError) as error:
        raise stop(str(error), USAGE) from None
    typer.echo(f"{slug} has no keys any more")


if __name__ == "__main__":
    app()
