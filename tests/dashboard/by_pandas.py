"""What the pages should say, by pandas from the payments alone: from the definitions, not from our code.

Volume is what leaves a payer (purchase, payment, debit, transfer, cash_out), in the bank's currency; a rate
is of labelled payments; days, hours and weekdays are the bank's. Money is in whole ten-thousandths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

VOLUME = ("purchase", "payment", "debit", "transfer", "cash_out")
COLUMNS = (
    "transaction_id, timestamp, transaction_type, amount_base, is_fraud, fraud_score, is_anomaly, category,"
    " channel, country, payment_method, customer_id, merchant_id"
)
NUMBER = tuple[int, int, int, int]


def payments(session: Session, bank_id: int, zone: str, since: datetime, until: datetime) -> pd.DataFrame:
    """Every payment of a bank in a time, with the bank's wall clock and its volume in ten-thousandths."""
    statement = text(
        f"select {COLUMNS} from transactions"
        " where bank_id = :bank and timestamp >= :since and timestamp < :until"
    )
    found = session.execute(statement, {"bank": bank_id, "since": since, "until": until})
    frame = pd.DataFrame([dict(row) for row in found.mappings()])
    frame["wall"] = pd.to_datetime(frame["timestamp"], utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    known = frame["amount_base"].notna()
    counts = frame["transaction_type"].isin(VOLUME) & known
    frame["e4"] = [
        int(value * 10_000) if is_in else 0 for value, is_in in zip(frame["amount_base"], counts, strict=True)
    ]
    frame["counts"] = counts
    frame["labelled"] = frame["is_fraud"].notna()
    frame["fraud"] = [label is True for label in frame["is_fraud"]]
    return frame


def rate(frame: pd.DataFrame) -> NUMBER:
    """Frauds, labelled payments, and the volume of both."""
    labelled = frame[frame["labelled"]]
    return (
        int(labelled["fraud"].sum()),
        len(labelled),
        int(labelled.loc[labelled["fraud"], "e4"].sum()),
        int(labelled["e4"].sum()),
    )


def wilson_low(hits: int, trials: int) -> float:
    """The lower root of (p - x)² = z² x (1 - x) / n."""
    z2 = 1.959963984540054**2
    share = hits / trials
    roots = np.roots([1 + z2 / trials, -(2 * share + z2 / trials), share * share])
    return max(0.0, float(min(roots.real)))


def ranked(frame: pd.DataFrame, column: str) -> list[tuple[str, NUMBER, int]]:
    """Values by the lower bound of their fraud rate, those with under 30 labelled last, largest first."""
    parts = [(str(value), part) for value, part in frame.groupby(frame[column].fillna(""))]

    def key(item: tuple[str, pd.DataFrame]) -> tuple[bool, float, int, str]:
        hits, trials, *_ = rate(item[1])
        is_few = trials < 30
        return is_few, 1.0 if is_few else -wilson_low(hits, trials), -len(item[1]), item[0]

    return [(value, rate(part), len(part)) for value, part in sorted(parts, key=key)]


def per_day(frame: pd.DataFrame, days: Sequence[date]) -> list[tuple[NUMBER, int]]:
    """The rate and the number of payments of each day."""
    by_day = dict(list(frame.groupby(frame["wall"].dt.date)))
    nothing = frame.iloc[:0]
    return [(rate(by_day.get(day, nothing)), len(by_day.get(day, nothing))) for day in days]


def per_hour_of_week(frame: pd.DataFrame) -> list[list[tuple[int, int]]]:
    """Frauds and labelled payments of each weekday, Monday first, and hour."""
    cells = dict(list(frame.groupby([frame["wall"].dt.day_of_week, frame["wall"].dt.hour])))
    nothing = frame.iloc[:0]
    return [[rate(cells.get((day, hour), nothing))[:2] for hour in range(24)] for day in range(7)]


def percentile(values: pd.Series, share: float) -> int:
    """The smallest value that at least `share` of all do not exceed."""
    ordered = np.sort(values.to_numpy(dtype=np.int64))
    return int(ordered[math.ceil(share * len(ordered)) - 1])


@dataclass(frozen=True)
class Held:
    """How the fraud of parties is shared out: holders, what the largest hundredth holds, who hold half."""

    holders: int
    top_percent: float
    half: float


def held(amounts: pd.Series) -> Held:
    """Amounts by party, from the largest down."""
    shares = amounts.sort_values(ascending=False).cumsum() / amounts.sum()
    top = max(1, len(amounts) // 100)
    return Held(len(amounts), float(shares.iloc[top - 1]), (int((shares < 0.5).sum()) + 1) / len(amounts))
