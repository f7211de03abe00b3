"""`python -m services.intake`: run the service, submit a file, and keep the sources file."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Final

import httpx2
import typer
import uvicorn
from redis.exceptions import RedisError

from services.intake import file_commands
from services.intake.accept import Acceptor
from services.intake.app import connect, create
from services.intake.preflight import unsafe
from services.intake.settings import Settings
from services.intake.source_commands import sources
from services.intake.submit import TIMEOUT_S, Sent, Unreachable, send, statements
from services.intake.terminal import REFUSED, UNREACHABLE, USAGE, Json, configured, out, stop, unreadable
from services.intake.told import told
from shared import logs
from shared.collector import spare_the_collector

GRACE_S: Final = 10
"""For requests in flight when the process is told to stop."""

ALLOCATIONS_A_LOOK: Final = 20_000
"""Before the collector looks again, where Python has 700 (2,000 from 3.12 on): what some thousand events hold. An accepted
event leaves no cycle behind, and looking for one took a twentieth of its time."""

app = typer.Typer(no_args_is_help=True, help="Intake decides: it turns submissions into facts, or refuses them.")
app.add_typer(sources, name="sources")
app.command("check")(file_commands.check)
app.command("import")(file_commands.import_)


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
    settings = configured(**given)
    try:
        reasons = asyncio.run(preflight(settings))
        application = create(settings)
    except RedisError as error:
        raise stop(f"Redis cannot be reached (INTAKE_REDIS_URL): {type(error).__name__}", UNREACHABLE) from None
    except OSError as error:
        raise stop(f"{unreadable(error)}; `sources add` makes one", USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None
    if reasons:
        raise stop("Not safe to accept on this server:\n" + "\n".join(f"  {reason}" for reason in reasons), REFUSED)
    spare_the_collector(ALLOCATIONS_A_LOOK)
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
def functions() -> None:
    """Load the functions that intake calls: at deployment, as a user who may do that and nothing else. It may be repeated.

    Exit codes: 0 loaded, 2 settings, 3 the server cannot be reached or refuses.
    """
    try:
        asyncio.run(load(configured()))
    except RedisError as error:
        raise stop(f"the functions cannot be loaded (INTAKE_REDIS_URL): {type(error).__name__}", UNREACHABLE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None


async def load(settings: Settings) -> None:
    redis = connect(settings)
    try:
        await Acceptor(redis).load()
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
    except json.JSONDecodeError as error:
        raise stop(f"{file}: not JSON at line {error.lineno}, column {error.colno}", USAGE) from None
    except (OSError, UnicodeDecodeError) as error:
        raise stop(unreadable(error), USAGE) from None
    if not key:
        raise stop("a key is needed: --key-file, or the variable INTAKE_KEY", USAGE)
    sent: list[Sent] = []
    missing = ""
    try:
        with httpx2.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=TIMEOUT_S) as client:
            sent.extend(send(client, found))
    except Unreachable as error:
        missing = str(error)
    except (httpx2.InvalidURL, UnicodeEncodeError):
        raise stop("the URL, or the key, is not such that it can be sent", USAGE) from None
    if any(each.answer["status"] == 503 for each in sent):
        missing = f"{url} cannot reach its streams"
    show_sent(sent, len(found), as_json=as_json)
    if missing:
        raise stop(f"Not all could be sent: {missing}. Run the same again.", UNREACHABLE)
    if any(each.refused for each in sent):
        raise typer.Exit(REFUSED)


def show_sent(sent: list[Sent], of: int, *, as_json: bool) -> None:
    if not as_json:
        for line in told(sent, of):
            out.print(line, markup=False)
        return
    answers = [{"number": each.number, "id": each.id, **each.answer} for each in sent]
    typer.echo(json.dumps({"statements": of, "outcomes": Counter(each.outcome for each in sent), "answers": answers}))


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the HTTP door. Needs no server."""
    with NamedTemporaryFile(suffix=".toml") as empty:
        application = create(configured(sources=Path(empty.name)))
    typer.echo(json.dumps(application.openapi(), indent=2, sort_keys=True))


if __name__ == "__main__":
    app()
