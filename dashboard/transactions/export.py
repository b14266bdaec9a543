"""Exactly what is filtered as a file, streamed from one snapshot: CSV with its receipt in a ZIP, or Parquet.

The receipt says the filter, the version of the data, what the columns and the sum mean, how many rows
there are and what they add up to; a Parquet file carries it in its metadata under `vigie.receipt`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.filters import VERSION, Filters
from dashboard.seen import seen
from dashboard.spreadsheets import harmless
from dashboard.view import View
from database.connection import Session, read_only
from database.queries.rows import newest_rows
from database.queries.stored_transaction import StoredTransaction
from database.segments import data_version
from models.access import Person
from models.errors import UserError
from models.messages import N_
from models.transactions import VOLUME_TYPES
from models.units import E4

PAGE: Final = 2_000
DEFINITION: Final = (
    "One row a transaction, newest first. amount is in its own currency; amount_base is in the bank's base "
    "currency by the rate of that day, empty without a rate. sum adds the money that leaves the payer "
    "(purchase, payment, debit, transfer, cash_out) in the currency named; unconverted rows are in no sum. "
    "is_fraud is the label known when the file was made, empty where there is none. Times are in UTC."
)
_HIDDEN: Final = {"card_fingerprint", "ingest_seq", "bank_id"}


class Kind(StrEnum):
    """What a file is."""

    CSV = "csv"
    PARQUET = "parquet"


_ENDINGS: Final = {
    Kind.CSV: ("zip", "application/zip"),
    Kind.PARQUET: ("parquet", "application/vnd.apache.parquet"),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be: its name, what it is, and its bytes as they come."""

    name: str
    mimetype: str
    pieces: Iterator[bytes]


@dataclass(slots=True)
class Told:
    """What the rows that have been written add up to."""

    rows: int = 0
    sum_e4: int = 0
    unconverted: int = 0

    def add(self, row: StoredTransaction, *, native: bool) -> None:
        """Count a row."""
        self.rows += 1
        if row.transaction_type in VOLUME_TYPES:
            amount = row.amount if native else row.amount_base
            self.unconverted += amount is None
            self.sum_e4 += 0 if amount is None else int(amount * E4)


def export(person: Person, query: str, kind: Kind, *, now: datetime) -> Export:
    """Return the file of an address; an address that cannot be meant in full is refused."""
    filters = Filters.from_query(query)
    with read_only(banks=person.banks) as session:
        view = _view(session, person, query, now)
    banks = "+".join(bank.code for bank in view.banks)
    ending, mimetype = _ENDINGS[kind]
    name = f"transactions-{banks}-{view.span.first_day}-{view.span.last_day}.{ending}"
    write = {Kind.CSV: _csv, Kind.PARQUET: _parquet}[kind]
    return Export(name, mimetype, _pieces(person, filters, view, write))


def _view(session: Session, person: Person, query: str, now: datetime) -> View:
    found = seen(session, person, query, now=now)
    if found.problems:
        raise UserError(found.problems[0].msgid, **found.problems[0].params)
    if found.view is None:
        raise UserError(N_("No bank is yours yet."))
    return found.view


Pages = Iterator[tuple[StoredTransaction, ...]]
Write = Callable[[Pages, Callable[[], dict[str, Any]]], Iterator[bytes]]


def _pieces(person: Person, filters: Filters, view: View, write: Write) -> Iterator[bytes]:
    codes = tuple(bank.code for bank in view.banks)
    told = Told()
    with read_only(banks=codes) as session:
        receipt = _receipt(session, person, filters, view)
        pages = _pages(session, view, told)
        yield from write(pages, lambda: receipt | _sums(told, view))


def _pages(session: Session, view: View, told: Told) -> Pages:
    selection, after = replace(view.selection(), previous=None), None
    while found := newest_rows(session, selection, limit=PAGE, after=after):
        for row in found:
            told.add(row, native=selection.currency is not None)
        yield found
        after = found[-1].cursor


def _receipt(session: Session, person: Person, filters: Filters, view: View) -> dict[str, Any]:
    return {
        "what": "transactions",
        "filter": filters.to_query(),
        "filter_version": VERSION,
        "banks": [bank.code for bank in view.banks],
        "since": view.span.since.isoformat(),
        "until": view.span.until.isoformat(),
        "zone": view.zone,
        "data_version": data_version(session),
        "made_at": view.now.astimezone(UTC).isoformat(),
        "made_by": person.username,
        "definition": DEFINITION,
    }


def _sums(told: Told, view: View) -> dict[str, Any]:
    return {
        "rows": told.rows,
        "sum": None if view.currency is None else str(Decimal(told.sum_e4) / E4),
        "currency": view.currency,
        "unconverted": told.unconverted,
    }


class _Outlet(io.RawIOBase):
    """What writers write into and the response takes from."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """It takes what is written."""
        return True

    def write(self, data: Any) -> int:
        """Keep what is written until it is taken."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Return how much was written."""
        return self._written

    def take(self) -> bytes:
        """Return what has been written since."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


COLUMNS: Final = tuple(field.name for field in fields(StoredTransaction) if field.name not in _HIDDEN)


def _csv(pages: Pages, receipt: Callable[[], dict[str, Any]]) -> Iterator[bytes]:
    outlet, digest = _Outlet(), hashlib.sha256()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("transactions.csv", "w", force_zip64=True) as member:
            for text in _csv_texts(pages):
                digest.update(text)
                member.write(text)
                yield outlet.take()
        told = receipt() | {"sha256": digest.hexdigest()}
        archive.writestr("receipt.json", json.dumps(told, indent=2, ensure_ascii=False))
    yield outlet.take()


def _csv_texts(pages: Pages) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\r\n").encode()
    for found in pages:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in found)
        yield text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal | date):
        return str(value)
    return harmless(str(value))


_TYPES: Final[dict[str, pa.DataType]] = {
    "str": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "Decimal": pa.decimal128(38, 8),
}


def _schema() -> pa.Schema:
    kinds = {field.name: str(field.type).removesuffix(" | None") for field in fields(StoredTransaction)}
    return pa.schema([(name, _TYPES.get(kinds[name], pa.string())) for name in COLUMNS])


def _parquet(pages: Pages, receipt: Callable[[], dict[str, Any]]) -> Iterator[bytes]:
    outlet, schema = _Outlet(), _schema()
    with pq.ParquetWriter(pa.PythonFile(outlet, mode="w"), schema, compression="zstd") as writer:
        for found in pages:
            columns = {name: [_stored(getattr(row, name)) for row in found] for name in COLUMNS}
            writer.write_table(pa.table(columns, schema=schema))
            yield outlet.take()
        told = json.dumps(receipt(), ensure_ascii=False)
        writer.add_key_value_metadata({"vigie.receipt": told})
    yield outlet.take()


def _stored(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if type(value).__name__.startswith("IPv") else value
