"""`python -m services.tracker`: make the record, run the service, look at what it says, and act on it as an operator."""

from pathlib import Path
from typing import Annotated

import psycopg
import structlog
import typer
import uvloop
from redis.exceptions import RedisError

from services.tracker.cli.app import app
from services.tracker.cli.printing import REFUSED, UNREACHABLE, USAGE, fail
from services.tracker.cli.session import configured
from shared import logs

__all__ = ["app"]


@app.command()
def run(
    roles: Annotated[str | None, typer.Option(help="Comma-separated: follow, notices, web (TRACKER_ROLES).")] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen (TRACKER_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (TRACKER_PORT).")] = None,
    clock: Annotated[Path | None, typer.Option(help="A story clock's file, for a demo or a test.")] = None,
) -> None:
    """Follow the streams, send what is due, show the record, until told to stop."""
    from services.tracker import app as service

    given = configured(roles=roles, host=host, port=port, clock=clock)
    logs.configure("tracker", given.log_level)
    try:
        uvloop.run(service.run(given))
    except service.CannotRun as reason:
        fail(REFUSED, str(reason))
    except ValueError as wrong:
        fail(USAGE, str(wrong))
    except psycopg.OperationalError:
        fail(UNREACHABLE, "the record does not answer (TRACKER_DATABASE_URL)")
    except RedisError:
        fail(UNREACHABLE, "Redis does not answer (TRACKER_REDIS_URL)")
    except ExceptionGroup as ended:
        structlog.get_logger().error("tracker.ended", exc_info=ended.exceptions[0])
        raise typer.Exit(REFUSED) from None
    except OSError as wrong:
        fail(REFUSED, f"cannot listen on {given.host}, port {given.port}: {wrong.strerror}")


if __name__ == "__main__":
    app()
