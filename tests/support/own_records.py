"""What two exchanges noted of calls themselves (CEL): which of them took each, and how long it lived there."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from dispatch.calls.records import CEL_FIELDS, RECEPTION

ONE, TWO = "exchange1", "exchange2"


@dataclass(frozen=True)
class OwnRecords:
    """Their files below a spool."""

    spool: Path

    def answered_by(self, callers: Collection[str]) -> Counter[str]:
        """On which exchange callers came in."""
        return Counter(node for node, row in self._came_in() if row["caller"] in callers)

    def lives(self) -> dict[str, float]:
        """Seconds from answer to hang-up of each call where it came in."""
        ends = {(node, row["uniqueid"]): float(row["at"]) for node, row in self._all() if row["event"] == "HANGUP"}
        return {row["call_id"]: ends[node, row["uniqueid"]] - float(row["at"]) for node, row in self._came_in() if (node, row["uniqueid"]) in ends}

    def answered(self) -> dict[str, float]:
        """The moment at which each call was answered where it came in."""
        return {row["call_id"]: float(row["at"]) for _, row in self._came_in()}

    def _came_in(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield from ((node, row) for node, row in self._all() if row["event"] == "ANSWER" and row["context"] == RECEPTION)

    def _all(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Each row with the exchange that wrote it."""
        for node, folder in {ONE: self.spool / "cel", TWO: self.spool / "cel" / TWO}.items():
            rows = (row for path in folder.glob("*.csv*") for row in csv.reader(path.read_text(errors="replace").splitlines()))
            yield from ((node, dict(zip(CEL_FIELDS, row, strict=False))) for row in rows)
