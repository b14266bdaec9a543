"""Random transactions, and the panels of a selection by pandas straight from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.bulk import bulk_insert
from database.segments import MISSING, Fold, Selection, Sums
from models.transactions import AnomalyType, Channel, Decision, FraudType, PaymentMethod, TransactionType

FIRST = datetime(2023, 12, 20, tzinfo=UTC)
DAYS = 120
VOLUME = ["purchase", "payment", "debit", "transfer", "cash_out"]
SLICED = ["category", "channel", "country", "state", "payment_method", "transaction_type"]
LABELS: dict[object, str] = {None: MISSING, True: "fraud", False: "genuine"}
ANSWERS: dict[object, str] = {None: MISSING, True: "yes", False: "no"}
Choice = Callable[[Iterable[Any]], Any]


def random_row(random: Random, name: str, *, days: int = DAYS) -> dict[str, Any]:
    kind = random.choice(list(TransactionType))
    amount = Decimal(random.randrange(1, 400_000)) / 10 ** random.randrange(1, 5)
    some: Choice = lambda values: random.choice([*values, None])  # noqa: E731 - one word for "perhaps one of"
    answer = partial(random.choice, [None, False, True])
    return {
        "transaction_id": name,
        "timestamp": FIRST + timedelta(seconds=random.randrange(days * 86_400)),
        "amount": Decimal(0) if kind == "verification" else amount,
        "currency": random.choice(["EUR", "EUR", "USD", "XAF"]),
        "transaction_type": kind,
        "payment_method": random.choice(list(PaymentMethod)),
        "channel": random.choice(list(Channel)),
        "category": some(["food", "fuel", "été", "a, b"]),
        "country": some(["FR", "US", "NA"]),
        "state": some(["TX", "WA", "75"]),
        "customer_id": some(f"customer {number}" for number in range(40)),
        "merchant_id": some(f"merchant {number}" for number in range(20)),
        "is_fraud": answer(),
        "fraud_type": some(FraudType),
        "fraud_score": None if random.random() < 0.3 else round(random.random(), 4),
        "decision": some(Decision),
        "is_anomaly": answer(),
        "anomaly_type": some(AnomalyType),
    }


def store_random_rows(random: Random, bank: str, n: int, *, prefix: str = "t") -> None:
    bulk_insert((random_row(random, f"{prefix}{number}") for number in range(n)), bank=bank)


def frame(session: Session) -> pd.DataFrame:
    """Every row that the session may see."""
    columns = (
        "bank_id, transaction_id, ingest_seq, timestamp, amount_e4, amount_base_e4, currency, is_fraud, "
        "fraud_type, fraud_score, decision, is_anomaly, anomaly_type, customer_id, merchant_id, "
        + ", ".join(SLICED)
    )
    rows = pd.DataFrame(session.execute(text(f"select {columns} from transactions")).mappings().all())
    rows["label"] = rows.is_fraud.map(LABELS.get).fillna(MISSING)
    rows["anomaly"] = rows.is_anomaly.map(ANSWERS.get).fillna(MISSING)
    return rows


def chosen(rows: pd.DataFrame, selection: Selection, since: datetime, until: datetime) -> pd.DataFrame:
    """The rows of a period that pass the filters, with `money` (NA: no rate) as the selection sums it."""
    money = rows.amount_base_e4 if selection.currency is None else rows.amount_e4
    rows = rows.assign(money=money.astype("Int64"))
    keep = rows.bank_id.isin(selection.bank_ids) & (rows.timestamp >= since) & (rows.timestamp < until)
    for slug, values in selection.include.items():
        keep &= rows[slug].fillna(MISSING).isin(values)
    for slug, values in selection.exclude.items():
        keep &= ~rows[slug].fillna(MISSING).isin(values)
    if selection.currency is not None:
        keep &= rows.currency == selection.currency
    for column, value in (("customer_id", selection.customer_id), ("merchant_id", selection.merchant_id)):
        if value is not None:
            keep &= rows[column] == value
    score = (rows.fraud_score.astype(float) * 10_000).round()
    if selection.score_e4 is not None:
        low, high = selection.score_e4
        keep &= score.notna() & (score >= (low or 0)) & (score <= (high or 10_000))
    return rows[keep]


def within_amounts(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    if selection.amount_e4 is None:
        return rows
    low, high = selection.amount_e4
    keep = rows.money.notna() & (rows.money >= (low or 0)) & (rows.money <= (high or 2**62))
    return rows[keep.fillna(value=False)]


def sums(rows: pd.DataFrame) -> Sums:
    count: Counter[str] = Counter(rows=len(rows))
    squares = dict.fromkeys(("labelled", "fraud"), 0)
    listed = zip(
        *(rows[name].tolist() for name in ("transaction_type", "money", "label", "anomaly")), strict=True
    )
    for kind, money, label, anomaly in listed:
        groups = [
            name for name, holds in (("labelled", label != MISSING), ("fraud", label == "fraud")) if holds
        ]
        count.update(anomalies=anomaly == "yes", analysed=anomaly != MISSING)
        count.update(labelled=label != MISSING, frauds=label == "fraud")
        if kind in VOLUME and money is pd.NA:
            count["unconverted"] += 1
        elif kind in VOLUME:
            for prefix in ("", *(f"{name}_" for name in groups)):
                count.update({f"{prefix}volume_rows": 1, f"{prefix}volume_e4": money})
            for name in groups:
                squares[name] += money**2
    return Sums(**count, labelled_square=squares["labelled"] / 10**12, fraud_square=squares["fraud"] / 10**12)


def agree(found: Sums, expected: Sums) -> bool:
    """Whether counts and money are equal, and the squares within 1e-9 of the decimals'."""
    pairs = zip(found, expected, strict=True)
    return all(
        mine == theirs if isinstance(theirs, int) else abs(mine - theirs) <= 1e-9 * max(theirs, 1.0)
        for mine, theirs in pairs
    )


def compare(fold: Fold, every: pd.DataFrame, selection: Selection) -> list[str]:
    """The panels in which a fold differs from the rows."""
    wide = chosen(every, selection, selection.since, selection.until)
    rows = within_amounts(wide, selection)
    wrong = [] if agree(fold.total, sums(rows)) else ["total"]
    for slug in SLICED:
        expected = {value: sums(part) for value, part in rows.groupby(rows[slug].fillna(MISSING))}
        found = fold.by(slug)
        if found.keys() != expected.keys() or not all(agree(found[key], expected[key]) for key in found):
            wrong.append(slug)
    wrong += _compare_times(fold, rows, selection)
    wrong += _compare_money(fold, rows) + _compare_scores(fold, rows)
    if fold.customers != len(rows[["bank_id", "customer_id"]].dropna().drop_duplicates()):
        wrong.append("customers")
    lost = wide[wide.transaction_type.isin(VOLUME) & wide.money.isna()]
    if fold.unconverted_outside != (len(lost) if selection.amount_e4 is not None else 0):
        wrong.append("unconverted outside")
    if selection.previous is not None:
        before = within_amounts(chosen(every, selection, *selection.previous), selection)
        wrong += [] if fold.previous and agree(fold.previous, sums(before)) else ["previous"]
        wrong += [] if _days_agree(fold.previous_daily, before, selection) else ["previous days"]
    return wrong


def _compare_times(fold: Fold, rows: pd.DataFrame, selection: Selection) -> list[str]:
    wrong = [] if _days_agree(fold.daily, rows, selection) else ["days"]
    local = rows.timestamp.dt.tz_convert(selection.zone)
    cells = {key: sums(part) for key, part in rows.groupby([local.dt.day_of_week, local.dt.hour])}
    hours = [(day, hour) for day in range(7) for hour in range(24)]
    if not all(agree(fold.hours[day][hour], cells.get((day, hour), Sums())) for day, hour in hours):
        wrong.append("hours")
    return wrong


def _days_agree(daily: Iterable[tuple[date, Sums]], rows: pd.DataFrame, selection: Selection) -> bool:
    local = rows.timestamp.dt.tz_convert(selection.zone).dt.date
    expected = {day: sums(part) for day, part in rows.groupby(local)}
    found = dict(daily)
    return expected.keys() <= found.keys() and all(
        agree(value, expected.get(day, Sums())) for day, value in found.items()
    )


def _compare_money(fold: Fold, rows: pd.DataFrame) -> list[str]:
    known = rows[rows.transaction_type.isin(VOLUME) & rows.money.notna()]
    wrong = []
    for name, amount in (("smallest", known.money.min()), ("largest", known.money.max())):
        extreme = getattr(fold, name)
        own = known[known.money == amount].ingest_seq.tolist() if len(known) else []
        expected = None if not own else (own[0] if len(own) == 1 else None, int(amount))
        if (None if extreme is None else (extreme.ingest_seq, extreme.amount_e4)) != expected:
            wrong.append(name)
    ends = [bucket.lower_e4 for bucket in fold.amounts[1:]] + [2**62] * bool(fold.amounts)
    for bucket, end in zip(fold.amounts, ends, strict=True):
        inside = known[(known.money >= bucket.lower_e4) & (known.money < end)].label.value_counts()
        expected_counts = [inside.get(label, 0) for label in ("genuine", "fraud", MISSING)]
        if [bucket.genuine, bucket.fraud, bucket.unknown] != expected_counts:
            wrong.append(f"bucket {bucket.lower_e4}")
    held = sum(bucket.genuine + bucket.fraud + bucket.unknown for bucket in fold.amounts)
    return wrong if held == len(known) else [*wrong, "buckets"]


def _compare_scores(fold: Fold, rows: pd.DataFrame) -> list[str]:
    scored = rows[rows.fraud_score.notna()]
    step = (scored.fraud_score.astype(float) * 10_000).round() // 500
    counts = Counter(zip(step.clip(upper=19), scored.label, strict=True))
    found = [(bucket.lower_e4, bucket.genuine, bucket.fraud, bucket.unknown) for bucket in fold.scores]
    labels = ("genuine", "fraud", MISSING)
    expected = [(500 * at, *(counts[at, label] for label in labels)) for at in range(20)]
    return [] if found == expected else ["scores"]
