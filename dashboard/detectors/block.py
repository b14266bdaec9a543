"""Payments of whole customers as columns of numbers, in the order of customers and time."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from database.queries.anomalies import COLUMNS
from models.transactions import Channel, TransactionType
from models.units import E4

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TYPES = {
    "customer_no": pa.int64(),
    "at": pa.int64(),
    "amount_e4": pa.int64(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
    "hour_of_day": pa.int64(),
}


@dataclass(frozen=True)
class Block:
    """Payments; `device`, `address`, `card`, `merchant`, `country` are codes of this block, -1 for none.

    `at` is in seconds since 1970, `amount` in base money, `words` what the codes of a column stand for.
    """

    customer: Ints
    identity: pa.Array
    at: Ints
    amount: Floats
    kind: npt.NDArray[np.object_]
    category: npt.NDArray[np.object_]
    is_remote: Flags
    is_cash: Flags
    merchant: Ints
    card: Ints
    device: Ints
    address: Ints
    country: Ints
    latitude: Floats
    longitude: Floats
    hour: Ints
    words: dict[str, list[str]]

    def __len__(self) -> int:
        """Return how many payments these are."""
        return len(self.at)

    def is_kind(self, *kinds: TransactionType) -> Flags:
        """Say which payments are of these types."""
        return np.isin(self.kind, [kind.value for kind in kinds])

    def ids(self, places: Ints | Flags) -> tuple[str, ...]:
        """Return the ids of the payments at these places."""
        chosen = np.flatnonzero(places) if places.dtype == np.bool_ else places
        return tuple(self.identity.take(pa.array(chosen)).to_pylist())

    def first_of_customer(self) -> Flags:
        """Say which payments are a customer's first."""
        return np.concatenate([[True], self.customer[1:] != self.customer[:-1]])[: len(self)]


def read_block(data: bytes) -> Block:
    """Read what `database.queries.anomalies` gives as CSV."""
    table = _table(data)
    words: dict[str, list[str]] = {}

    def codes(name: str) -> Ints:
        encoded = table[name].combine_chunks().dictionary_encode()
        words[name] = encoded.dictionary.to_pylist()
        return np.asarray(encoded.indices.cast(pa.int64()).fill_null(-1)).astype(np.int64)

    channel = np.asarray(table["channel"].to_numpy(zero_copy_only=False))
    return Block(
        customer=_numbers(table, "customer_no"),
        identity=table["transaction_id"].combine_chunks(),
        at=_numbers(table, "at"),
        amount=_numbers(table, "amount_e4") / E4,
        kind=np.asarray(table["transaction_type"].to_numpy(zero_copy_only=False)),
        category=np.asarray(table["category"].fill_null("").to_numpy(zero_copy_only=False)),
        is_remote=np.isin(channel, [Channel.ONLINE.value, Channel.MOBILE.value]),
        is_cash=channel == Channel.ATM.value,
        merchant=codes("merchant_id"),
        card=codes("card_fingerprint"),
        device=codes("device_id"),
        address=codes("ip_address"),
        country=codes("country"),
        latitude=np.asarray(table["latitude"].to_numpy(zero_copy_only=False), dtype=np.float64),
        longitude=np.asarray(table["longitude"].to_numpy(zero_copy_only=False), dtype=np.float64),
        hour=_numbers(table, "hour_of_day"),
        words=words,
    )


def _table(data: bytes) -> pa.Table:
    types = {name: _TYPES.get(name, pa.string()) for name in COLUMNS}
    if not data:
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    return read_csv(data, types)


def read_csv(data: bytes, types: dict[str, pa.DataType]) -> pa.Table:
    """Read CSV without a header, as COPY writes it: nothing is null, quoted nothing is an empty text."""
    return arrow_csv.read_csv(
        io.BytesIO(data),
        arrow_csv.ReadOptions(column_names=list(types), use_threads=False),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _numbers(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy()).astype(np.int64)
