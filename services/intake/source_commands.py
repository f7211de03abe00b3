"""`python -m services.intake sources`: add, list and revoke who may say what."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.intake.grants import ANY, types_named
from services.intake.source_edits import add as add_source
from services.intake.source_edits import revoke as revoke_source
from services.intake.sources import read
from services.intake.terminal import USAGE, Json, configured, out, stop, unreadable
from shared.terms import ROLES

sources = typer.Typer(no_args_is_help=True, help="Who may say what: the sources file.")
SourcesFile = Annotated[Path | None, typer.Option("--file", help="The sources file (INTAKE_SOURCES).")]


def file_of(given: Path | None) -> Path:
    return given or configured().sources


@sources.command()
def add(
    slug: Annotated[str, typer.Argument(help="1 to 40 lower-case letters, digits and dashes.")],
    uri: Annotated[list[str], typer.Option(help="A prefix of the CloudEvents source it may use.")],
    role: Annotated[list[str], typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    type_: Annotated[list[str], typer.Option("--type", help="A catalogue or wire name; * for any part.")],
    party: Annotated[list[str] | None, typer.Option(help="In whose name it may speak; * for all.")] = None,
    may_correct: Annotated[list[str] | None, typer.Option(help="A source whose statements it may correct.")] = None,
    case_prefix: Annotated[list[str] | None, typer.Option(help="How the numbers of its cases begin; without: all.")] = None,
    file: SourcesFile = None,
    as_json: Json = False,
) -> None:
    """Add a source and show its key: once, and nowhere else."""
    entry: dict[str, object] = {"slug": slug, "uris": uri, "roles": role, "types": type_}
    entry |= {"parties": party or [], "may_correct": may_correct or [], "case_prefixes": case_prefix or [ANY]}
    if not types_named(type_):
        raise stop("no type of the catalogue has such a name", USAGE)
    try:
        key = add_source(file_of(file), entry)
    except OSError as error:
        raise stop(unreadable(error), USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None
    typer.echo(json.dumps({"slug": slug, "key": key}) if as_json else key)


@sources.command("list")
def list_(file: SourcesFile = None, as_json: Json = False) -> None:
    """Show the sources and what they may say; their keys are not known."""
    try:
        entries = read(file_of(file)).sources
    except OSError as error:
        raise stop(f"{unreadable(error)}; `sources add` makes one", USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None
    if as_json:
        shown = [each.model_dump(exclude={"keys"}) | {"keys": len(each.keys)} for each in entries]
        typer.echo(json.dumps({"sources": shown}))
        return
    for each in entries:
        out.print(each.slug if each.keys else f"{each.slug}  revoked", style="bold", markup=False)
        granted = each.model_dump(exclude={"slug", "keys"}) | {"keys": [str(len(each.keys))]}
        for name, values in granted.items():
            out.print(f"  {name.replace('_', ' '):<15}{', '.join(values) or '-'}", markup=False)


@sources.command()
def revoke(slug: str, file: SourcesFile = None, as_json: Json = False) -> None:
    """Take a source's keys away; a running intake follows with its next request."""
    try:
        if not revoke_source(file_of(file), slug):
            raise stop(f"there is no source {slug}", USAGE)
    except OSError as error:
        raise stop(unreadable(error), USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None
    typer.echo(json.dumps({"slug": slug, "revoked": True}) if as_json else f"{slug} has no keys any more")
