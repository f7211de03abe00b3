"""The commands by the names under which they are typed; `run` joins them in `__main__`, which knows the service."""

import typer

from services.tracker.cli import keep, look, make
from services.tracker.cli.directory import directory
from services.tracker.cli.notices import notices
from services.tracker.cli.policy import policy

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they would print what an exception was about
    help="Tracker evolves: it files every fact, works out what the case now is, and what that obliges someone to do. "
    "Exit codes: 0 done, 1 not found or refused, 2 usage or settings, 3 the record or Redis does not answer.",
)
for command in (make.migrate, make.openapi, look.streams, look.cases, keep.freeze, keep.unfreeze):
    app.command()(command)
app.add_typer(notices, name="notices")
app.add_typer(keep.quarantine, name="quarantine")
app.add_typer(directory, name="directory")
app.add_typer(policy, name="policy")
