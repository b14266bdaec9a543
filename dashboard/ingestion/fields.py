"""The fields that a file's columns can fill, and how a cell of each is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType

import pyarrow as pa

from dashboard.ingestion import values
from dashboard.ingestion.moments import day, moment
from dashboard.ingestion.numbers import money, number
from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import Converted
from models.transactions import Channel, Decision, FraudType, PaymentMethod, TransactionType

Convert = Callable[[pa.ChunkedArray, Terms], Converted]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a transaction, of its customer or of its merchant."""

    convert: Convert
    is_required: bool = False


def _plain(convert: Callable[[pa.ChunkedArray], Converted], *, is_required: bool = False) -> Field:
    return Field(lambda column, _terms: convert(column), is_required)


def _moment(column: pa.ChunkedArray, terms: Terms) -> Converted:
    return moment(column, terms.zone, terms.dates)


def _money(column: pa.ChunkedArray, terms: Terms) -> Converted:
    return money(column, has_decimal_comma=terms.has_decimal_comma)


def _day(column: pa.ChunkedArray, terms: Terms) -> Converted:
    return day(column, terms.dates)


def _choice(choices: type[StrEnum], other: str | None) -> Field:
    return _plain(partial(values.choice, known=frozenset(choices), other=other))


_ID, _TEXT = _plain(values.identifier), _plain(values.text)
_LATITUDE = _plain(partial(number, lowest=-90, highest=90))
_LONGITUDE = _plain(partial(number, lowest=-180, highest=180))
_SHARE = _plain(partial(number, lowest=0, highest=1))

# In this order cells are judged: the first bad one of a row is its reason.
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "transaction_id": _plain(values.identifier, is_required=True),
        "timestamp": Field(_moment, is_required=True),
        "amount": Field(_money, is_required=True),
        "currency": _plain(values.currency, is_required=True),
        "transaction_type": _choice(TransactionType, TransactionType.OTHER),
        "payment_method": _choice(PaymentMethod, PaymentMethod.OTHER),
        "channel": _choice(Channel, Channel.OTHER),
        "customer_id": _ID,
        "merchant_id": _ID,
        "card_number": _ID,
        "device_id": _ID,
        "device_type": _TEXT,
        "ip_address": _plain(values.address),
        "email": _TEXT,
        "category": _TEXT,
        "city": _TEXT,
        "state": _TEXT,
        "country": _TEXT,
        "zip_code": _TEXT,
        "latitude": _LATITUDE,
        "longitude": _LONGITUDE,
        "is_fraud": _plain(values.flag),
        "fraud_type": _choice(FraudType, FraudType.OTHER),
        "fraud_reason": _TEXT,
        "label_known_at": Field(_moment),
        "fraud_score": _SHARE,
        "model_name": _TEXT,
        "model_version": _TEXT,
        "decision": _choice(Decision, None),
        "merchant_name": _TEXT,
        "merchant_category": _TEXT,
        "merchant_mcc_code": _TEXT,
        "customer_first_name": _TEXT,
        "customer_last_name": _TEXT,
        "customer_email": _TEXT,
        "customer_phone": _TEXT,
        "customer_date_of_birth": Field(_day),
        "customer_gender": _TEXT,
        "customer_occupation": _TEXT,
        "customer_street": _TEXT,
        "customer_city": _TEXT,
        "customer_state": _TEXT,
        "customer_country": _TEXT,
        "customer_zip_code": _TEXT,
        "customer_latitude": _LATITUDE,
        "customer_longitude": _LONGITUDE,
    }
)
REQUIRED = tuple(name for name, field in FIELDS.items() if field.is_required)
