"""What a fold returns: additive sums, per slice, day, hour and amount bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Party = Literal["customer", "merchant"]


class Sums(NamedTuple):
    """Counts and money of a set of transactions; sums of two disjoint sets add up.

    A tuple, for a page has thousands of them.

    Volume is money that leaves the payer (purchase, payment, debit, transfer, cash_out). A volume row
    without a rate is in `unconverted` and in no money field. The squares are Σ (units / 100)², for
    intervals only.
    """

    rows: int = 0
    labelled: int = 0
    frauds: int = 0
    volume_rows: int = 0
    volume_e4: int = 0
    labelled_volume_rows: int = 0
    labelled_volume_e4: int = 0
    fraud_volume_rows: int = 0
    fraud_volume_e4: int = 0
    labelled_square: float = 0.0
    fraud_square: float = 0.0
    unconverted: int = 0
    anomalies: int = 0
    analysed: int = 0

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]  # sums add up, they are not joined
        """Add field by field."""
        return Sums(*map(add, self, other))


def added(many: Iterable[Sums]) -> Sums:
    """Add the sums of disjoint sets, column by column."""
    return Sums(*map(sum, zip(*many, strict=True)))


def added_days(many: Iterable[Sequence[tuple[date, Sums]]]) -> list[tuple[date, Sums]]:
    """Add the sums of each day over several portions, which all have the same days."""
    return [(same[0][0], added(sums for _, sums in same)) for same in zip(*many, strict=True)]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Volume rows with lower_e4 ≤ amount < the next bucket's lower bound, by label; of scores, all rows."""

    lower_e4: int
    genuine: int
    fraud: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or largest amount of the volume rows; `ingest_seq` is None where several rows share it."""

    ingest_seq: int | None
    amount_e4: int


@dataclass(frozen=True, slots=True)
class PartyCounts:
    """Parallel arrays, one place per party that has a row; money in ten-thousandths, of volume rows.

    `number` is the party's customer_no or merchant_no; rows without a party are in none.
    """

    number: Ints
    rows: Ints
    labelled: Ints
    frauds: Ints
    fraud_volume_e4: Ints


@dataclass(frozen=True)
class Portion:
    """The sums of some banks, over the range and day by day.

    `daily` has every local day of the range in order, empty ones too; `amounts` has the buckets between the
    first and the last that hold a row.
    """

    total: Sums
    previous: Sums | None
    daily: Sequence[tuple[date, Sums]]
    previous_daily: Sequence[tuple[date, Sums]]
    amounts: Sequence[Bucket]
    smallest: Extreme | None
    largest: Extreme | None


@dataclass(frozen=True)
class Fold(Portion):
    """One pass over the records of a selection: every panel is a margin of it.

    `hours` is [weekday][hour], Monday first, in local time; `scores` has steps of 0.05; `parties` whom the
    read was asked to count by; `groups` has the portion of each of the selection's groups of banks.
    """

    hours: Sequence[Sequence[Sums]]
    scores: Sequence[Bucket]
    customers: int
    parties: Mapping[Party, PartyCounts]
    unconverted_outside: int
    groups: Mapping[str, Portion]
    slices: Mapping[str, Callable[[], dict[str, Sums]]]
    read_ms: float
    fold_ms: float
    rows_scanned: int

    def by(self, dimension: str) -> dict[str, Sums]:
        """Return the sums per value of category, channel, country, state, payment_method or transaction_type.

        Values without a row are left out; the key of rows that have no value is `""`.
        """
        return self.slices[dimension]()
