"""What the commands have in common: words for people, JSON for programs, and exit codes that do not change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from services.intake.settings import Settings

REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
INTERRUPTED: Final = 130
"""By Ctrl-C, as shells count it."""

# A line is never broken: the window does that, and what is copied from it, an id or a URI, is whole.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]


def stop(words: str, code: int) -> typer.Exit:
    err.print(words, style="red", markup=False)
    return typer.Exit(code)


@contextmanager
def interruptible(words: str) -> Iterator[None]:
    """Ctrl-C ends what is done in the block with these words: what became of it, and how it goes on."""
    try:
        yield
    except (KeyboardInterrupt, typer.Abort):
        raise stop(words, INTERRUPTED) from None


def unreadable(error: OSError | UnicodeDecodeError) -> str:
    """In one line which file cannot be read or written, and why."""
    if isinstance(error, UnicodeDecodeError):
        return "cannot be read: not UTF-8"
    return f"{error.filename}: {error.strerror}"


def configured(**given: Any) -> Settings:
    """The settings, with what the command line gave (None: not given) in their place; or exit 2, with the variable's name."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise stop(f"INTAKE_{str(first['loc'][0]).upper()}: {first['msg']}", USAGE) from None
