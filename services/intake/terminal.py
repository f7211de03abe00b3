"""What the commands have in common: tables and words for people, JSON for programs, and exit codes that do not change."""

from typing import Annotated, Final

import typer
from rich.console import Console

REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]


def stop(words: str, code: int) -> typer.Exit:
    err.print(words, style="red", highlight=False, markup=False)
    return typer.Exit(code)
