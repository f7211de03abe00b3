"""The line to the server: calls go together, each gets its own answer, and none waits behind a server that is away."""

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import ResponseError

from services.intake.line import Line


class Server:
    """Answers each call with itself, in groups that a test lets through."""

    def __init__(self, *, fails: Exception | None = None, refuses: Exception | None = None, replicas: int = 0) -> None:
        self.groups: list[list[Any]] = []
        self.refuses = refuses
        self.open = asyncio.Event()
        self.fails = fails
        self.replicas = replicas

    def pipeline(self, *, transaction: bool) -> "Pipeline":
        assert not transaction
        return Pipeline(self)


class Pipeline:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.calls: list[Any] = []

    async def __aenter__(self) -> "Pipeline":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def execute_command(self, *call: Any) -> None:
        self.calls.append(call)

    async def execute(self, *, raise_on_error: bool) -> list[Any]:
        assert not raise_on_error
        self.server.groups.append(self.calls)
        await self.server.open.wait()
        if self.server.fails is not None:
            raise self.server.fails
        answers = [self.answer(call) for call in self.calls]
        for start, end in self.transactions():
            if self.server.refuses is not None:
                answers[start], answers[end] = self.server.refuses, ResponseError("EXEC without MULTI")
            else:
                answers[end], answers[start + 1 : end] = answers[start + 1 : end], [b"QUEUED"] * (end - start - 1)
        return answers

    def transactions(self) -> list[tuple[int, int]]:
        words = [call[0] for call in self.calls]
        return [(words.index("MULTI"), words.index("EXEC"))] if "MULTI" in words else []

    def answer(self, call: Any) -> Any:
        if call[0] == "WAIT":
            return self.server.replicas
        return ResponseError("no") if call[0] == "BAD" else call


def line_to(server: Any, replicas: int = 0) -> Line:
    return Line(server, replicas, 1000)


async def test_calls_that_come_while_one_is_on_its_way_go_together_and_each_gets_its_own_answer() -> None:
    server = Server(replicas=2)
    line = line_to(server, replicas=1)
    calls = [asyncio.create_task(line.call([word])) for word in ("A", "B", "BAD", "C")]
    await asyncio.sleep(0)
    late = asyncio.create_task(line.call(["D"]))
    server.open.set()
    answers = await asyncio.gather(*calls, late, return_exceptions=True)
    assert [getattr(each, "said", type(each)) for each in answers] == [("A",), ("B",), ResponseError, ("C",), ("D",)]
    assert [getattr(each, "confirmed", None) for each in answers] == [2, 2, None, 2, 2]
    assert len(server.groups) == 2
    assert all(group[-1] == ("WAIT", 1, 1000) for group in server.groups)


async def test_a_group_travels_as_one_transaction_and_a_single_call_as_it_is() -> None:
    server = Server()
    line = line_to(server)
    server.open.set()
    await asyncio.gather(*(line.call([word]) for word in ("A", "B")))
    await line.call(["C"])
    assert server.groups == [[("MULTI",), ("A",), ("B",), ("EXEC",)], [("C",)]]


async def test_where_the_server_takes_no_transaction_each_hears_why() -> None:
    server = Server(refuses=NotConnected("LOADING"))
    line = line_to(server)
    server.open.set()
    answers = await asyncio.gather(*(line.call([word]) for word in ("A", "B")), return_exceptions=True)
    assert [type(each) for each in answers] == [NotConnected] * 2


async def test_where_the_server_is_away_those_behind_hear_it_too_and_the_line_goes_on_afterwards() -> None:
    server = Server(fails=NotConnected("away"))
    line = line_to(server)
    first = asyncio.create_task(line.call(["A"]))
    await asyncio.sleep(0.01)
    behind = asyncio.create_task(line.call(["B"]))
    await asyncio.sleep(0.01)
    server.open.set()
    assert [type(each) for each in await asyncio.gather(first, behind, return_exceptions=True)] == [NotConnected] * 2
    assert len(server.groups) == 1
    server.fails = None
    assert (await line.call(["C"])).said == ("C",)


async def test_a_caller_that_has_gone_costs_the_others_nothing() -> None:
    server = Server()
    line = line_to(server)
    gone, here = asyncio.create_task(line.call(["A"])), asyncio.create_task(line.call(["B"]))
    await asyncio.sleep(0.01)
    gone.cancel()
    server.open.set()
    assert (await here).said == ("B",)
    with pytest.raises(asyncio.CancelledError):
        await gone
