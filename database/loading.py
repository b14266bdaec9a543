"""The bulk path of transactions: staged rows become rows, labels and tail records in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from database.bulk import copy_into_temporary, refresh_statistics
from database.connection import bank_ids
from database.listeners import BULK
from database.segments.tail import record_staged
from models.errors import UserError
from models.messages import N_

Party = Literal["customers", "merchants"]

# What a batch brings for `transactions`, in this order, beside the bank and the dataset.
ROW_COLUMNS: Final[Mapping[str, str]] = {
    "transaction_id": 'text collate "C"',
    "content_hash": "bytea",
    "customer_id": 'text collate "C"',
    "merchant_id": 'text collate "C"',
    "card_fingerprint": "text",
    "card_masked": "text",
    "device_id": "text",
    "device_type": "text",
    "ip_address": "inet",
    "email_fingerprint": "text",
    "amount": "numeric(18,4)",
    "currency": "text",
    "exchange_rate": "numeric(18,8)",
    "amount_base": "numeric(18,4)",
    "transaction_type": "text",
    "payment_method": "text",
    "channel": "text",
    "category": "text",
    "city": "text",
    "state": "text",
    "country": "text",
    "zip_code": "text",
    "latitude": "double precision",
    "longitude": "double precision",
    "timestamp": "timestamptz",
    "local_date": "date",
    "hour_of_day": "int",
    "day_of_week": "int",
    "day_of_month": "int",
    "month": "int",
    "is_weekend": "boolean",
    "is_holiday": "boolean",
    "time_of_day_category": "text",
    "is_fraud": "boolean",
    "fraud_type": "text",
    "fraud_reason": "text",
    "fraud_score": "double precision",
    "model_name": "text",
    "model_version": "text",
    "decision": "text",
    "is_anomaly": "boolean",
    "anomaly_type": "text",
    "anomaly_score": "double precision",
}
STAGED_COLUMNS: Final = {**ROW_COLUMNS, "line": "bigint", "label_known_at": "timestamptz", "record": "bytea"}
CUSTOMER_COLUMNS: Final[Mapping[str, str]] = {
    "customer_id": 'text collate "C"',
    "first_name": "text",
    "last_name": "text",
    "search_key": "text",
    "email": "text",
    "email_key": 'text collate "C"',
    "phone": "text",
    "date_of_birth": "date",
    "gender": "text",
    "occupation": "text",
    "street": "text",
    "city": "text",
    "state": "text",
    "country": "text",
    "zip_code": "text",
    "latitude": "double precision",
    "longitude": "double precision",
    "account_created": "timestamptz",
}
MERCHANT_COLUMNS: Final[Mapping[str, str]] = {
    "merchant_id": 'text collate "C"',
    "name": "text",
    "search_key": "text",
    "category": "text",
    "mcc_code": "text",
    "city": "text",
    "state": "text",
    "country": "text",
    "latitude": "double precision",
    "longitude": "double precision",
}
_PARTIES: Final = {
    "customers": ("customer_id", "customer_no", CUSTOMER_COLUMNS),
    "merchants": ("merchant_id", "merchant_no", MERCHANT_COLUMNS),
}
_ROWS = ", ".join(f'"{column}"' for column in ROW_COLUMNS)

# The rows keep the file's order on disk, and of two with one id the first stays.
_INSERTION: Final = f"""
with {{firsts}}ins as (
    insert into transactions (bank_id, dataset_id, {_ROWS})
    select :bank_id, :dataset_id, {_ROWS} from staged_rows order by line
    on conflict do nothing returning bank_id, transaction_id, ingest_seq, "timestamp" as moment
),
labels as (
    insert into fraud_labels (bank_id, transaction_id, is_fraud, fraud_type, reason, source, known_at)
    select bank_id, transaction_id, s.is_fraud, s.fraud_type, s.fraud_reason, :source, s.label_known_at
    from ins join {{staged}} s using (transaction_id) where s.is_fraud is not null
),
tail as ({record_staged("ins", "{staged}")}){{more}}
select count(*), min(moment), max(moment) from ins
"""
# Where an id comes twice in one batch, its first row alone was stored: the other brings no label, no record.
_FIRSTS: Final = """firsts as materialized (
    select distinct on (transaction_id) * from staged_rows order by transaction_id, line
),
"""
_FEATURES: Final = """,
features as (
    insert into ml_features (bank_id, transaction_id, additional_features)
    select bank_id, transaction_id, s.features from ins join {staged} s using (transaction_id)
    where s.features is not null
)"""


@lru_cache(maxsize=4)
def _insert(*, has_repeats: bool, has_features: bool) -> TextClause:
    staged = "firsts" if has_repeats else "staged_rows"
    more = _FEATURES.format(staged=staged) if has_features else ""
    return text(_INSERTION.format(firsts=_FIRSTS if has_repeats else "", staged=staged, more=more))


# A batch is long work that its progress makes visible; a limit meant for pages would only stop it.
# Without sequential scans: the plans that check foreign keys are kept by the connection, and one made
# while a new bank had a dozen customers would read all of them for each row later on.
_ROOM = text("""
select set_config('statement_timeout', '0', true), set_config('work_mem', '64MB', true),
       set_config('enable_seqscan', 'off', true)
""")
_REFUSED = text("""
select s.line, s.transaction_id, t.dataset_id
from staged_rows s join transactions t on t.bank_id = :bank_id and t.transaction_id = s.transaction_id
where t.content_hash is distinct from s.content_hash order by s.line
""")


@dataclass(frozen=True, slots=True)
class BankTerms:
    """What a bulk writer needs to know of its bank."""

    bank_id: int
    code: str
    time_zone: str
    base_currency: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row whose id is stored with other content, by the dataset that brought it."""

    line: int
    transaction_id: str
    dataset_id: int | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: rows added (from when to when), rows known already, ids with other content."""

    inserted: int = 0
    duplicates: int = 0
    conflicts: tuple[Conflict, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None


def bank_terms(session: Session) -> BankTerms:
    """Return the terms of the one bank in the session's scope."""
    ids = bank_ids(session)
    if len(ids) != 1:
        raise UserError(N_("Rows are loaded into one bank at a time."))
    row = session.execute(
        text("select bank_id, code, time_zone, base_currency, country from banks where bank_id = :bank_id"),
        {"bank_id": ids[0]},
    ).one()
    return BankTerms(*row)


def store_rows(
    session: Session,
    bank_id: int,
    dataset_id: int | None,
    rows: Iterable[bytes],
    *,
    count: int,
    source: str,
    has_features: bool = False,
    has_repeats: bool = True,
) -> Stored:
    """Store a batch, as CSV of STAGED_COLUMNS; rows whose id is known are left as they are.

    Their customers, merchants and codes must exist. `source` says who labelled the rows that have a label.
    With `has_features` the rows end with one more column, `features jsonb`; without `has_repeats` no id comes
    twice in the batch.
    """
    session.execute(_ROOM)
    columns = {**STAGED_COLUMNS, "features": "jsonb"} if has_features else STAGED_COLUMNS
    copy_into_temporary(session, "staged_rows", columns, rows, form="csv")
    refresh_statistics(session)
    given = {"bank_id": bank_id, "dataset_id": dataset_id, "source": source}
    insert = _insert(has_repeats=has_repeats, has_features=has_features)
    inserted, first_at, last_at = session.execute(insert, given, execution_options={BULK: True}).one()
    if inserted == count:
        return Stored(inserted, 0, (), first_at, last_at)
    found = session.execute(_REFUSED, {"bank_id": bank_id})
    conflicts = tuple(Conflict(*row) for row in found)
    return Stored(inserted, count - inserted - len(conflicts), conflicts, first_at, last_at)


def numbers_of(session: Session, party: Party, bank_id: int, ids: Collection[str]) -> dict[str, int]:
    """Return the dense numbers of those of these customers or merchants that exist."""
    key, number, _ = _PARTIES[party]
    statement = f"select {key}, {number} from {party} where bank_id = :bank_id and {key} = any(:ids)"
    found = session.execute(text(statement), {"bank_id": bank_id, "ids": list(ids)})
    return {identity: number for identity, number in found}  # noqa: C416 - rows are not typed as pairs


def add_parties(
    session: Session, party: Party, bank_id: int, rows: Iterable[bytes], dataset_id: int | None = None
) -> None:
    """Add the customers or merchants that are absent, as CSV of their columns.

    Only absent keys are inserted, so that numbers stay dense: a conflict would burn one.
    """
    key, _, columns = _PARTIES[party]
    staged = f"staged_{party}"
    copy_into_temporary(session, staged, columns, rows, form="csv")
    names = ", ".join(columns)
    values = ", ".join(_EMAIL_KEY if column == "email_key" else f"s.{column}" for column in columns)
    session.execute(
        text(
            f"insert into {party} (bank_id, dataset_id, {names})"
            f" select :bank_id, :dataset_id, {values} from {staged} s"
            f" where not exists (select from {party} p where p.bank_id = :bank_id and p.{key} = s.{key})"
            f" order by s.ctid on conflict (bank_id, {key}) do nothing"
        ),
        {"bank_id": bank_id, "dataset_id": dataset_id},
    )


# An address that two customers share finds the first of them.
_EMAIL_KEY = """case when s.email_key is not null
    and row_number() over (partition by s.email_key order by s.ctid) = 1
    and not exists (select from customers p where p.bank_id = :bank_id and p.email_key = s.email_key)
    then s.email_key end"""


def rates_between(
    session: Session, base_currency: str, currencies: Collection[str], first: date, last: date
) -> dict[tuple[str, date], Decimal]:
    """Return known rates by currency and day: base units for one unit.

    The demo's made-up rates are for the demo's banks alone.
    """
    found = session.execute(
        text(
            "select currency, rate_date, rate from exchange_rates where base_currency = :base"
            " and currency = any(:currencies) and rate_date between :first and :last"
            " and (source <> 'demo' or (select bool_and(is_demo) from banks where bank_id = any(:banks)))"
        ),
        {
            "base": base_currency,
            "currencies": list(currencies),
            "first": first,
            "last": last,
            "banks": list(bank_ids(session)),
        },
    )
    return {(currency, day): rate for currency, day, rate in found}
