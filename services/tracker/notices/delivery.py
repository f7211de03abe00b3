"""Whether mail may leave at all, and to whom. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Mode = Literal["log", "allowlist", "live"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`log` sends nothing, `allowlist` only to addresses or `@domains` in the list, `live` to everybody in the directory."""

    mode: Mode = "log"
    allowlist: frozenset[str] = frozenset()

    def reaches(self, address: str) -> bool:
        match self.mode:
            case "log":
                return False
            case "allowlist":
                return listed(address, self.allowlist)
            case "live":
                return True


def listed(address: str, allowlist: Collection[str]) -> bool:
    """A domain stands for itself alone, not for what lies below it; the case of letters makes no difference."""
    entries = {entry.lower() for entry in allowlist}
    whole = address.lower()
    return whole in entries or f"@{whole.rpartition('@')[2]}" in entries
