"""A copy of a frozen dataclass with other values in some fields: what the fold does most."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:

    def changed(before: Any, /, **changes: Any) -> Any:
        """`dataclasses.replace`, several times faster: it skips `__init__`, so it is for classes that keep a `__dict__`.

        The type checker reads it as `replace`, so a misspelt field is found there.
        """
        after = object.__new__(type(before))
        fields = before.__dict__.copy()
        fields.update(changes)
        object.__setattr__(after, "__dict__", fields)
        return after


__all__ = ["changed"]
