"""What a bulk writer learns of its bank and keeps from batch to batch: numbers, codes, holidays, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.calendar_columns import years_of
from dashboard.ingestion.encoding import encoded
from dashboard.ingestion.packing import CODED
from dashboard.ingestion.public_days import public_days
from dashboard.ingestion.rows import CUSTOMER_SCHEMA, MERCHANT_SCHEMA, conform
from dashboard.names import search_key
from database import loading
from database.connection import Session
from database.loading import BankTerms, Party
from database.queries import events
from database.rate_lock import keep_rates, version_of_rates
from database.segments.codes import codes_for

MOST_KEPT: Final = 200_000
UNKNOWN_CATEGORY: Final = "other"
_PARTIES: Final[Mapping[str, tuple[Party, pa.Schema]]] = {
    "customer_id": ("customers", CUSTOMER_SCHEMA),
    "merchant_id": ("merchants", MERCHANT_SCHEMA),
}
Rates = dict[tuple[str, date], Decimal | None]


@dataclass(slots=True)
class Memory:
    """What is known of one bank; forget it when a batch fails, for its transaction took it back.

    Customers and merchants that it adds are of `dataset_id`.

    `numbers` are those of customers and merchants by id, and of the codes by kind; a rate of None says
    that there is none for the day.
    """

    terms: BankTerms
    dataset_id: int | None = None
    numbers: dict[str, dict[str, int]] = field(
        default_factory=lambda: {name: {} for name in (*_PARTIES, *CODED)}
    )
    rates: Rates = field(default_factory=dict)
    rates_version: str | None = None
    holidays: frozenset[date] | None = None
    years: set[int] = field(default_factory=set)

    def learn(
        self, session: Session, rows: pa.Table, customers: pa.Table | None, merchants: pa.Table | None
    ) -> None:
        """Learn all that staging these rows takes, storing parties and codes that are new."""
        self._learn_parties(session, "customer_id", rows, customers)
        self._learn_parties(session, "merchant_id", rows, merchants)
        for kind in CODED:
            known = self.numbers[kind]
            wanted = [value for value in _distinct(rows[kind]) if value not in known]
            if wanted:
                known |= codes_for(session, kind, wanted)
        self._learn_holidays(session, rows)
        self._learn_rates(session, rows)

    def _learn_parties(self, session: Session, key: str, rows: pa.Table, described: pa.Table | None) -> None:
        party, schema = _PARTIES[key]
        known = self.numbers[key]
        if len(known) > MOST_KEPT:
            known.clear()
        wanted = [identity for identity in _distinct(rows[key]) if identity not in known]
        if not wanted:
            return
        known |= loading.numbers_of(session, party, self.terms.bank_id, wanted)
        absent = [identity for identity in wanted if identity not in known]
        if absent:
            table = _described(absent, described, schema, key)
            keyed = _customers(table) if party == "customers" else _merchants(table)
            loading.add_parties(session, party, self.terms.bank_id, [encoded(keyed)], self.dataset_id)
            known |= loading.numbers_of(session, party, self.terms.bank_id, absent)

    def _learn_holidays(self, session: Session, rows: pa.Table) -> None:
        """Give the bank the holidays of its country in the years of the rows, and read all it has."""
        new = [year for year in years_of(rows["timestamp"]) if year not in self.years]
        if new:
            if self.terms.country:
                days = public_days(self.terms.country, new)
                events.add_holidays(session, self.terms.bank_id, days)
            self.holidays = events.holiday_dates(session, self.terms.bank_id) or None
            self.years.update(new)

    def keep_rates_still(self, session: Session, rows: pa.Table) -> str | None:
        """Keep the rates that these rows need until the transaction ends; return which to stage them by.

        Rates that have changed since they were learned are forgotten; what was staged by an earlier version
        is to be staged again.
        """
        if not self._foreign(rows):
            return self.rates_version
        keep_rates(session, self.terms.base_currency)
        version = version_of_rates(session, self.terms.base_currency)
        if version != self.rates_version:
            # In this order: who reads the version in another thread finds no rate older than it.
            self.rates.clear()
            self.rates_version = version
        return version

    def _foreign(self, rows: pa.Table) -> list[str]:
        return [code for code in _distinct(rows["currency"]) if code != self.terms.base_currency]

    def _learn_rates(self, session: Session, rows: pa.Table) -> None:
        foreign = self._foreign(rows)
        if not foreign:
            return
        self.keep_rates_still(session, rows)
        if len(self.rates) > MOST_KEPT:
            self.rates.clear()
        # A day's margin on either side: which day it is depends on the zone.
        bounds = pc.min_max(rows["timestamp"].cast(pa.date32(), safe=False)).as_py()
        days = [
            date.fromordinal(n) for n in range(bounds["min"].toordinal() - 1, bounds["max"].toordinal() + 2)
        ]
        found = loading.rates_between(session, self.terms.base_currency, foreign, days[0], days[-1])
        self.rates |= {(code, day): found.get((code, day)) for code in foreign for day in days}


def _distinct(column: pa.ChunkedArray) -> list[str]:
    values: list[str] = pc.drop_null(pc.unique(column)).to_pylist()
    return values


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
