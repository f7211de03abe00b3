"""`python -m embedded up` and `sandbox`: the whole of it on one machine, to keep or for one run."""

from pathlib import Path
from typing import Annotated

import typer

from embedded.handle import CHECKOUT, EmbeddedError
from embedded.sandbox import sandbox
from embedded.services import NotReady
from embedded.up import SAMPLE_URIS, Failed, up

app = typer.Typer(add_completion=False)


@app.callback()
def about() -> None:
    """Valkey and PostgreSQL from wheels, and the two services on them. For one person's machine."""


@app.command("up")
def up_(
    data: Annotated[Path, typer.Option(help="Where everything is kept.")] = CHECKOUT / ".data",
    intake_port: Annotated[int, typer.Option(help="On 127.0.0.1.")] = 8081,
    tracker_port: Annotated[int, typer.Option(help="On 127.0.0.1.")] = 8082,
) -> None:
    """Run both services on embedded servers until Ctrl-C, and leave nothing running."""
    try:
        up(data, intake_port, tracker_port)
    except (EmbeddedError, Failed, NotReady) as error:
        typer.echo(f"embedded: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("stopped; the data is still there", err=True)


@app.command("sandbox", context_settings={"allow_interspersed_args": False})
def sandbox_(
    command: Annotated[list[str] | None, typer.Argument(help="Run with INTAKE_URL, INTAKE_KEY and TRACKER_URL set.")] = None,
    uri: Annotated[list[str] | None, typer.Option(help="A CloudEvents source, by prefix, that the key may use.")] = None,
) -> None:
    """Both services for one run of an upstream's own tests: with a throw-away key, on servers that leave nothing behind.

    Ends with the status of the command; without one, with Ctrl-C or the end of standard input, and prints what it would set.
    """
    try:
        status = sandbox(command or [], uri or SAMPLE_URIS)
    except (EmbeddedError, Failed, NotReady) as error:
        typer.echo(f"embedded: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)


if __name__ == "__main__":
    app()
