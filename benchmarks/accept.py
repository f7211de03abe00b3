"""Events a second through intake's HTTP door: batches of 100, one process, every one on disk before its 202."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import orjson

from benchmarks.load import CloudEvent

BATCH: Final = 100
CLIENTS: Final = 8
"""Enough to keep one process busy while others wait for the disk; more only queue."""


def accept_events_s(port: int, key: str, load: Sequence[CloudEvent]) -> float:
    requests = [request(port, key, load[start : start + BATCH]) for start in range(0, len(load), BATCH)]
    return len(load) / asyncio.run(_send_all(port, requests))


def request(port: int, key: str, batch: Sequence[CloudEvent]) -> bytes:
    """A whole HTTP request, written beforehand, so that the clients cost next to nothing."""
    body = orjson.dumps(batch)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/cloudevents-batch+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


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
        if any(item["status"] != 202 for item in orjson.loads(body)):
            raise RuntimeError("an event of the load was not accepted")
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    if " 200 " not in status:
        raise RuntimeError(status)
    length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
    return await reader.readexactly(length)
