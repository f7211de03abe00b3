"""The names that intake and tracker must spell alike in Redis, all on one server (decision 24).

A hash tag holds together what one call of a function touches: the keys of one stream.

| key | type | holds |
|---|---|---|
| `{custody}:events` | stream | entries `epoch`, `seq`, `digest`, `event`; written only by accept |
| `{custody}:seq` | hash | `epoch`, `n`: the last sequence number given out |
| `{custody}:receipts:<shard>` | hash | `<source> <id>` -> `<digest> <epoch> <seq> <entry id> <recordedtime>`; never expires |
| `{custody}:index:<slug>` | sorted set | `<source> <id>` -> place: that source's events in the order of acceptance |
| `{custody}:fence` | string | written on every accept, so that WAIT has a write of its own connection to count from |
| `{custody}:filed` | hash | `epoch`, `through`: the tracker's filed-through watermark |
| `{custody}:quarantined` | hash | `<epoch> <seq>` -> reason, for what ended in quarantine |
| `{inbox}:<slug>` | stream | entries with a field `event`, from that source's producer; gone once their outcome is durable |
| `{refused}:<slug>` | stream | what intake refused of that inbox, and why; never the body |
| `{inbox}::reader` | string | the process whose turn it is to read the inboxes; ends by itself |
| `{epcis}:job:<id>` | hash | an EPCIS document that was taken in and, once done, what became of it instead; ends by itself |
| `{epcis}:pending:<slug>` | list | ids of the jobs of that source that are not done, the oldest first |
| `{epcis}::worker` | string | the process whose turn it is to do the jobs; ends by itself |
"""

from hashlib import blake2b
from typing import Final

from shared.terms import Stream

GROUP: Final = "tracker"
"""The tracker's consumer group, the same on every stream."""

INBOX_READER: Final = "{inbox}::reader"
"""No slug holds a colon, so it is nobody's inbox."""

EPCIS_WORKER: Final = "{epcis}::worker"

RECEIPT_SHARDS: Final = 256
"""Receipts stay for ever: hashes of some ten thousand fields each keep a rehash short even after tens of millions."""


def events_key(stream: Stream) -> str:
    return f"{{{stream}}}:events"


def seq_key(stream: Stream) -> str:
    return f"{{{stream}}}:seq"


def fence_key(stream: Stream) -> str:
    return f"{{{stream}}}:fence"


def filed_key(stream: Stream) -> str:
    return f"{{{stream}}}:filed"


def quarantined_key(stream: Stream) -> str:
    return f"{{{stream}}}:quarantined"


def index_key(stream: Stream, slug: str) -> str:
    return f"{{{stream}}}:index:{slug}"


def inbox_key(slug: str) -> str:
    return f"{{inbox}}:{slug}"


def refused_key(slug: str) -> str:
    return f"{{refused}}:{slug}"


def epcis_job_key(id: str) -> str:
    return f"{{epcis}}:job:{id}"


def epcis_pending_key(slug: str) -> str:
    return f"{{epcis}}:pending:{slug}"


def receipts_key(stream: Stream, source: str, id: str) -> str:
    """The shard that keeps the receipt of (source, id): by hash, never by time, so that it is found without knowing when."""
    shard = int.from_bytes(blake2b(receipt_field(source, id).encode(), digest_size=2).digest()) % RECEIPT_SHARDS
    return f"{{{stream}}}:receipts:{shard:02x}"


def receipt_field(source: str, id: str) -> str:
    """Neither part may contain white space, so the pair cannot be read in two ways."""
    return f"{source} {id}"
