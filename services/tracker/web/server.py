"""The web server as one part of a process among others: it stops when the process says so, and owns no signals."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

GRACE_S: Final = 10
"""For requests in flight when the process is told to stop."""

BACKLOG: Final = 2048


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything else starts.

    Raises:
        OSError: the port is taken, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


async def serve(app: FastAPI, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer requests until `stop` is set, and those in flight to their end."""
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S)
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await stop.wait()
    server.should_exit = True
    await serving


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
