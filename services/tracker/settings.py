"""What an operator sets, from the environment (`TRACKER_*`) or from files of secrets."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.redis_urls import with_password

RoleName = Literal["follow", "notices", "web"]
"""What one process does; any number of processes may share the roles out between them."""
ROLE_NAMES: Final[tuple[RoleName, ...]] = get_args(RoleName)

Delivery = Literal["log", "allowlist", "live"]

SECRETS: Final = Path("/run/secrets")
"""Where container engines mount secrets: a file `tracker_database_url` there is read like the variable of that name."""


class Settings(BaseSettings):
    """One field a variable: `redis_url` is `TRACKER_REDIS_URL`. Nothing here changes while a process runs."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", frozen=True, secrets_dir=SECRETS if SECRETS.is_dir() else None)

    redis_url: str = "redis://127.0.0.1:6379/0"
    """The streams. `unix://` for a socket."""
    redis_password_file: Path | None = None
    """Holds the password of the user that `redis_url` names."""
    database_url: str = "postgresql://127.0.0.1/rosette"
    """The record. Every process holds up to `pool_size` connections."""
    pool_size: Annotated[int, Field(ge=4, le=100)] = 12

    roles: Annotated[frozenset[RoleName], NoDecode] = frozenset(ROLE_NAMES)
    """Comma-separated. A process without `web` has no health endpoints: watch its exit code."""
    host: str = "127.0.0.1"
    """Anything but loopback needs `token_file` or `readers`: else whoever reaches the port reads about families."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8082
    token_file: Path | None = None
    """Holds the bearer token of the API, at least 16 characters; read once, at the start."""
    readers: Path | None = None
    """Who else may look, and as which role: a TOML file, read again when it changes."""
    clock: Path | None = None
    """A story clock's file, for a demo or a test. With it `POST /v1/clock` exists; never where facts are real."""
    policy: Path = Path("deploy/policy.toml")
    """Recorded by `migrate` as the first policy. Later it is only compared: a difference is reported, not obeyed."""

    smtp_url: str = "smtp://127.0.0.1:25"
    """The mail server: `smtp://`, `smtp+starttls://` or `smtps://`, user and password before the host."""
    mail_from: str = "rosette@localhost"
    delivery: Delivery = "log"
    """`log` sends nothing and says what it would have sent; `allowlist` sends only to `allowlist`; `live` sends."""
    allowlist: Annotated[frozenset[str], NoDecode] = frozenset()
    """Comma-separated addresses, or domains as `@example.org`."""
    lease_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """How long a claimed notice belongs to the process that claimed it. More than twice `smtp_timeout_s`."""
    smtp_timeout_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    """For all that comes before DATA together, and once more for DATA and its answer."""

    reclaim_idle_ms: Annotated[int, Field(ge=50)] = 60_000
    """An entry read and not acknowledged for so long is taken over. Longer than the slowest batch."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def streams_url(self) -> str:
        """Raises ValueError: the password cannot be had."""
        return with_password(self.redis_url, self.redis_password_file)

    @field_validator("roles", "allowlist", mode="before")
    @classmethod
    def _comma_separated(cls, given: Any) -> Any:
        return frozenset(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _exposed_only_with_a_credential(self) -> Self:
        if self.token_file is None and self.readers is None and not is_loopback(self.host):
            raise ValueError("TRACKER_HOST is not loopback: TRACKER_TOKEN_FILE or TRACKER_READERS is needed")
        if self.lease_s <= 2 * self.smtp_timeout_s:
            raise ValueError("TRACKER_LEASE_S must be longer than twice TRACKER_SMTP_TIMEOUT_S")
        return self


class Unusable(ValueError):
    """The settings cannot be worked with; the message names the variable and never its value."""


def settings(**given: Any) -> Settings:
    """The environment's settings, with what the command line gave (None: not given) in their place.

    Raises:
        Unusable: a value is impossible, or the service would be open to the network without a credential.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        named = "".join(f"TRACKER_{str(step).upper()}: " for step in first["loc"][:1])
        raise Unusable(named + first["msg"].removeprefix("Value error, ")) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than `localhost` may resolve to anything: no."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
