"""How rows of each other kind are stored: a batch of typed columns, in the transaction that counts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.encoding import encoded
from dashboard.ingestion.late_labels import store_labels
from dashboard.ingestion.sources import Lines, Reject
from dashboard.names import search_key
from database.connection import Session
from database.loading import BankTerms, Party
from database.queries import described, events, rates
from models.datasets import DatasetKind


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch."""

    accepted: int
    duplicates: int
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of typed columns with the lines that they come from."""

    columns: Mapping[str, pa.Array]
    lines: Lines
    by: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def table(self, kinds: Mapping[str, pa.DataType]) -> pa.Table:
        """Return these columns, those that are absent as nulls."""
        count = len(self.lines)
        return pa.table({name: self.columns.get(name, pa.nulls(count, kind)) for name, kind in kinds.items()})


_TEXT, _DATE = pa.string(), pa.date32()


def _parties(session: Session, terms: BankTerms, dataset_id: int, rows: Rows, party: Party) -> Written:
    key, columns = described.DESCRIBED[party]
    kinds = {name: _ARROW.get(kind.split(" ")[0], _TEXT) for name, kind in columns.items()}
    given = rows.table(kinds)
    # The last line about somebody holds.
    last = {identity: place for place, identity in enumerate(given[key].to_pylist())}
    given = given.take(pa.array(list(last.values()), pa.int64()))
    given = given.set_column(given.column_names.index("search_key"), "search_key", _search_keys(given, party))
    if party == "customers":
        emails = pc.utf8_lower(given["email"])
        given = given.set_column(given.column_names.index("email_key"), "email_key", emails)
    added, completed = described.describe(session, party, terms.bank_id, dataset_id, [encoded(given)])
    return Written(added + completed, len(rows.lines) - added - completed)


_ARROW: Final[Mapping[str, pa.DataType]] = {
    "int": pa.int64(),
    "date": _DATE,
    "double": pa.float64(),
    "timestamptz": pa.timestamp("us", "UTC"),
}


def _search_keys(given: pa.Table, party: Party) -> pa.Array:
    if party == "merchants":
        return pa.array([name and search_key(name) for name in given["name"].to_pylist()], _TEXT)
    names = zip(given["first_name"].to_pylist(), given["last_name"].to_pylist(), strict=True)
    return pa.array([search_key(" ".join(filter(None, name))) or None for name in names], _TEXT)


def _customers(session: Session, terms: BankTerms, dataset_id: int, rows: Rows) -> Written:
    return _parties(session, terms, dataset_id, rows, "customers")


def _merchants(session: Session, terms: BankTerms, dataset_id: int, rows: Rows) -> Written:
    return _parties(session, terms, dataset_id, rows, "merchants")


def _labels(session: Session, terms: BankTerms, dataset_id: int, rows: Rows) -> Written:
    added, said_before, rejects = store_labels(session, terms, dataset_id, rows.columns, rows.lines, rows.by)
    return Written(added, said_before, tuple(rejects))


def _rates(session: Session, terms: BankTerms, dataset_id: int, rows: Rows) -> Written:
    given = rows.table({"rate_date": _DATE, "currency": _TEXT, "base_currency": _TEXT, "rate": pa.float64()})
    base = given["base_currency"].fill_null(terms.base_currency)
    given = given.set_column(2, "base_currency", base).append_column("line", pa.array(rows.lines))
    changed, _ = rates.store(session, [encoded(given)], rates.source_of(dataset_id))
    return Written(changed, len(rows.lines) - changed)


def _events(session: Session, terms: BankTerms, dataset_id: int, rows: Rows) -> Written:
    given = rows.table({"event_name": _TEXT, "event_date": _DATE, "event_type": _TEXT, "description": _TEXT})
    kind = given["event_type"].fill_null("custom")
    given = given.set_column(2, "type", kind).append_column("line", pa.array(rows.lines))
    added, holidays = events.store(session, terms.bank_id, dataset_id, [encoded(given)])
    if holidays:
        events.mark_holidays(session, terms.bank_id, holidays)
    return Written(added, len(rows.lines) - added)


Store = Callable[[Session, BankTerms, int, Rows], Written]
STORES: Final[Mapping[DatasetKind, Store]] = {
    DatasetKind.CUSTOMERS: _customers,
    DatasetKind.MERCHANTS: _merchants,
    DatasetKind.LABELS: _labels,
    DatasetKind.RATES: _rates,
    DatasetKind.EVENTS: _events,
}
