"""What an import is asked to do, how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from database.queries.datasets import Counts

CHUNK_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read a file into the bank with this code; what is None is found in the file or the bank."""

    bank: str
    layout: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    currency: str | None = None
    created_by: int | None = None
    chunk_rows: int = CHUNK_ROWS

    @property
    def reading(self) -> dict[str, Any]:
        """Return what decides how a row is read: a resume with other values would mix two readings."""
        return {
            "layout": self.layout,
            "map": dict(self.mapping),
            "time_zone": self.time_zone,
            "currency": self.currency,
        }

    def as_parameters(self, path: Path) -> dict[str, Any]:
        """Return the parameters of a job."""
        return {"path": str(path), "bank": self.bank, **self.reading}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> ImportOptions:
        """Return what `as_parameters` wrote."""
        return cls(
            parameters["bank"],
            parameters.get("layout"),
            parameters.get("map") or {},
            parameters.get("time_zone"),
            parameters.get("currency"),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is; `rows_before` were read by earlier attempts."""

    counts: Counts
    bytes_total: int
    rows_before: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Return the rate of this attempt."""
        return (self.counts.read - self.rows_before) / self.seconds if self.seconds else 0.0

    @property
    def share(self) -> float:
        """Return the read share of the file, 0 to 1."""
        return self.counts.bytes_read / self.bytes_total if self.bytes_total else 1.0


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; `was_complete` says that the file had been imported before, so nothing was done."""

    job_id: int
    dataset_id: int
    layout: str
    counts: Counts
    rejects_file: Path | None
    rows_before: int = 0
    skipped_hours: int = 0
    doubled_hours: int = 0
    was_complete: bool = False
