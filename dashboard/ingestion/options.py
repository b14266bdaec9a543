"""What an import is asked to do, how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from dashboard.ingestion.terms import DateOrder
from database.queries.datasets import Counts
from models.datasets import DatasetKind
from models.errors import UserError
from models.messages import N_, Message

CHUNK_ROWS: Final = 20_000
Choice = TypeVar("Choice", bound=StrEnum)
KINDS: Final = (
    DatasetKind.TRANSACTIONS,
    DatasetKind.CUSTOMERS,
    DatasetKind.MERCHANTS,
    DatasetKind.LABELS,
    DatasetKind.RATES,
    DatasetKind.EVENTS,
)


class AlertsMode(StrEnum):
    """Which of the imported rows may open alerts."""

    NONE = "none"
    RECENT = "recent"
    ALL = "all"


class Decimals(StrEnum):
    """The sign before the decimals of an amount."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read a file into the bank with this code; what is None is found in the file or the bank.

    `mapping` is field → column, `words` field → what the column's words mean, `constants` field → the value
    of every row. With `features` the columns that fill no field are kept beside the rows.
    """

    bank: str
    layout: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    currency: str | None = None
    created_by: int | None = None
    chunk_rows: int = CHUNK_ROWS
    kind: DatasetKind = DatasetKind.TRANSACTIONS
    alerts: AlertsMode = AlertsMode.RECENT
    base_date: date | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    features: bool = False
    dates: DateOrder | None = None
    decimals: Decimals | None = None
    encoding: str | None = None

    @property
    def reading(self) -> dict[str, Any]:
        """Return what decides how a row is read: a resume with other values would mix two readings."""
        given = {
            "layout": self.layout,
            "map": dict(self.mapping),
            "time_zone": self.time_zone,
            "currency": self.currency,
        }
        later = {
            "words": {name: dict(said) for name, said in self.words.items()},
            "constants": dict(self.constants),
            "base_date": self.base_date and self.base_date.isoformat(),
            "features": self.features,
            "dates": self.dates,
            "decimals": self.decimals,
            "encoding": self.encoding,
        }
        return {**given, **{name: value for name, value in later.items() if value}}

    def as_parameters(self, path: Path) -> dict[str, Any]:
        """Return the parameters of a job."""
        own = {"path": str(path), "bank": self.bank, "kind": self.kind.value, "alerts": self.alerts.value}
        return {**own, **self.reading}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any], created_by: int | None = None) -> ImportOptions:
        """Return what `as_parameters` wrote, or a form sent."""
        given = parameters.get
        base_date, dates, decimals = given("base_date"), given("dates"), given("decimals")
        return cls(
            parameters["bank"],
            given("layout"),
            given("map") or {},
            given("time_zone"),
            given("currency"),
            created_by,
            kind=chosen(DatasetKind, given("kind") or DatasetKind.TRANSACTIONS),
            alerts=chosen(AlertsMode, given("alerts") or AlertsMode.RECENT),
            base_date=day_of(base_date) if base_date else None,
            words=given("words") or {},
            constants=given("constants") or {},
            features=bool(given("features")),
            dates=chosen(DateOrder, dates) if dates else None,
            decimals=chosen(Decimals, decimals) if decimals else None,
            encoding=given("encoding"),
        )


def chosen(choices: type[Choice], given: str) -> Choice:
    """Return one of the choices, or say which there are."""
    try:
        return choices(given)
    except ValueError as error:
        known = ", ".join(choices)
        raise UserError(N_("{given} is none of: {known}."), given=given, known=known) from error


def day_of(given: str) -> date:
    """Return a day, or say how one is written."""
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise UserError(N_("{given} is no day; days are written like 2017-01-31."), given=given) from error


class ImportCancelledError(UserError):
    """Somebody asked to cancel the import; what it has committed stays."""

    status = 409


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
    """What an import did; `was_complete` says that the file had been imported before, so nothing was done.

    `notes` say what was taken for granted, like the day that a file's offsets count from; `followed_by` is
    the run that scores the rows.
    """

    job_id: int
    dataset_id: int
    layout: str
    counts: Counts
    rejects_file: Path | None
    rows_before: int = 0
    skipped_hours: int = 0
    doubled_hours: int = 0
    was_complete: bool = False
    notes: tuple[Message, ...] = ()
    followed_by: int | None = None
