"""Valkey and PostgreSQL from wheels, for a laptop, the demo and the tests. Services only ever get URLs."""

from embedded.handle import EmbeddedError, Servers, servers
from embedded.mailbox import Mail, Mailbox

__all__ = ["EmbeddedError", "Mail", "Mailbox", "Servers", "servers"]
