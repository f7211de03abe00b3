"""`python -m demo`: tell the story, show what became of it, and leave the services up."""

from typing import Annotated, Final, Literal

import typer

INTERRUPTED: Final = 130


def main(
    once: Annotated[bool, typer.Option("--once", help="Stop the services at the end instead of leaving them up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")] = False,
    story: Annotated[
        Literal["return", "k55"], typer.Option(help="The return of 2018, or the account of all its remains over six years.")
    ] = "return",
    seed: Annotated[int, typer.Option(help="Which of the stories of k55.")] = 1,
) -> None:
    """Tell a story as events, on embedded servers, and read back what became of it.

    Exit codes: 0 told and every promise kept, 1 a promise is broken, 3 the story could not be told, 130 interrupted in it.
    """
    try:
        from demo.showing import showing  # takes seconds, in which Ctrl-C is to end well too

        showing(story, seed, once=once, as_json=as_json)
    except KeyboardInterrupt:
        typer.echo("Stopped before the end of the story.", err=True)
        raise typer.Exit(INTERRUPTED) from None


if __name__ == "__main__":
    typer.run(main)
