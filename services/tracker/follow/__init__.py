"""Follow the streams: read what is new and what was left behind, file it, and acknowledge what is committed.

| task | what it sees to |
|---|---|
| reading | entries from FastStream, decoded while the batch before is being committed |
| lane | one a stream: commit, then XACK; while the record is unreachable it waits, and nothing is lost or quarantined |
| reclaimer | entries that a dead process read and never acknowledged; consumers that are gone |
| watchdog | a lost group is made again at 0, a stopped subscriber started again; what cannot be mended ends the process |
| publisher | watermarks and quarantined outcomes to Redis, for intake's receipts; gaps to the record |
"""

from services.tracker.follow.follower import Follower, StreamLost

__all__ = ["Follower", "StreamLost"]
