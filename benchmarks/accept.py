"""Events a second through intake's HTTP door, one process, every one on disk before its 202: in batches, and one a request."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import orjson

from benchmarks.load import CloudEvent

BATCH: Final = 100
CLIENTS: Final = 8
"""Enough to keep one process busy while others wait for the disk; more only queue."""


START_S: Final = 30
ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"


def accept_events_s(port: int, key: str, load: Sequence[CloudEvent]) -> float:
    batches = [load[start : start + BATCH] for start in range(0, len(load), BATCH)]
    return len(load) / asyncio.run(_send_all(port, [request(port, key, MANY, batch) for batch in batches]))


def one_a_request_s(port: int, key: str, load: Sequence[CloudEvent]) -> float:
    return len(load) / asyncio.run(_send_all(port, [request(port, key, ONE, event) for event in load]))


def request(port: int, key: str, media_type: str, said: object) -> bytes:
    """A whole HTTP request, written beforehand, so that the clients cost next to nothing."""
    body = orjson.dumps(said)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def bare_endpoint(redis_url: str, port: int) -> Iterator[None]:
    """`benchmarks/bare_endpoint.py` as a process, until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_endpoint", redis_url, str(port)])
    try:
        limit = time.monotonic() + START_S
        while not listening(port):
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the bare endpoint did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


async def _send_all(port: int, requests: list[bytes]) -> float:
    shares = [requests[client::CLIENTS] for client in range(CLIENTS)]
    start = time.perf_counter()
    await asyncio.gather(*(_send(port, share) for share in shares))
    return time.perf_counter() - start


async def _send(port: int, requests: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in requests:
        writer.write(each)
        body = await _answer(reader)
        if b'"problem"' in body:
            raise RuntimeError("an event of the load was not accepted")
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    if " 200 " not in status and " 202 " not in status:
        raise RuntimeError(status)
    length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
    return await reader.readexactly(length)
