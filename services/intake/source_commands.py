"""`python -m services.intake sources`: add, list, show, rotate and revoke who may say what."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.intake import source_edits as edits
from services.intake.grants import ANY, types_named
from services.intake.inbox_recipe import acl_line, new_password, recipe, user_of
from services.intake.source_lines import document_of, lines_of
from services.intake.sources import Entry, read
from services.intake.terminal import REFUSED, USAGE, Json, configured, out, stop, unreadable
from shared.clock import machine_now
from shared.terms import ROLES

sources = typer.Typer(no_args_is_help=True, help="Who may say what: the sources file.")
SourcesFile = Annotated[Path | None, typer.Option("--file", help="The sources file (INTAKE_SOURCES).")]
Expires = Annotated[int, typer.Option("--expires-days", min=1, max=3650, help="When the new key ends.")]
Templates = Annotated[list[str] | None, typer.Option(metavar="TEMPLATE")]
YEAR_DAYS = 365
OVERLAP_DAYS = 7


@contextmanager
def file_of(given: Path | None, missing: str = "") -> Iterator[Path]:
    """The sources file. What cannot be done with it ends the command with one line, and leaves the file as it was."""
    try:
        yield given or configured().sources
    except OSError as error:
        raise stop(unreadable(error) + missing, USAGE) from None
    except ValueError as error:
        raise stop(str(error), USAGE) from None


@sources.command()
def add(
    slug: Annotated[str, typer.Argument(help="1 to 40 lower-case letters, digits and dashes.")],
    uri: Annotated[list[str], typer.Option(help="A prefix of the CloudEvents source it may use.")],
    role: Annotated[list[str], typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    type_: Annotated[list[str], typer.Option("--type", help="A catalogue or wire name; * for any part.")],
    party: Annotated[list[str] | None, typer.Option(help="In whose name it may speak; * for all.")] = None,
    may_correct: Annotated[list[str] | None, typer.Option(help="A source whose statements it may correct.")] = None,
    case_prefix: Annotated[list[str] | None, typer.Option(help="How the numbers of its cases begin; without: all.")] = None,
    token: Annotated[tuple[str, str] | None, typer.Option(metavar="ISSUER SUBJECT", help="Tokens instead of a key.")] = None,
    inbox: Annotated[bool, typer.Option("--inbox", help="A stream of its own to write to, instead of a key.")] = False,
    epcis_source: Annotated[str | None, typer.Option(help="The CloudEvents source of the facts of its EPCIS events.")] = None,
    epcis_case: Annotated[
        list[str] | None, typer.Option(metavar="TEMPLATE", help="What URIs its cases have: urn:example:case:{case}.")
    ] = None,
    epcis_party: Templates = None,
    epcis_place: Templates = None,
    epcis_transfer: Templates = None,
    epcis_turnover: Templates = None,
    epcis_actor: Annotated[str | None, typer.Option(help="Whose statement they are, where the event does not say.")] = None,
    expires_days: Expires = YEAR_DAYS,
    file: SourcesFile = None,
    as_json: Json = False,
) -> None:
    """Add a source and show its key: once, and nowhere else. With --token or --inbox it has none.

    With --epcis-source and --epcis-case it may hand in EPCIS documents (docs/epcis.md).
    """
    entry: dict[str, object] = {"slug": slug, "uris": uri, "roles": role, "types": type_}
    entry |= {"parties": party or [], "may_correct": may_correct or [], "case_prefixes": case_prefix or [ANY]}
    if inbox and token is not None:
        raise stop("either --inbox or --token: a source may get the other later, in the file", USAGE)
    if not types_named(type_):
        raise stop("no type of the catalogue has such a name", USAGE)
    templates = {"parties": epcis_party, "places": epcis_place, "transfers": epcis_transfer, "turnovers": epcis_turnover}
    epcis = {"source": epcis_source, "actor": epcis_actor, "cases": epcis_case, **templates}
    if said := {name: value for name, value in epcis.items() if value}:
        if not (epcis_source and epcis_case):
            raise stop("a source that sends EPCIS needs --epcis-source and --epcis-case", USAGE)
        entry["epcis"] = said
    with file_of(file) as path:
        if inbox:
            edits.append(path, entry | {"inbox": True})
            password = new_password()
            shown = {"user": user_of(slug), "password": password, "acl": acl_line(slug, password), "recipe": recipe(slug)}
            typer.echo(json.dumps({"slug": slug} | shown) if as_json else "\n".join(inbox_lines(**shown)))
            return
        if token is not None:
            issuer, subject = token
            edits.append(path, entry | {"tokens": [{"issuer": issuer, "subject": subject}]})
            typer.echo(json.dumps({"slug": slug}) if as_json else f"{slug} comes with tokens of {issuer}")
            return
        key = edits.add(path, entry, machine_now() + timedelta(days=expires_days))
    typer.echo(json.dumps({"slug": slug, "key": key}) if as_json else key)


def inbox_lines(user: str, password: str, acl: str, recipe: str) -> Iterator[str]:
    yield "A line of the server's ACL file (ACL LOAD, or ACL SETUSER and the words behind `user`):"
    yield acl
    yield f"The password of {user}, shown once:"
    yield password
    yield "How it writes a CloudEvent, and reads what was refused:"
    yield recipe


@sources.command()
def rotate(
    slug: str,
    overlap_days: Annotated[int, typer.Option(min=0, max=90, help="How long the keys of before still open.")] = OVERLAP_DAYS,
    expires_days: Expires = YEAR_DAYS,
    file: SourcesFile = None,
    as_json: Json = False,
) -> None:
    """Give a source a new key, shown once; those of before end with the overlap."""
    now = machine_now()
    with file_of(file) as path:
        key = edits.rotate(path, slug, now + timedelta(days=overlap_days), now + timedelta(days=expires_days))
    typer.echo(json.dumps({"slug": slug, "key": key}) if as_json else key)


@sources.command()
def revoke(
    slug: str,
    key: Annotated[str | None, typer.Option(help="Only this key, by its id of `sources show`.")] = None,
    file: SourcesFile = None,
    as_json: Json = False,
) -> None:
    """Take one key, or every credential, from a source; a running intake follows with its next request."""
    with file_of(file) as path:
        taken = edits.revoke(path, slug, key)
    if key is not None and not taken:
        raise stop(f"{slug} has no key {key}", REFUSED)
    said = f"{slug} has no credentials any more" if key is None else f"{slug} has no key {key} any more"
    typer.echo(json.dumps({"slug": slug, "revoked": True, "credentials": taken}) if as_json else said)


@sources.command("list")
def list_(file: SourcesFile = None, as_json: Json = False) -> None:
    """Show the sources and what they may say; their keys are not known."""
    entries = entries_of(file)
    if as_json:
        typer.echo(json.dumps({"sources": [document_of(each) | {"keys": len(each.keys)} for each in entries]}))
        return
    for each in entries:
        told(each)


@sources.command()
def show(slug: str, file: SourcesFile = None, as_json: Json = False) -> None:
    """Show one source: its grant, and each of its keys by id with its end."""
    entry = next((each for each in entries_of(file) if each.slug == slug), None)
    if entry is None:
        raise stop(f"there is no source {slug}", USAGE)
    if as_json:
        typer.echo(json.dumps(document_of(entry)))
        return
    told(entry)


def entries_of(file: Path | None) -> tuple[Entry, ...]:
    with file_of(file, missing="; `sources add` makes one") as path:
        return read(path).sources


def told(entry: Entry) -> None:
    headline, *lines = lines_of(entry, machine_now())
    out.print(headline, style="bold", markup=False)
    for line in lines:
        out.print(line, markup=False)
