"""`python -m embedded up`: the whole of it on one machine."""

from pathlib import Path
from typing import Annotated

import typer

from embedded.handle import CHECKOUT, EmbeddedError
from embedded.services import NotReady
from embedded.up import Failed, up

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


if __name__ == "__main__":
    app()
