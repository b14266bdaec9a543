"""Batches of typed rows into the database: parties first, then rows, labels and tail in one statement."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from dashboard.ingestion.calendar_columns import calendar_columns, years_of
from dashboard.ingestion.content import content_hashes
from dashboard.ingestion.packing import CODED, pack
from dashboard.ingestion.public_days import public_days
from dashboard.ingestion.rates import convert
from dashboard.ingestion.rows import CUSTOMER_SCHEMA, MERCHANT_SCHEMA, ROW_SCHEMA, conform
from dashboard.ingestion.sources import Lines
from database import loading
from database.connection import Session
from database.loading import BankTerms, Party, Stored
from database.segments.codes import codes_for
from models.labels import LabelSource

MOST_PARTIES_KEPT = 200_000
UNKNOWN_CATEGORY = "other"


@dataclass(slots=True)
class Memory:
    """What a bulk writer keeps from batch to batch of one bank; forget it when a batch fails."""

    terms: BankTerms
    parties: dict[Party, dict[str, int]] = field(default_factory=lambda: {"customers": {}, "merchants": {}})
    codes: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in CODED})
    holidays: frozenset[date] | None = None
    years: set[int] = field(default_factory=set)


def load_rows(
    session: Session,
    memory: Memory,
    dataset_id: int | None,
    rows: pa.Table,
    *,
    customers: pa.Table | None = None,
    merchants: pa.Table | None = None,
    lines: Lines | None = None,
    source: LabelSource = LabelSource.IMPORT,
) -> Stored:
    """Store rows of `ROW_SCHEMA` with their labels and tail records, in the session's transaction.

    `customers` and `merchants` describe those that the bank may not have yet; ids of rows that nobody
    describes are stored bare. Rows whose id is stored already change nothing and are counted. The
    session's scope is the memory's bank.
    """
    rows = conform(rows, ROW_SCHEMA)
    if not rows.num_rows:
        return Stored()
    numbers: dict[str, Mapping[str, int]] = {
        "customer_id": _party_numbers(session, memory, "customers", rows, customers),
        "merchant_id": _party_numbers(session, memory, "merchants", rows, merchants),
        **{kind: _codes(session, memory, kind, rows) for kind in CODED},
    }
    staged = _stage(session, memory, rows, numbers, lines)
    return loading.store_rows(
        session, memory.terms.bank_id, dataset_id, _encoded(staged), count=rows.num_rows, source=source
    )


def _stage(
    session: Session,
    memory: Memory,
    rows: pa.Table,
    numbers: Mapping[str, Mapping[str, int]],
    lines: Lines | None,
) -> pa.Table:
    terms = memory.terms
    derived = calendar_columns(rows["timestamp"], terms.time_zone, _holidays(session, memory, rows))
    money = convert(session, terms.base_currency, rows, derived["local_date"])
    given = {
        **{name: rows[name] for name in rows.column_names if name in loading.STAGED_COLUMNS},
        **derived,
        "amount": money.amount,
        "exchange_rate": money.rate,
        "amount_base": money.base,
        "fraud_score": _four_decimals(rows["fraud_score"]),
        "anomaly_score": _four_decimals(rows["anomaly_score"]),
        "content_hash": content_hashes(rows),
        "line": pa.array(range(1, rows.num_rows + 1)) if lines is None else pa.array(lines),
        "record": pack(rows, money.base_e4, numbers),
    }
    return pa.table({name: given[name] for name in loading.STAGED_COLUMNS})


def _four_decimals(scores: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(scores, ndigits=4, round_mode="half_to_even")


def _encoded(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as CSV without a header: null is nothing, text is quoted."""
    written = io.BytesIO()
    # For an empty chunk Arrow writes bytes of nothing: there must be none.
    arrow_csv.write_csv(table.combine_chunks(), written, arrow_csv.WriteOptions(include_header=False))
    yield written.getvalue()


def _codes(session: Session, memory: Memory, kind: str, rows: pa.Table) -> Mapping[str, int]:
    known = memory.codes[kind]
    wanted = [
        value for value in pc.unique(rows[kind]).to_pylist() if value is not None and value not in known
    ]
    if wanted:
        known |= codes_for(session, kind, wanted)
    return known


def _party_numbers(
    session: Session, memory: Memory, party: Party, rows: pa.Table, described: pa.Table | None
) -> Mapping[str, int]:
    key, schema = (
        ("customer_id", CUSTOMER_SCHEMA) if party == "customers" else ("merchant_id", MERCHANT_SCHEMA)
    )
    known = memory.parties[party]
    if len(known) > MOST_PARTIES_KEPT:
        known.clear()
    ids = pc.drop_null(pc.unique(rows[key]))
    wanted = [identity for identity in ids.to_pylist() if identity not in known]
    if not wanted:
        return known
    known |= loading.numbers_of(session, party, memory.terms.bank_id, wanted)
    absent = [identity for identity in wanted if identity not in known]
    if absent:
        described = _described(absent, described, schema, key)
        table = _customers(described) if party == "customers" else _merchants(described)
        loading.add_parties(session, party, memory.terms.bank_id, _encoded(table))
        known |= loading.numbers_of(session, party, memory.terms.bank_id, absent)
    return known


def _described(absent: list[str], described: pa.Table | None, schema: pa.Schema, key: str) -> pa.Table:
    """Return one row for each absent id: as it was described, or bare."""
    wanted = pa.array(absent, pa.string())
    given = schema.empty_table() if described is None else conform(described, schema)
    given = given.filter(pc.is_in(given[key], value_set=wanted))
    bare = wanted.filter(pc.invert(pc.is_in(wanted, value_set=given[key].combine_chunks())))
    names = {key: bare} | ({"name": bare} if "name" in schema.names else {})
    return pa.concat_tables([given, conform(pa.table(names), schema)])


def _customers(described: pa.Table) -> pa.Table:
    names = zip(described["first_name"].to_pylist(), described["last_name"].to_pylist(), strict=True)
    keys = [search_key(" ".join(filter(None, name))) or None for name in names]
    emails = [email.casefold() if email else None for email in described["email"].to_pylist()]
    keyed = described.append_column("search_key", pa.array(keys, pa.string()))
    keyed = keyed.append_column("email_key", pa.array(emails, pa.string()))
    return keyed.select(list(loading.CUSTOMER_COLUMNS))


def _merchants(described: pa.Table) -> pa.Table:
    keys = [search_key(name) for name in described["name"].to_pylist()]
    keyed = described.append_column("search_key", pa.array(keys, pa.string()))
    place = keyed.column_names.index("category")
    keyed = keyed.set_column(place, "category", keyed["category"].fill_null(UNKNOWN_CATEGORY))
    return keyed.select(list(loading.MERCHANT_COLUMNS))


def search_key(name: str) -> str:
    """Return a name as it is searched for: without case and accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def _holidays(session: Session, memory: Memory, rows: pa.Table) -> Collection[date] | None:
    """Return the bank's holidays, after giving it those of its country in the years of the rows."""
    new = [year for year in years_of(rows["timestamp"]) if year not in memory.years]
    if new:
        bank_id = memory.terms.bank_id
        if memory.terms.country:
            loading.add_holidays(session, bank_id, public_days(memory.terms.country, new))
        memory.holidays = loading.holiday_dates(session, bank_id) or None
        memory.years.update(new)
    return memory.holidays
