"""Intake's settings, each from an environment variable `INTAKE_<NAME>`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.redis_urls import with_password

Durability = Literal["checked", "asserted"]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="INTAKE_", frozen=True)

    redis_url: str = "redis://127.0.0.1:6379/0"
    """The streams. `redis://`, `rediss://` or `unix://`; a password belongs in the user part."""

    redis_password_file: Path | None = None
    """Holds the password of the user that `redis_url` names."""

    @property
    def streams_url(self) -> str:
        """Raises ValueError: the password cannot be had."""
        return with_password(self.redis_url, self.redis_password_file)

    sources: Path = Path("sources.toml")
    """Who may say what: a TOML file, read again when it changes."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8081

    replicas: Annotated[int, Field(ge=0, le=16)] = 0
    """How many replicas must confirm before a sender hears 202. With too few of them alive nothing is accepted any more."""

    redis_durability: Durability = "checked"
    """`checked`: start only where the server is seen to keep what it acknowledges. `asserted`: the operator answers for it,
    where CONFIG is forbidden; readiness and metrics say so."""

    source_events_s: Annotated[int, Field(ge=1)] = 5000
    """Events a second that one source may send to one process; four seconds of it at once."""

    lag_limit: Annotated[int, Field(ge=0)] = 200_000
    """Events accepted and not filed, from which on the sources share what the tracker files. Each takes about a kilobyte of
    the server's memory until it is trimmed."""

    inbox_limit: Annotated[int, Field(ge=1)] = 10_000
    """Entries that may wait in one inbox; what is written beyond is refused, the newest first. At most 64 KiB each, or some
    600 MiB an inbox in the worst case: it is part of the server's memory."""

    clock: Path | None = None
    """A story clock's file, for a demo or a test; without one the machine's clock."""
