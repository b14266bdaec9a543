"""The other kinds of rows that a file can bring: customers, merchants, late labels, rates, calendar days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion import values
from dashboard.ingestion.fields import FIELDS, Field
from dashboard.ingestion.guess import guess
from dashboard.ingestion.layout import NONE, Layout
from dashboard.ingestion.moments import day, moment
from dashboard.ingestion.numbers import number
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import Converted
from models.banks import EventType
from models.datasets import DatasetKind
from models.errors import UserError
from models.labels import LabelSource
from models.messages import N_, Message
from models.transactions import FraudType

_LEAST_RATE, _MOST_RATE = 1e-8, 1e9


def _plain(convert: Callable[[pa.ChunkedArray], Converted], *, is_required: bool = False) -> Field:
    return Field(lambda column, _terms: convert(column), is_required)


def _whole(column: pa.ChunkedArray, lowest: int, highest: int) -> Converted:
    found = number(column, lowest, highest)
    whole = pc.round(found.values)
    return replace(found, values=whole.cast(pa.int64()))


def _day(column: pa.ChunkedArray, terms: Terms) -> Converted:
    return day(column, terms.dates)


def _moment(column: pa.ChunkedArray, terms: Terms) -> Converted:
    return moment(column, terms.zone, terms.dates)


_TEXT, _ID = _plain(values.text), _plain(values.identifier, is_required=True)
_LATITUDE, _LONGITUDE = FIELDS["latitude"], FIELDS["longitude"]


def _choice(choices: frozenset[str], other: str | None) -> Field:
    return _plain(partial(values.choice, known=choices, other=other))


_CUSTOMER = {
    "customer_id": _ID,
    **dict.fromkeys(("first_name", "last_name", "email", "phone"), _TEXT),
    "date_of_birth": Field(_day),
    "age": _plain(partial(_whole, lowest=0, highest=130)),
    **dict.fromkeys(("gender", "occupation", "income_level"), _TEXT),
    **dict.fromkeys(("street", "city", "state", "country", "zip_code"), _TEXT),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
    "account_created": Field(_moment),
    "credit_score": _plain(partial(_whole, lowest=0, highest=1_000)),
}
_MERCHANT = {
    "merchant_id": _ID,
    **dict.fromkeys(("name", "category", "mcc_code", "city", "state", "country"), _TEXT),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
}
_LABEL = {
    "transaction_id": _ID,
    "is_fraud": _plain(values.flag),
    "fraud_type": _choice(frozenset(FraudType), FraudType.OTHER),
    "reason": _TEXT,
    "source": _choice(frozenset(LabelSource), None),
    "known_at": Field(_moment),
}
_RATE = {
    "rate_date": Field(_day, is_required=True),
    "currency": _plain(values.currency, is_required=True),
    "base_currency": _plain(values.currency),
    "rate": _plain(partial(number, lowest=_LEAST_RATE, highest=_MOST_RATE), is_required=True),
}
_EVENT = {
    "event_name": _plain(values.text, is_required=True),
    "event_date": Field(_day, is_required=True),
    "event_type": _choice(frozenset(EventType), EventType.CUSTOM),
    "description": _TEXT,
}


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of rows: its fields and what they are called."""

    label: Message
    fields: Mapping[str, Field]


ROW_KINDS: Final[Mapping[DatasetKind, RowKind]] = MappingProxyType(
    {
        DatasetKind.CUSTOMERS: RowKind(Message(N_("Customers")), _CUSTOMER),
        DatasetKind.MERCHANTS: RowKind(Message(N_("Merchants")), _MERCHANT),
        DatasetKind.LABELS: RowKind(Message(N_("Labels known later")), _LABEL),
        DatasetKind.RATES: RowKind(Message(N_("Exchange rates")), _RATE),
        DatasetKind.EVENTS: RowKind(Message(N_("Days of the calendar")), _EVENT),
    }
)


def layout_of_kind(header: Sequence[str], options: ImportOptions) -> Layout:
    """Return how a file of this kind is read: as it is mapped, else by the names of its columns."""
    kind = ROW_KINDS[options.kind]
    for name, column in options.mapping.items():
        if name not in kind.fields or (column != NONE and column not in header):
            raise UserError(
                N_("--map {field}={column}: the fields are {known}; the columns are {columns}."),
                field=name,
                column=column,
                known=", ".join(kind.fields),
                columns=", ".join(header),
            )
    guessed = guess(header, tuple(kind.fields), options.kind)
    columns = {name: column for name, column in {**guessed, **options.mapping}.items() if column != NONE}
    constants = {name: value for name, value in options.constants.items() if name in kind.fields}
    for name, field in kind.fields.items():
        if field.is_required and name not in columns and name not in constants:
            raise UserError(
                N_(
                    "Nothing says the {field} of a row: add --map {field}=COLUMN. The columns are: {columns}."
                ),
                field=name,
                columns=", ".join(header),
            )
    return Layout(options.kind.value, kind.label, columns, constants=constants)
