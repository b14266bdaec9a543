"""The dry run of a file of customers, merchants, labels, rates or days: what of it the bank has already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from dashboard.ingestion.late_labels import unknown_of, unsaid_of
from dashboard.ingestion.sources import Reject
from dashboard.ingestion.stores import Rows
from database.connection import Session
from database.loading import BankTerms, Party, numbers_of
from database.queries import checking
from database.queries.labels import Statement
from models.datasets import DatasetKind

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a batch would bring: a key for each line that can be stored, and those keys that are known."""

    keys: Sequence[Key]
    known: frozenset[Key]
    rejects: Sequence[Reject] = ()
    labels: Sequence[bool | None] = ()


def _parties(party: Party, name: str, session: Session, terms: BankTerms | None, rows: Rows) -> Seen:
    ids = rows.columns[name].to_pylist()
    known = numbers_of(session, party, terms.bank_id, set(ids)) if terms else {}
    return Seen([(identity,) for identity in ids], frozenset((identity,) for identity in known))


def _labels(session: Session, terms: BankTerms | None, rows: Rows) -> Seen:
    said, rejects = unknown_of(session, terms, rows.columns, rows.lines)
    fresh = unsaid_of(session, terms.bank_id, said) if terms else []
    keys = [_key(each) for each in said]
    known = set(keys).difference(map(_key, fresh))
    return Seen(keys, frozenset(known), rejects, [each.is_fraud for each in said])


def _key(said: Statement) -> Key:
    return said.transaction_id, said.source, said.is_fraud, said.fraud_type


def _rates(session: Session, terms: BankTerms | None, rows: Rows) -> Seen:
    names = ("rate_date", "currency", "base_currency", "rate")
    given = [rows.columns[name].to_pylist() if name in rows.columns else None for name in names]
    count = len(rows.lines)
    cells = zip(*(column or [None] * count for column in given), strict=True)
    own = terms.base_currency if terms else ""
    # The last line about a day holds, as it does when they are stored.
    rates = {(day, code, base or own): round(rate, 8) for day, code, base, rate in cells}
    stored = checking.known_rates(session, {day for day, _, _ in rates})
    known = frozenset(key for key, rate in rates.items() if stored.get(key) == rate)
    return Seen([*rates, *list(rates)[:1] * (count - len(rates))], known)


def _events(session: Session, terms: BankTerms | None, rows: Rows) -> Seen:
    names, days = (rows.columns[name].to_pylist() for name in ("event_name", "event_date"))
    keys = list(zip(names, days, strict=True))
    known = checking.known_events(session, terms.bank_id, set(days)) if terms else set()
    return Seen(keys, frozenset(known))


SEEN: Final[Mapping[DatasetKind, Callable[[Session, BankTerms | None, Rows], Seen]]] = {
    DatasetKind.CUSTOMERS: partial(_parties, "customers", "customer_id"),
    DatasetKind.MERCHANTS: partial(_parties, "merchants", "merchant_id"),
    DatasetKind.LABELS: _labels,
    DatasetKind.RATES: _rates,
    DatasetKind.EVENTS: _events,
}
