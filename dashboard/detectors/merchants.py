"""Merchants who suddenly take far more than ever: busting out, or having a sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa

from dashboard.detectors.block import Floats, Ints, read_csv
from dashboard.detectors.features import Norms
from dashboard.detectors.sequences import moment, severity_of
from database.queries.patterns import Found
from models.units import E4

BUST_OUT: Final = "merchant_bust_out"
SURGE: Final = "merchant_surge"
WINDOW_DAYS: Final = 7
_LEAST: Final = 8
_COLUMNS: Final = {
    "merchant": pa.int64(),
    "day": pa.int64(),
    "payments": pa.int64(),
    "newcomers": pa.int64(),
    "logs": pa.float64(),
    "category": pa.string(),
}
_PAYMENT: Final = {"merchant": pa.int64(), "id": pa.string(), "at": pa.int64(), "amount_e4": pa.int64()}


@dataclass(frozen=True, slots=True)
class Burst:
    """Days on which a merchant took far more payments than before and after."""

    merchant: int
    first: int
    last: int
    pattern_type: Literal["merchant_bust_out", "merchant_surge"]
    confidence: float
    payments: int
    expected: float
    ticket: float


def bursts(data: bytes, norms: Norms) -> list[Burst]:
    """Find the busiest week of each merchant, where chance does not explain it."""
    if not data:
        return []
    table = read_csv(data, _COLUMNS)
    merchant = np.asarray(table["merchant"])
    starts = np.flatnonzero(np.diff(merchant, prepend=-1))
    days = np.asarray(table["day"])
    extent = int(days.max()) - int(days.min()) + 1
    columns = [np.asarray(table[name]) for name in ("payments", "newcomers", "logs")]
    categories = table["category"].to_pylist()
    found = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(days)], strict=True):
        payments, newcomers, logs = (column[start:end] for column in columns)
        if payments.sum() < _LEAST:
            continue
        known = norms.middles.get(categories[start], norms.middle)
        width = norms.widths.get(categories[start], norms.width)
        burst = _burst(days[start:end], payments, newcomers, (logs - known * payments) / width, extent)
        if burst is not None:
            found.append(Burst(int(merchant[start]), *burst))
    return found


def _burst(
    days: Ints, payments: Ints, newcomers: Ints, units: Floats, extent: int
) -> tuple[int, int, Literal["merchant_bust_out", "merchant_surge"], float, int, float, float] | None:
    """Look at the busiest window: its payments against those expected, its newcomers and its tickets."""
    ends = np.searchsorted(days, days + WINDOW_DAYS)
    sums = np.concatenate([[0], np.cumsum(payments)])
    inside = sums[ends] - sums[:-1]
    first = int(np.argmax(inside))
    end, count = int(ends[first]), int(inside[first])
    rest = int(payments.sum()) - count
    expected = (rest + 1) * WINDOW_DAYS / max(WINDOW_DAYS, extent - WINDOW_DAYS)
    # A Poisson surprise: how unlikely so many are, in natural logarithms (Chernoff's bound).
    surprise = count * np.log(count / expected) - (count - expected) if count > expected else 0.0
    if count < _LEAST or surprise < 12:
        return None
    ticket = float(units[first:end].sum() / count)
    fresh = float(newcomers[first:end].sum() / count)
    weight = -3.0 + 2.2 * min(ticket, 2.5) + 0.05 * min(surprise, 40) + 2.0 * (fresh - 0.9) * 5
    confidence = float(1 / (1 + np.exp(-weight)))
    kind: Literal["merchant_bust_out", "merchant_surge"] = BUST_OUT if confidence >= 0.5 else SURGE
    sure = confidence if kind == BUST_OUT else float(1 - np.exp(-surprise / 20))
    return int(days[first]), int(days[end - 1]), kind, sure, count, float(expected), ticket


def burst_patterns(found: Sequence[Burst], data: bytes) -> list[Found]:
    """Give bursts their payments, as `of_merchants` reads them."""
    if not data:
        return []
    table = read_csv(data, _PAYMENT)
    merchant, at = np.asarray(table["merchant"]), np.asarray(table["at"])
    amount, ids = np.asarray(table["amount_e4"]) / E4, table["id"]
    patterns = []
    for burst in found:
        places = np.flatnonzero(merchant == burst.merchant)
        total = float(amount[places].sum())
        is_fraud = burst.pattern_type == BUST_OUT
        patterns.append(
            Found(
                kind="fraud" if is_fraud else "anomaly",
                pattern_type=burst.pattern_type,
                key=f"{burst.merchant}-{burst.first // 30}",
                transaction_ids=tuple(ids.take(pa.array(places)).to_pylist()),
                first_at=moment(at[places].min()),
                last_at=moment(at[places].max()),
                confidence=burst.confidence,
                severity=severity_of(total, burst.confidence if is_fraud else 0.0),
                characteristics={
                    "merchant_no": burst.merchant,
                    "payments": burst.payments,
                    "expected": round(burst.expected, 2),
                    "ticket": round(burst.ticket, 2),
                    "amount": round(total, 2),
                    "days": burst.last - burst.first + 1,
                },
            )
        )
    return patterns
