"""What was accepted, where, when, and what became of it.

A receipt is kept for ever beside its stream (shared/streams.py); what became of it is what the tracker last published there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from redis.asyncio import Redis

from shared.streams import filed_key, quarantined_key, receipt_field, receipts_key
from shared.terms import STREAMS, Stream

State = Literal["accepted", "filed", "quarantined"]


class Receipt(NamedTuple):
    """Proof of acceptance: the digest of what was said, and where it stands in its stream."""

    stream: Stream
    digest: str
    epoch: str
    seq: int
    entry: str
    recordedtime: str

    @classmethod
    def parse(cls, stream: Stream, kept: str) -> "Receipt":
        digest, epoch, seq, entry, recordedtime = kept.split(" ")
        return cls(stream, digest, epoch, int(seq), entry, recordedtime)

    def document(self) -> dict[str, Any]:
        return {
            "stream": self.stream,
            "epoch": self.epoch,
            "seq": self.seq,
            "entry": self.entry,
            "digest": self.digest,
            "recordedtime": self.recordedtime,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """A receipt, and what became of the event. `reason` says why it is in quarantine."""

    receipt: Receipt
    state: State
    reason: str | None = None


async def outcomes(redis: "Redis", source: str, id: str) -> list[Outcome]:
    """One outcome for each stream that accepted something under this identity."""
    field = receipt_field(source, id)
    async with redis.pipeline(transaction=False) as pipe:
        for stream in STREAMS:
            pipe.execute_command("HGET", receipts_key(stream, source, id), field)
        kept = await pipe.execute()
    receipts = [Receipt.parse(stream, each.decode()) for stream, each in zip(STREAMS, kept, strict=True) if each]
    return [outcome for receipt in receipts for outcome in await judged(redis, receipt.stream, [receipt])]


async def known_receipts(redis: "Redis", identities: Sequence[tuple[Stream, str, str]]) -> list[Receipt | None]:
    """The receipt of each (stream, source, id), where there is one."""
    async with redis.pipeline(transaction=False) as pipe:
        for stream, source, id in identities:
            pipe.execute_command("HGET", receipts_key(stream, source, id), receipt_field(source, id))
        kept = await pipe.execute()
    found = zip(identities, kept, strict=True)
    return [None if each is None else Receipt.parse(stream, each.decode()) for (stream, _, _), each in found]


async def judged(redis: "Redis", stream: Stream, receipts: Sequence[Receipt]) -> list[Outcome]:
    """What became of receipts of one stream.

    The watermark is read first: the tracker publishes quarantined outcomes before the watermark that covers them.
    """
    if not receipts:
        return []
    async with redis.pipeline(transaction=False) as pipe:
        pipe.execute_command("HMGET", filed_key(stream), "epoch", "through")
        pipe.execute_command("HMGET", quarantined_key(stream), *(f"{each.epoch} {each.seq}" for each in receipts))
        (epoch, through), reasons = await pipe.execute()
    filed = ("", 0) if epoch is None else (epoch.decode(), int(through))
    return [outcome(receipt, filed, reason) for receipt, reason in zip(receipts, reasons, strict=True)]


def outcome(receipt: Receipt, filed: tuple[str, int], reason: bytes | None) -> Outcome:
    if reason is not None:
        return Outcome(receipt, "quarantined", reason.decode())
    epoch, through = filed
    return Outcome(receipt, "filed" if receipt.epoch == epoch and receipt.seq <= through else "accepted")
