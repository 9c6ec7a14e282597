"""How far each device's readings were delivered, kept over restarts.

Losing it does no harm: what is sent again is a duplicate.
"""

import json
from pathlib import Path


class Progress:
    """``newest`` and ``oldest`` delivered time of each device of one source, in seconds since 1970."""

    def __init__(self, file: Path, source_id: str) -> None:
        self._file = file
        self._source_id = source_id
        self._changed = False
        self._spans: dict[str, tuple[int, int]] = {}
        try:
            found = json.loads(file.read_text())
        except (FileNotFoundError, ValueError):
            found = {}
        if found.get("source") == source_id:
            self._spans = {urn: (span[0], span[1]) for urn, span in found["spans"].items()}

    def newest(self, urn: str) -> int | None:
        """The time up to which a device has delivered, or None if it never did."""
        return self._spans[urn][1] if urn in self._spans else None

    def oldest(self, urn: str) -> int | None:
        """The time back to which a device has delivered its past, or None if it never did."""
        return self._spans[urn][0] if urn in self._spans else None

    def extend(self, urn: str, since: int, until: int) -> None:
        """Note that everything after ``since`` and up to ``until`` was delivered."""
        first, last = self._spans.get(urn, (since, until))
        self._spans[urn] = min(first, since), max(last, until)
        self._changed = True

    def save(self) -> None:
        """Write what changed."""
        if not self._changed:
            return
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps({"source": self._source_id, "spans": self._spans}))
        draft.replace(self._file)
        self._changed = False
