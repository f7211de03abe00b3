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
from rich.table import Table

from services.intake.accept import Acceptor
from services.intake.app import connect, create
from services.intake.preflight import unsafe
from services.intake.settings import Settings
from services.intake.source_commands import sources
from services.intake.submit import TIMEOUT_S, Sent, Unreachable, send, statements
from services.intake.terminal import REFUSED, UNREACHABLE, USAGE, Json, out, stop
from shared import logs

GRACE_S: Final = 10
"""For requests in flight when the process is told to stop."""

app = typer.Typer(no_args_is_help=True, help="Intake decides: it turns submissions into facts, or refuses them.")
app.add_typer(sources, name="sources")


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Where to listen (INTAKE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (INTAKE_PORT).")] = None,
    clock: Annotated[Path | None, typer.Option(help="A story clock's file, for a demo or a test.")] = None,
) -> None:
    """Serve the HTTP door. Refuses to start on a server that may forget what it acknowledged.

    Exit codes: 0 stopped, 1 the server is unsafe, 2 settings or sources, 3 the server cannot be reached.
    """
    given: dict[str, Any] = {"host": host, "port": port, "clock": clock}
    logs.configure("intake")
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        reasons = asyncio.run(preflight(settings))
        application = create(settings)
    except RedisError as error:
        raise stop(f"Redis cannot be reached: {type(error).__name__}", UNREACHABLE) from None
    except (OSError, ValueError) as error:
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
        await Acceptor(redis).offer()
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


if __name__ == "__main__":
    app()
